"""The pages of `docs/tables`, written from the contracts.

python -m backcourt.report.pages docs/tables            writes them
python -m backcourt.report.pages docs/tables --check    exits with 1 when they are not what the contracts say
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from backcourt.engine.contract import Contract
from backcourt.engine.registry import Registry, Table, default_registry
from backcourt.report.dictionary import contract_version
from backcourt.report.markdown import bullets, code, demoted, grid, plain
from backcourt.report.sheet import availability_sheet, columns_sheet, features_sheet

MARK = "<!-- Written by `make docs` from the contracts; change those. -->"
RAW = "raw"
SOURCE = "../../src/backcourt/tables"

_KINDS = {
    "post": "post-game: describes games that are final",
    "pre": "pre-game: what could be known at a game's cut-off",
}


def pages(registry: Registry) -> dict[str, str]:
    """Every page by the name of its file: the index, the raw tables, and one for each built table."""
    made = {f"{table.name}.md": _table_page(registry, table) for table in registry.ordered}
    made[f"{RAW}.md"] = _raw_page(registry.raw.values())
    made["index.md"] = _index(registry)
    return {name: f"{MARK}\n\n{text.rstrip()}\n" for name, text in sorted(made.items())}


def differing(folder: Path, made: dict[str, str]) -> list[str]:
    """Names of the pages of a folder that are not as they should be, those of tables that are gone included."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    ours = made.keys() | {name for name, text in there.items() if text.startswith(MARK)}
    return sorted(name for name in ours if there.get(name) != made.get(name))


def write_pages(folder: Path, made: dict[str, str]) -> list[str]:
    """Bring a folder up to date, and remove pages of tables that are gone; returns what was touched."""
    folder.mkdir(parents=True, exist_ok=True)
    touched = differing(folder, made)
    for name in touched:
        if name in made:
            (folder / name).write_text(made[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return touched


def main(words: Sequence[str] | None = None) -> int:
    """Write or check the pages; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m backcourt.report.pages", description="Pages on the tables.")
    parser.add_argument("folder", type=Path, help="where the pages are")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a page differs")
    asked = parser.parse_args(words)
    made = pages(default_registry())
    touched = differing(asked.folder, made) if asked.check else write_pages(asked.folder, made)
    what = "out of date; run  make docs" if asked.check else "brought up to date"
    sys.stdout.write("".join(f"{asked.folder / name}: {what}\n" for name in touched))
    return 1 if asked.check and touched else 0


def _index(registry: Registry) -> str:
    rows = [
        (
            f"[{table.full_name}]({table.name}.md)",
            ", ".join(table.contract.aliases),
            table.contract.kind,
            table.contract.grain,
            len(table.contract.columns),
            table.contract.description,
        )
        for table in registry.ordered
    ]
    raw = [(f"[raw.{name}]({RAW}.md#raw{name})", one.grain, one.description) for name, one in registry.raw.items()]
    return "\n\n".join(
        [
            "# Tables",
            "How a table is made is in [tables.md](../tables.md); what each holds is here, in the order in which they are built.",
            grid(("table", "alias", "kind", "grain", "columns", "what it says"), rows),
            "## Raw tables",
            grid(("table", "grain", "what it says"), raw),
        ]
    )


def _table_page(registry: Registry, table: Table) -> str:
    contract = table.contract
    parts = [f"# {contract.name}", plain(contract.description), _facts(registry, table)]
    parts += ["## Columns", _NULLS, columns_sheet(contract)]
    if any(column.feature for column in contract.columns):
        parts += ["## Features", features_sheet(contract)]
    if contract.availability:
        parts += ["## Availability", _SHARES, availability_sheet(contract)]
    if contract.constants:
        parts += ["## Constants", _constants(contract)]
    if contract.checks:
        parts += ["## Checks", _CHECKS, bullets(f"{code(one.name)}: {plain(one.why)}" for one in contract.checks)]
    notes = contract.folder / "notes.md"
    if notes.exists():
        parts += [demoted(notes.read_text(encoding="utf-8"))]
    return "\n\n".join(part for part in parts if part)


_CHECKS = (
    "Beside the rules of every table (its keys are the expected ones, each once; every value is within its limits),"
    " these block publication:"
)
_SHARES = (
    "The share of rows that have a value in each real season. `backcourt report --columns` measures it, and fails where"
    " it differs by more than 0.02. The other columns always have one."
)
_NULLS = "A column without a reason to be NULL never is. Values outside their limits block publication."


def _facts(registry: Registry, table: Table) -> str:
    contract = table.contract
    reads = sorted(registry.lineage(table.name).consumed)
    facts = [
        ("table", code(contract.full_name)),
        ("aliases", ", ".join(contract.aliases)),
        ("kind", _KINDS[contract.kind]),
        ("grain", plain(contract.grain)),
        ("key", ", ".join(map(code, contract.key))),
        ("expected keys", f"`tables/spines/{contract.spine}.sql`, of games that `raw.{contract.covers}` covers"),
        ("games without a row", plain(contract.absent_games or "")),
        ("reads", ", ".join(_link(name) for name in reads)),
        ("folder", f"[{contract.folder.name}]({SOURCE}/{contract.schema_name}/{contract.name})"),
        ("contract version", code(contract_version(contract))),
    ]
    return grid(("", ""), [(name, fact) for name, fact in facts if fact])


def _link(name: str) -> str:
    schema, _, table = name.partition(".")
    if schema == RAW:
        return f"[{name}]({RAW}.md#raw{table.removesuffix('_scheduled')})"
    return f"[{table}]({table}.md)"


def _constants(contract: Contract) -> str:
    rows = [(code(name), _value(body["value"]), plain(body["why"])) for name, body in contract.constants.items()]
    return grid(("constant", "value", "why"), rows)


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(code(str(each)) for each in value)
    return code(json.dumps(value)) if isinstance(value, dict) else plain(str(value))


def _raw_page(contracts: Iterable[Contract]) -> str:
    parts = [
        "# Raw tables",
        "What sources said, append-only. Each row also has `source`, `ingested_at`, `known_at` and `known_kind`;"
        " `raw.NAME_current` shows what holds today. More in [the warehouse](../warehouse.md).",
    ]
    for contract in contracts:
        key = ", ".join(map(code, contract.key))
        parts += [
            f"## raw.{contract.name}",
            f"{plain(contract.description)} Grain: {plain(contract.grain)}. Key: {key}.",
        ]
        parts += [columns_sheet(contract)]
    return "\n\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
