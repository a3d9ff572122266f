"""From which source a need is taken first: an ordered list for every raw table, typed once here, changed by command.

The order is a matter of which sources have delivered a table and what was chosen, never of who came first; so the same
deliveries in another order leave the same rows standing. Manual rows are no part of it: they stand in place of single rows.
"""

from __future__ import annotations

from backcourt.engine import ledger
from backcourt.warehouse.duckdb import Warehouse

MANUAL = "manual"
"""What a person's corrections of single rows stand under."""

BY_HAND = "names"
"""What the aliases that are added by command stand under."""

NO_SOURCES = (MANUAL, BY_HAND)
"""Those that stand where a source would and can be asked for nothing."""

# The league's own box scores have exact seconds, files have what somebody made of them, and releases are drawn from a site.
ORDER = (
    *(BY_HAND, "nba_stats", "nba_cdn", "local", "bigdataball", "espn"),
    *("injury_report", "odds_api", "bettingpros", "sportsdataverse", "simulated"),
)

# Live play-by-play says what a fast break was and shots have the league's zones; a schedule knows no division of a team.
OF_NEED = {
    "play_by_play": ("nba_cdn", "nba_stats"),
    "shots": ("nba_cdn", "nba_stats"),
    "players": ("nba_stats", "local"),
    "teams": ("local", "nba_stats"),
}


def default_order(need: str) -> tuple[str, ...]:
    """The known sources for a raw table, best first."""
    return tuple(dict.fromkeys((*OF_NEED.get(need, ()), *ORDER)))


def ranked(warehouse: Warehouse, need: str) -> list[str]:
    """The sources that have delivered a raw table, best first; manual rows, where there are any, before all."""
    return [
        row[0] for row in warehouse.rows("SELECT source FROM ledger.sources WHERE table_name = ? ORDER BY rank", [need])
    ]


def with_several(warehouse: Warehouse) -> set[str]:
    """Names of the raw tables of which a choice is made between rows."""
    return {
        row[0]
        for row in warehouse.rows("SELECT table_name FROM ledger.sources GROUP BY table_name HAVING COUNT(*) > 1")
    }


def all_sources(warehouse: Warehouse) -> list[str]:
    """Every source that has delivered something, best for the schedule first: whom one can ask again."""
    rows = warehouse.rows(
        "SELECT source FROM ledger.sources WHERE NOT list_contains(?, source) GROUP BY source"
        " ORDER BY MIN(IF(table_name = 'games', rank, NULL)) NULLS LAST, COUNT(*) DESC, source",
        [list(NO_SOURCES)],
    )
    return [row[0] for row in rows]


def chosen(warehouse: Warehouse, need: str) -> tuple[str, ...]:
    """The order that was chosen last for a raw table, empty where none was."""
    text = warehouse.value(
        "SELECT sources FROM ledger.orders WHERE table_name = ? ORDER BY ordinal DESC LIMIT 1", [need]
    )
    return tuple(text.split(",")) if text else ()


def register(warehouse: Warehouse, need: str, source: str) -> None:
    """Give a source that delivers a table for the first time its place; call inside a transaction."""
    known = ranked(warehouse, need)
    if source not in known:
        write(warehouse, need, [*known, source])


def write(warehouse: Warehouse, need: str, sources: list[str]) -> None:
    """Store the sources of a table in their order; call inside a transaction."""
    order = (MANUAL, *dict.fromkeys((*chosen(warehouse, need), *default_order(need), *sorted(sources))))
    warehouse.execute("DELETE FROM ledger.sources WHERE table_name = ?", [need])
    placed = sorted(sources, key=order.index)
    warehouse.insert("ledger.sources", [(need, source, rank) for rank, source in enumerate(placed)])
    ledger.seal(warehouse, "sources")
