"""Nothing from the future: whatever happens on a date or after it, no row of that date or before changes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from formbook import STATISTICS, copied_shop, played_dates
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backcourt.engine.registry import TABLES, load_registry
from backcourt.warehouse.duckdb import Warehouse
from support import Line, Workshop

HERE = Path(__file__).parent / "registry"
Hashes = dict[tuple[str, date], str]
Edit = tuple[float, str, float]  # which line, which column, which share of its largest value

DATES = 24
SCORES = ("home_points", "away_points")
EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(sorted(STATISTICS)), st.floats(0, 1)),
    min_size=1,
    max_size=40,
)


@pytest.fixture(scope="module")
def leaking(form_league: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """The same tables, but a row sees the games of its own date."""
    folder = tmp_path_factory.mktemp("leaking")
    shutil.copytree(TABLES / "raw", folder / "tables" / "raw")
    shutil.copytree(HERE, folder / "tables", dirs_exist_ok=True)
    build = folder / "tables" / "precompute" / "player_form" / "build.sql"
    text = build.read_text(encoding="utf-8")
    assert text.count("p.game_date < s.game_date") == 1
    build.write_text(text.replace("p.game_date < s.game_date", "p.game_date <= s.game_date"), encoding="utf-8")
    registry = load_registry(folder / "tables")
    with Warehouse.open(folder / "w.duckdb", threads=1) as warehouse:
        shop = copied_shop(warehouse, registry, form_league, folder / "league")
        shop.ingest()
        shop.backfill()
        yield shop


def write_again(shop: Workshop, box: list[Line], games: list[Line]) -> None:
    """Deliver box scores and results, and build everything again in units of a season: there no cut of an input hides a leak."""
    shop.write("player_box", box)
    shop.write("games", games)
    shop.ingest(hours=1)
    report = shop.backfill(force=True)
    assert report.is_complete, report.attempts


def edited(box: list[Line], first: date, edits: list[Edit]) -> list[Line]:
    """The box scores with some statistics of games on or after a date changed."""
    lines = [dict(line) for line in box]
    later = [line for line in lines if date.fromisoformat(line["game_date"]) >= first]
    for place, column, share in edits:
        later[int(place * len(later))][column] = str(round(share * STATISTICS[column]))
    return lines


def rescored(games: list[Line], first: date, by: int) -> list[Line]:
    """The schedule with the scores of games on or after a date moved."""
    lines = [dict(line) for line in games]
    for line in lines:
        if line["season_type"] == "regular" and date.fromisoformat(line["game_date"]) >= first:
            line.update({name: str(int(line[name]) + by) for name in SCORES})
    return lines


def up_to(hashes: Hashes, last: date) -> Hashes:
    return {key: digest for key, digest in hashes.items() if key[1] <= last}


class Truth:
    """A built warehouse with its box scores, schedule and partition hashes before anything is changed."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.box, self.games, self.hashes = shop.read("player_box"), shop.read("games"), shop.hashes()
        self.dates = played_dates(shop)


@pytest.fixture(scope="module")
def truth(one_shop: Workshop) -> Truth:
    """One for all examples: each of them writes every file anew."""
    return Truth(one_shop)


@pytest.mark.soak
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)
@given(number=st.integers(0, DATES - 1), edits=EDITS, by=st.integers(0, 20))
def test_no_statistic_of_a_date_or_later_is_seen(truth: Truth, number: int, edits: list[Edit], by: int) -> None:
    first = truth.dates[number]
    write_again(truth.shop, edited(truth.box, first, edits), rescored(truth.games, first, by))
    after = truth.shop.hashes()
    assert after.keys() == truth.hashes.keys()
    assert up_to(after, first) == up_to(truth.hashes, first)


def everything_doubled(box: list[Line], first: date) -> list[Line]:
    lines = [dict(line) for line in box]
    for line in lines:
        if date.fromisoformat(line["game_date"]) >= first:
            line["points"] = str(min(60, 2 * int(line["points"] or 0) + 1))
    return lines


def test_what_happened_before_is_seen(truth: Truth) -> None:
    """Else the property above would hold for a table that sees nothing at all."""
    first = truth.dates[10]
    write_again(truth.shop, everything_doubled(truth.box, first), truth.games)
    differing = {key for key, digest in truth.shop.hashes().items() if truth.hashes[key] != digest}
    assert {day for table, day in differing if table == "player_form"} == set(truth.dates[11:])


def test_a_row_that_sees_its_own_date_is_found(leaking: Workshop) -> None:
    """The same comparison fails for a table with one sign wrong."""
    before = leaking.hashes()
    first = played_dates(leaking)[10]
    write_again(leaking, everything_doubled(leaking.read("player_box"), first), leaking.read("games"))
    differing = {key for key, digest in up_to(leaking.hashes(), first).items() if before[key] != digest}
    assert differing == {("player_form", first), ("team_form", first)}


@pytest.mark.soak
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)
@given(number=st.integers(0, DATES - 1), edits=EDITS)
def test_a_corrected_warehouse_equals_a_fresh_one(truth: Truth, number: int, edits: list[Edit]) -> None:
    """Nothing that had to change was left out either."""
    write_again(truth.shop, edited(truth.box, truth.dates[number], edits), truth.games)
    with Warehouse.in_memory(threads=1) as warehouse:
        fresh = Workshop(warehouse, truth.shop.registry, truth.shop.folder)
        fresh.ingest()
        fresh.backfill()
        assert fresh.hashes() == truth.shop.hashes()
