"""What each built table consumes, remembered in the warehouse.

Deriving it takes most of a second and the SQL parser besides, and its answer depends on nothing but files that
seldom change. So a run stores it under a digest of those files; whoever finds another digest derives it anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backcourt.engine import ledger

if TYPE_CHECKING:
    from backcourt.engine.registry import Registry
    from backcourt.warehouse.duckdb import Warehouse

_META_KEY = "lineage"
_DERIVED_BY = tuple(Path(__file__).with_name(name) for name in ("sql.py", "flow.py"))


Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Bridge:
    """A query over raw tables through which rows reach others: of whom it is said that they may miss which game, say.

    In each of its rows the second columns of `tied` have the value of the first in the upstream row, and the second of
    `links`, in the table, that of the first.
    """

    sql: str
    tied: Links
    links: Links


@dataclass(frozen=True)
class Flow:
    """One way in which rows of an upstream table reach rows of a table.

    A change in one of `columns`, or of whether the row exists, reaches only rows in which each second column of `links`
    has the value of the first in the upstream row, as it was or as it became, and which a row of the `bridge` ties to it;
    with neither any row.
    """

    upstream: str
    columns: frozenset[str]
    links: Links
    bridge: Bridge | None = None

    @property
    def tied(self) -> tuple[str, ...]:
        """The columns of the upstream row whose values it goes by."""
        return tuple(sorted({of for of, _ in (*self.links, *(self.bridge.tied if self.bridge else ()))}))


@dataclass(frozen=True)
class Lineage:
    """Columns consumed per upstream table (`raw.x`, `analytics.x`), the version of the code, the ways a change takes.

    Of `flows` there are some for every table that is read and followed: none for registries and snapshots.
    """

    consumed: Mapping[str, frozenset[str]]
    code_version: str
    flows: tuple[Flow, ...] = ()


def recall(warehouse: Warehouse, registry: Registry) -> None:
    """Give the registry the lineage that the warehouse remembers, if it was derived from the very same files."""
    stored = _stored(warehouse)
    if stored.get("digest") == digest(registry):
        for name, known in stored["tables"].items():
            consumed = {upstream: frozenset(columns) for upstream, columns in known["consumed"].items()}
            flows = tuple(_as_flow(*flow) for flow in known["flows"])
            registry.know(name, Lineage(consumed, known["code_version"], flows), set(known["upstream"]))


def remember(warehouse: Warehouse, registry: Registry) -> None:
    """Store the lineage of all tables, unless it is stored; call inside a transaction."""
    made_of = digest(registry)
    if _stored(warehouse).get("digest") != made_of:
        tables = {name: _as_document(registry, name) for name in registry.built}
        document = {"digest": made_of, "tables": tables}
        ledger.set_meta(warehouse, _META_KEY, json.dumps(document, sort_keys=True))


def _stored(warehouse: Warehouse) -> dict[str, Any]:
    text = ledger.meta(warehouse, _META_KEY)
    document: dict[str, Any] = json.loads(text) if text else {}
    return document


def _as_document(registry: Registry, name: str) -> dict[str, object]:
    lineage = registry.lineage(name)
    return {
        "consumed": {upstream: sorted(columns) for upstream, columns in lineage.consumed.items()},
        "code_version": lineage.code_version,
        "flows": [
            [each.upstream, sorted(each.columns), each.links, each.bridge and astuple(each.bridge)]
            for each in lineage.flows
        ],
        "upstream": sorted(registry.built_upstream(name)),
    }


def _as_flow(upstream: str, columns: list[str], links: list[list[str]], bridge: list[Any] | None) -> Flow:
    crossed = Bridge(bridge[0], _as_links(bridge[1]), _as_links(bridge[2])) if bridge else None
    return Flow(upstream, frozenset(columns), _as_links(links), crossed)


def _as_links(pairs: list[list[str]]) -> Links:
    return tuple((of, own) for of, own in pairs)


def digest(registry: Registry) -> str:
    """A digest of all that lineage follows from: contracts, SQL, and the code and the parser that derive it."""
    contracts = [*registry.raw.values(), *(table.contract for table in registry.built.values())]
    texts = [contract.model_dump_json(exclude={"folder"}) for contract in contracts]
    texts += [text for table in registry.built.values() for text in (table.build_sql, table.spine_sql)]
    texts += [version("sqlglot"), *(path.read_text(encoding="utf-8") for path in _DERIVED_BY)]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
