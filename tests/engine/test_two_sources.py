"""Where two sources have the same games: which one stands for each, whoever came first, and what then runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from backcourt.engine.excerpt import write_excerpt
from backcourt.engine.explain import explain
from backcourt.engine.ledger import broken_seals
from backcourt.engine.reorder import reorder
from backcourt.errors import UsageError
from backcourt.warehouse.duckdb import Warehouse
from support import NOON, POST, Line, Workshop, clock, read_csv, workshop, write_csv
from two_sources import BETTER, NEEDS, WORSE, Feed, standing, supplied


@pytest.fixture(scope="module")
def games(league: Path) -> list[str]:
    """The ids of the league's games that count, by date."""
    lines = [line for line in read_csv(league / "games_2021-22.csv") if line["season_type"] == "regular"]
    return [line["game_id"] for line in sorted(lines, key=lambda one: (one["game_date"], one["game_id"]))]


@pytest.fixture
def better(league: Path, tmp_path: Path) -> Feed:
    return Feed(BETTER, league, tmp_path / "better")


@pytest.fixture
def worse(league: Path, tmp_path: Path) -> Feed:
    return Feed(WORSE, league, tmp_path / "worse")


@pytest.fixture
def empty(tmp_path: Path, league: Path) -> Iterator[Workshop]:
    with workshop(tmp_path / "two.duckdb", league) as shop:
        yield shop


def of_game(game: str, **values: str) -> Callable[[Line], Line]:
    return lambda line: line | values if line["game_id"] == game else line


def assists_of(game: str, more: int) -> Callable[[Line], Line]:
    """Give everybody of a game so many more assists."""
    return lambda line: line | {"assists": str(int(line["assists"] or 0) + more)} if line["game_id"] == game else line


def assists(shop: Workshop, game: str) -> int:
    return int(shop.warehouse.value("SELECT SUM(assists) FROM raw.player_box_current WHERE game_id = ?", [game]))


def test_each_game_is_taken_from_the_best_source_that_has_it_whole(
    empty: Workshop, better: Feed, worse: Feed, games: list[str]
) -> None:
    first, lacking, halved, unsure = games[:4]
    better.without([lacking], ["player_box"])
    home = {line["game_id"]: line["home_team_id"] for line in read_csv(better.folder / "games_2021-22.csv")}
    better.change(
        "player_box", lambda line: None if (line["game_id"], line["team_id"]) == (halved, home[halved]) else line
    )
    better.change("games", of_game(unsure, status="live", home_points="", away_points=""))
    worse.without([first], NEEDS[1:])
    better.deliver(empty)
    assert empty.warehouse.rows("SELECT final FROM ledger.schedule ORDER BY game_date") == [
        (1,),
        (1,),
        (1,),
        (0,),
        (1,),
        (1,),
    ]
    worse.deliver(empty, 1)
    box = supplied(empty, "player_box")
    assert {game: box[game] for game in (first, lacking, halved, unsure)} == {
        first: (BETTER, True),
        lacking: (WORSE, True),
        halved: (WORSE, True),
        unsure: (BETTER, True),
    }
    assert supplied(empty, "games")[unsure] == (WORSE, True)
    assert {source for game, (source, _) in supplied(empty, "games").items() if game != unsure} == {BETTER}
    assert empty.warehouse.value("SELECT MIN(final) FROM ledger.schedule") == 1
    assert empty.backfill().is_complete
    assert broken_seals(empty.warehouse) == []


def test_half_a_game_stands_where_nobody_has_all_of_it(
    empty: Workshop, better: Feed, worse: Feed, games: list[str]
) -> None:
    home = {line["game_id"]: line["home_team_id"] for line in read_csv(better.folder / "games_2021-22.csv")}
    for feed in (better, worse):
        feed.change("team_box", lambda line: None if line["team_id"] == home.get(line["game_id"]) else line)
    worse.deliver(empty)
    better.deliver(empty, 1)
    assert supplied(empty, "team_box")[games[0]] == (BETTER, False)
    assert empty.warehouse.value("SELECT SUM(partial) FROM ledger.presence WHERE table_name = 'raw.team_box'") == 6


@pytest.mark.parametrize("count", [2, pytest.param(3, marks=pytest.mark.soak)])
def test_in_whatever_order_sources_arrive_the_same_rows_stand(
    league: Path, tmp_path: Path, games: list[str], count: int
) -> None:
    """Sources with gaps, halves and contradictions, a game on another date among them."""
    feeds = [Feed(name, league, tmp_path / name) for name in ("nba_stats", "unheard_of", "local")[:count]]
    stats, other, *others = feeds
    stats.without([games[0]], ["player_box", "team_box"])
    stats.without([games[1]], ["shots"])
    stats.change("games", of_game(games[3], status="live", home_points="", away_points=""))
    other.change("player_box", assists_of(games[0], 5))
    for table in NEEDS:
        other.change(table, of_game(games[5], game_date="2021-11-01"))
    teams = other.folder / "teams.csv"
    write_csv(teams, [line | {"city": "Elsewhere"} for line in read_csv(teams)])
    for each in others:
        each.change("player_box", assists_of(games[0], 2))
    found = []
    for number, order in enumerate(permutations(feeds)):
        with workshop(tmp_path / f"{number}.duckdb", league) as shop:
            for hours, feed in enumerate(order):
                feed.deliver(shop, hours)
            ledgers = [
                shop.warehouse.rows(f"SELECT * FROM ledger.{name} ORDER BY ALL")
                for name in ("column_fingerprints", "schedule", "presence", "supplied", "sources")
            ]
            found.append((standing(shop), ledgers))
    for rows, kept in found[1:]:
        assert rows == found[0][0]
        assert kept == found[0][1]
    assert len(found[0][0]["games"]) >= len(games)


def test_a_source_that_changes_nothing_that_stands_recomputes_nothing(
    shop: Workshop, worse: Feed, games: list[str]
) -> None:
    worse.source = "zzz"  # the league's own source is ranked before whom nobody knows
    worse.change("player_box", assists_of(games[0], 3))
    before = shop.hashes()
    assert worse.deliver(shop, 1).due == 0
    assert shop.due() == {}
    assert shop.hashes() == before
    assert supplied(shop, "player_box")[games[0]] == ("simulated", True)


@pytest.mark.soak
def test_what_a_fallback_stood_for_gives_way_when_the_better_source_has_it(
    empty: Workshop, better: Feed, worse: Feed, games: list[str]
) -> None:
    """And comes back when that withdraws it, also where the two have the game on different dates."""
    moved = games[2]
    own_date = next(
        line["game_date"] for line in read_csv(worse.folder / "games_2021-22.csv") if line["game_id"] == moved
    )
    for table in NEEDS:
        worse.change(table, of_game(moved, game_date="2021-11-01"))
    worse.deliver(empty)
    day = "SELECT DISTINCT game_date FROM ledger.supplied WHERE game_id = ? AND table_name = 'games'"
    assert empty.warehouse.rows(day, [moved]) == [(date(2021, 11, 1),)]
    better.deliver(empty, 1)
    assert empty.warehouse.rows(day, [moved]) == [(date.fromisoformat(own_date),)]
    assert empty.warehouse.rows("SELECT * FROM ledger.presence WHERE game_date = '2021-11-01'") == []
    better.without([moved], NEEDS)
    better.deliver(empty, 2)
    assert empty.warehouse.rows(day, [moved]) == [(date(2021, 11, 1),)]
    assert empty.backfill().is_complete
    assert empty.verify().passed


@pytest.mark.soak
def test_another_order_makes_due_what_then_differs_and_equals_a_rebuild(
    empty: Workshop, better: Feed, worse: Feed, games: list[str], league: Path, tmp_path: Path
) -> None:
    worse.change("player_box", assists_of(games[1], 1))
    better.deliver(empty)
    worse.deliver(empty, 1)
    empty.backfill()
    day = empty.warehouse.value("SELECT game_date FROM raw.games_current WHERE game_id = ?", [games[1]])
    before = assists(empty, games[1])
    done = reorder(empty.warehouse, POST, "player_box", [WORSE], NOON)
    assert (done.before, done.after) == ((BETTER, WORSE), (WORSE, BETTER))
    assert assists(empty, games[1]) > before
    assert empty.due()["player_game_summary"] == {day}
    table = POST.built["player_game_summary"]
    due = explain(empty.warehouse, POST, table, day).why_it_is_due
    assert due is not None
    assert [cause.reason for step in due.because for cause in step.causes] == [
        f"its sources are taken in the order {WORSE}"
    ]
    assert {(one.need, one.source) for one in explain(empty.warehouse, POST, table, day).sources} >= {
        ("player_box", WORSE),
        ("team_box", BETTER),
    }
    empty.backfill()
    with workshop(tmp_path / "fresh.duckdb", league) as fresh:
        worse.deliver(fresh)
        better.deliver(fresh, 1)
        reorder(fresh.warehouse, POST, "player_box", [WORSE, BETTER], NOON)
        fresh.backfill()
        assert fresh.hashes() == empty.hashes()
    assert broken_seals(empty.warehouse) == []
    assert reorder(empty.warehouse, POST, "player_box", [BETTER], NOON).due > 0
    assert assists(empty, games[1]) == before


@pytest.mark.parametrize(
    ("need", "sources", "said"),
    [
        ("player_box", ["moon"], "There is no source 'moon'"),
        ("player_box", ["manual"], "Manual rows always stand"),
        ("player_box", ["simulated", "simulated"], "A source stands twice"),
        ("player_box", [], "No source is named"),
        ("boxes", ["simulated"], "There is no raw table 'boxes'"),
    ],
)
def test_an_order_that_cannot_be_meant(shop: Workshop, need: str, sources: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        reorder(shop.warehouse, shop.registry, need, sources, NOON)


def test_what_a_later_source_says_was_not_known_before(
    empty: Workshop, better: Feed, worse: Feed, games: list[str]
) -> None:
    """Its history is no history of this warehouse, which had the other's row until then; a game of its own is."""
    worse.without(games[:1], NEEDS[1:])
    worse.deliver(empty)
    better.deliver(empty, 5)
    known = dict(
        empty.warehouse.rows(
            "SELECT game_id, MAX(known_at) FROM raw.player_box WHERE source = ? GROUP BY game_id", [BETTER]
        )
    )
    came = clock(5).now().replace(tzinfo=None)
    assert {game for game, at in known.items() if at == came} == set(games[1:])
    assert known[games[0]] < came


def test_offers_on_a_game_that_is_withdrawn_do_not_stand(league: Path, tmp_path: Path, games: list[str]) -> None:
    """And are no damage: what the ledger says of them follows the schedule."""
    folder = tmp_path / "files"
    shutil.copytree(league, folder)
    with workshop(tmp_path / "w.duckdb", folder) as shop:
        shop.ingest()
        shop.backfill()
        shop.write("games", [line for line in shop.read("games") if line["game_id"] != games[-1]])
        shop.ingest(3, max_vanishing=1.0)
        assert supplied(shop, "game_lines").keys() == set(games[:-1])
        shop.backfill()
        assert shop.verify().damage == []


@pytest.mark.soak
def test_an_excerpt_chooses_among_what_was_known(
    empty: Workshop, better: Feed, worse: Feed, games: list[str], tmp_path: Path
) -> None:
    """A correction of the better source that came later is not in it, and neither is its order of sources forgotten."""
    worse.change("player_box", assists_of(games[0], 1))
    worse.deliver(empty)
    better.deliver(empty, 1)
    better.change("player_box", assists_of(games[0], 7))
    better.deliver(empty, 3)
    corrected = assists(empty, games[0])
    moment = clock(2)

    empty.warehouse.close()

    def opened(path: Path) -> Warehouse:
        return Warehouse.open(path, threads=1)

    with Warehouse.open(tmp_path / "two.duckdb", read_only=True, threads=1) as origin:
        write_excerpt(origin, tmp_path / "then.duckdb", POST, moment.now(), clock(4), opened)
    with workshop(tmp_path / "then.duckdb", tmp_path) as then:
        assert assists(then, games[0]) < corrected
        assert supplied(then, "player_box")[games[0]] == (BETTER, True)
        assert then.backfill().is_complete
