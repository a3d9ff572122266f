"""No column of a pre-game table follows what happens on its date or later; and a table that leaks is found out."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pytest
from museum import (
    FUTURES,
    ROW,
    Disturbance,
    and_the_next,
    dates,
    keep,
    keep_stored,
    leaks,
    leaks_of_other_games,
    mutated,
    of_date,
    of_game,
    rewritten,
    store,
    to_the_last,
)

from backcourt.engine import raw
from backcourt.engine.contract import Contract
from backcourt.engine.registry import Registry, Table, default_registry
from backcourt.engine.sql import check_portable
from backcourt.errors import ContractError
from backcourt.warehouse.duckdb import Warehouse

PRE = tuple(table for table in default_registry().ordered if table.contract.kind == "pre")
POST = tuple(table for table in default_registry().ordered if table.contract.kind == "post")


@pytest.mark.parametrize("season", ["first", pytest.param("second", marks=pytest.mark.soak)])
def test_no_row_follows_its_future(league_to_change: Warehouse, registry: Registry, season: str) -> None:
    days = dates(league_to_change)
    second = random.Random(season).choice(days[len(days) // 2 :])
    day = second if season == "second" else late_in_a_first_season(league_to_change)
    store(league_to_change, registry, PRE, day)
    keep_stored(league_to_change, PRE, of_date(day))
    for future in FUTURES:
        assert leaks(league_to_change, registry, PRE, day, *future) == [], (day, future)


def test_no_row_follows_another_game(league_to_change: Warehouse, registry: Registry) -> None:
    """Of two games on a date and one on the next, a post-game row knows its own."""
    for future in FUTURES:
        assert of_other_games(league_to_change, registry, POST, *future) == set()


def test_a_row_that_is_measured_against_other_games(league_to_change: Warehouse, registry: Registry) -> None:
    total = "  b.assists - (SELECT SUM(x.assists) FROM raw.team_box_current AS x) AS assists,\n"
    other, mutant = mutated(registry, "team_offense_game_summary", {"  b.assists,\n": (total, 1)})
    for how in ("changed", "deleted"):
        assert of_other_games(league_to_change, other, [mutant], how) == {"assists"}


def of_other_games(warehouse: Warehouse, registry: Registry, tables: Sequence[Table], *hows: Disturbance) -> set[str]:
    """The columns of one game's rows that follow other games."""
    day = late_in_a_first_season(warehouse)
    game = warehouse.value("SELECT MIN(game_id) FROM raw.games WHERE counts AND is_final AND game_date = ?", [day])
    keep(warehouse, registry, tables, and_the_next(day), of_game(game))
    return {leak.column for leak in leaks_of_other_games(warehouse, registry, tables, game, day, *hows)}


def test_the_past_is_seen(league_to_change: Warehouse, registry: Registry) -> None:
    """Else the property above would hold for tables that see nothing at all."""
    day = late_in_a_first_season(league_to_change)
    since = max(other for other in dates(league_to_change) if (day - other).days >= 7)
    store(league_to_change, registry, PRE, day)
    readers = [registry.built[name] for name in WITNESSES]
    keep_stored(league_to_change, readers, of_date(day))
    found = leaks(league_to_change, registry, readers, day, "deleted", since=since)
    assert {(leak.table, leak.column) for leak in found} >= set(WITNESSES.items())


# --- the museum ------------------------------------------------------------------------------------------------------


def late_in_a_first_season(warehouse: Warehouse) -> date:
    """A date on which the season alone speaks for the league, there being none before it, and has something to say."""
    return random.Random("first").choice(dates(warehouse)[20:28])


def leaking(warehouse: Warehouse, registry: Registry, table: Table, how: Disturbance) -> set[str]:
    """The columns of a table that follow the future of the date."""
    day = late_in_a_first_season(warehouse)
    store(warehouse, default_registry(), PRE, day)
    keep(warehouse, registry, [table], to_the_last(warehouse, day), of_date(day))
    return {leak.column for leak in leaks(warehouse, registry, [table], day, how)}


BEFORE = re.compile(r"(\w+)\.(game_date|seen_on) < (\w+)\.game_date")
STANDS_UNTIL = re.compile(r"(\w+)\.(next_\w*(?:date|on)) >= (\w+)\.game_date")

WITNESSES = {
    "league_averages": "points_per_game",
    "player_composite_factors": "plays_freed",
    "player_daily_cache": "points_avg_last_5",
    "player_defensive_context": "points_vs_opponent_minus_average",
    "player_shot_zone_analysis": "ft_attempts_per_fg_attempt_last_10",
    "team_defense_zone_analysis": "defensive_rating_last_15",
    "upcoming_player_game_context": "points_avg_last_3",
    "upcoming_team_game_context": "wins",
    "ml_feature_store": "points_last_game",
}
"""Per table that compares dates a column that it makes of results itself."""


def test_every_table_that_compares_dates_has_a_witness() -> None:
    assert {table.name for table in PRE if BEFORE.search(table.build_sql)} == set(WITNESSES)


@pytest.mark.parametrize(("name", "witness"), WITNESSES.items())
def test_leak_at_or_before_for_before(league_to_change: Warehouse, registry: Registry, name: str, witness: str) -> None:
    """`<=` for `<` wherever the table compares the date of a result with that of its row."""
    table = registry.built[name]
    build_sql, count = BEFORE.subn(r"\1.\2 <= \3.game_date", table.build_sql)
    assert count >= 1
    build_sql = STANDS_UNTIL.sub(r"\1.\2 > \3.game_date", build_sql)
    other, mutant = rewritten(registry, name, build_sql, table.spine_sql)
    assert witness in leaking(league_to_change, other, mutant, "changed")


@dataclass(frozen=True)
class Mutant:
    """A leak sewn into the text of a table, the columns that tell it, and others that it must leave alone."""

    table: str
    edits: Mapping[str, tuple[str, int]]
    columns: frozenset[str]
    how: Disturbance = "changed"
    reads_more: bool = False
    spared: frozenset[str] = frozenset()
    alone: bool = False


MUSEUM = {
    "a league mean that includes the date": Mutant(
        "league_averages",
        {"d.game_date < b.game_date": ("d.game_date <= b.game_date", 2)},
        frozenset({"points_per_game", "offensive_rating", "paint_pct"}),
        spared=frozenset({"basis", "zone_basis"}),
    ),
    "the starter flag of the game itself": Mutant(
        "player_daily_cache",
        {
            "CASE WHEN f.starter_games_10 = f.games_10 THEN f.starts_10 / f.games_10 END AS starter_rate_last_10": (
                "(SELECT MAX(CASE WHEN x.starter_flag THEN 1 ELSE 0 END) FROM analytics.player_game_summary AS x"
                " WHERE x.game_id = s.game_id AND x.player_id = s.player_id) AS starter_rate_last_10",
                1,
            )
        },
        frozenset({"starter_rate_last_10"}),
        alone=True,
    ),
    "season totals joined back": Mutant(
        "player_daily_cache",
        {
            "f.points / f.games AS points_avg_season": (
                "(SELECT SUM(x.points) / COUNT(*) FROM analytics.player_game_summary AS x"
                " WHERE x.season = s.season AND x.player_id = s.player_id AND NOT x.is_dnp) AS points_avg_season",
                1,
            )
        },
        frozenset({"points_avg_season"}),
        alone=True,
    ),
    "the population of those who played": Mutant(
        "player_daily_cache",
        {
            "WHERE m.team_games_since < 12 OR": (
                "JOIN raw.player_box_current AS x"
                " ON x.game_id = m.game_id AND x.player_id = m.player_id AND x.appeared"
                " WHERE m.team_games_since < 12 OR",
                1,
            )
        },
        frozenset({ROW}),
        how="deleted",
        reads_more=True,
        alone=True,
    ),
    "a window in no order": Mutant(
        "player_daily_cache",
        {
            "ROW_NUMBER() OVER (PARTITION BY p.player_id, p.season"
            " ORDER BY p.game_date NULLS FIRST, p.game_id NULLS FIRST)": (
                "ROW_NUMBER() OVER (PARTITION BY p.player_id, p.season)",
                1,
            )
        },
        frozenset({"points_avg_last_5"}),
        how="rearranged",
    ),
    "an injury report from the cut-off": Mutant(
        "upcoming_player_game_context",
        {"i.snapshot_at < g.cutoff_at": ("i.snapshot_at <= g.cutoff_at", 2)},
        frozenset({"player_status", "teammates_out_points"}),
        spared=frozenset({"points_avg_last_3", "points_line", "spread"}),
    ),
    "an injury report without a time": Mutant(
        "upcoming_player_game_context",
        {
            "i.snapshot_quality = 'timed' AND i.snapshot_at < g.cutoff_at": (
                "(i.snapshot_at IS NULL OR i.snapshot_at < g.cutoff_at)",
                2,
            )
        },
        frozenset({"player_status", "teammates_out_points"}),
        spared=frozenset({"points_avg_last_3", "points_line", "spread"}),
    ),
}


@pytest.mark.parametrize("what", MUSEUM)
def test_leak(league_to_change: Warehouse, registry: Registry, what: str) -> None:
    """The leaks that the predecessor suffered from, one sewn in at a time."""
    seeded = MUSEUM[what]
    other, mutant = mutated(registry, seeded.table, seeded.edits, reads_more=seeded.reads_more)
    found = leaking(league_to_change, other, mutant, seeded.how)
    assert seeded.columns <= found
    assert not seeded.spared & found
    assert not seeded.alone or found == seeded.columns


LINES = {
    "in-game odds": {"NOT COALESCE(l.snapshot_at >= g.cutoff_at, FALSE) AND ": ("", 1)},
    "odds of the moment of the cut-off": {"l.snapshot_at >= g.cutoff_at": ("l.snapshot_at > g.cutoff_at", 2)},
    "untimed lines": {"'declared_closing')": ("'declared_closing', 'date_only')", 1)},
}
"""What is read as a line is decided in one place, the view of those admitted; a table cannot name what is behind it."""


@contextmanager
def admitting(
    warehouse: Warehouse, contract: Contract, edits: Mapping[str, tuple[str, int]], patch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The view of the admitted lines made of another text."""
    marked = raw._marked(warehouse, contract)
    for before, (after, count) in edits.items():
        assert marked.count(before) == count, before
        marked = marked.replace(before, after)
    with patch.context() as patched:
        patched.setattr(raw, "_marked", lambda *_: marked)
        raw.create_views(warehouse, contract)
    try:
        yield
    finally:
        raw.create_views(warehouse, contract)


@pytest.mark.parametrize("what", LINES)
@pytest.mark.parametrize(
    ("name", "reader", "column", "spared"),
    [
        (
            "player_lines",
            "upcoming_player_game_context",
            "points_line",
            {"points_avg_last_3", "player_status", "spread"},
        ),
        ("game_lines", "upcoming_team_game_context", "spread", {"wins", "pace_last_10", "players_out", "days_rest"}),
    ],
    ids=["player_lines", "game_lines"],
)
def test_leak_of_lines(
    league_to_change: Warehouse,
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    name: str,
    reader: str,
    column: str,
    spared: set[str],
) -> None:
    table = registry.built[reader]
    with admitting(league_to_change, registry.raw[name], LINES[what], monkeypatch):
        found = leaking(league_to_change, registry, table, "changed")
    assert column in found
    assert not spared & found


def test_a_window_in_no_order_is_refused(registry: Registry) -> None:
    """The house rules do not let such a table be built at all."""
    seeded = MUSEUM["a window in no order"]
    other, mutant = mutated(registry, seeded.table, seeded.edits)
    with pytest.raises(ContractError, match="ORDER BY to be determined"):
        check_portable(other, mutant)


def test_the_marked_lines_cannot_be_read(registry: Registry) -> None:
    """The view that holds in-game lines has no contract, so no table can name it."""
    edits = {"FROM raw.player_lines_current\n  GROUP BY": ("FROM raw.player_lines_marked\n  GROUP BY", 1)}
    other, mutant = mutated(registry, "upcoming_player_game_context", edits)
    with pytest.raises(ContractError, match=r"no table raw\.player_lines_marked"):
        check_portable(other, mutant)
