"""Relations that several tables need: a formula stands once in `tables/shared/NAME.sql`, and is read as `shared.NAME`.

When a query is read from its file, each shared relation that it names becomes its first CTE. So lineage, code version
and translation see one plain query, and a change of the relation is a change of every table that reads it.
"""

from __future__ import annotations

import re
from pathlib import Path

from backcourt.errors import ContractError

_NAMED = re.compile(r"\bshared\.(\w+)\b")
_WITH = re.compile(r"\A\s*WITH\b", re.IGNORECASE)


def expand(sql: str, folder: Path) -> str:
    """The query with the shared relations of `folder` that it names; raises ContractError for one that is not there."""
    needed = _needed(sql, folder, ())
    if not needed:
        return sql
    plain = _plain(sql)
    ctes = ",\n".join(f"shared_{name} AS (\n{_plain(text)})" for name, text in needed.items())
    rest = _WITH.sub("", plain, count=1)
    return f"WITH\n{ctes},\n{rest}" if rest != plain else f"WITH\n{ctes}\n{plain}"


def _plain(sql: str) -> str:
    """The query naming shared relations as the CTEs that they become."""
    return _NAMED.sub(r"shared_\1", sql)


def _needed(sql: str, folder: Path, readers: tuple[str, ...]) -> dict[str, str]:
    """The text of each relation that a query names, each after those that it names itself."""
    found: dict[str, str] = {}
    for name in sorted(set(_NAMED.findall(sql))):
        if name in readers:
            raise ContractError(
                f"Shared relations name each other in a circle: {' -> '.join((*readers, name))}.", "Break the circle."
            )
        text = _text(folder / f"{name}.sql")
        found |= _needed(text, folder, (*readers, name))
        found[name] = text
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ContractError(f"{path} cannot be read: {error.strerror}.", "A query names it as shared.NAME.") from error
