"""Two sources that say different things of one game are told apart by name, and what is equal or unsaid is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backcourt.checks.coverage import coverage, rank_list
from backcourt.checks.finding import Finding
from backcourt.checks.gaps import find_gaps
from backcourt.checks.validate.sources import AGREE, source_rules
from backcourt.checks.validate.stage import create_stage
from backcourt.seasons import Scope
from support import POST, SEASON, Line, Workshop, read_csv, workshop
from two_sources import BETTER, WORSE, Feed

GAME = "0022100001"


@pytest.fixture(scope="module")
def first_told(league: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the better source's games."""
    folder = tmp_path_factory.mktemp("told")
    with workshop(folder / "w.duckdb", league) as shop:
        Feed(BETTER, league, folder / "better").deliver(shop)
    return folder / "w.duckdb"


@pytest.fixture
def two(first_told: Path, league: Path, tmp_path: Path) -> Iterator[Workshop]:
    (tmp_path / "w.duckdb").write_bytes(first_told.read_bytes())
    with workshop(tmp_path / "w.duckdb", league) as shop:
        yield shop


@pytest.fixture
def worse(league: Path, tmp_path: Path) -> Feed:
    return Feed(WORSE, league, tmp_path / "worse")


def told(shop: Workshop, scope: Scope | None = None) -> dict[str, Finding]:
    results = source_rules(create_stage(shop.warehouse, shop.registry, scope or Scope()))
    found = [each.finding for each in results]
    assert {each.check for each in found} <= {AGREE.name}
    return {each.subject: each for each in found}


def player(worse: Feed) -> Line:
    lines = read_csv(worse.folder / f"player_box_{SEASON}.csv")
    return next(line for line in lines if line["game_id"] == GAME and int(line["seconds_played"]) > 600)


def changed(worse: Feed, who: Line, **values: str) -> None:
    key = (who["game_id"], who["player_id"])
    worse.change("player_box", lambda line: line | values if (line["game_id"], line["player_id"]) == key else line)


def test_one_source_has_nothing_to_be_compared_with(two: Workshop) -> None:
    assert told(two) == {}


def test_equal_sources_agree(two: Workshop, worse: Feed) -> None:
    """A minute more or less is none, as many sources have whole minutes; nor is what one of them does not say."""
    who = player(worse)
    changed(worse, who, seconds_played=str(int(who["seconds_played"]) + 60), starter="")
    worse.deliver(two, 1)
    found = told(two)
    assert {subject: each.outcome for subject, each in found.items()} == {
        "raw.games": "pass",
        "raw.player_box": "pass",
        "raw.team_box": "pass",
    }
    assert found["raw.team_box"].figures["compared"] == two.warehouse.value("SELECT COUNT(*) FROM raw.team_box_current")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"points": "55"}, "points: nba_stats {points}, local 55"),
        ({"seconds_played": "5"}, "seconds_played: nba_stats {seconds_played}, local 5"),
        ({"starter": "other"}, "starter: nba_stats {starter}, local"),
    ],
)
def test_a_player_of_whom_they_differ(two: Workshop, worse: Feed, values: dict[str, str], said: str) -> None:
    who = player(worse)
    if "starter" in values:
        values = {"starter": "false" if who["starter"] == "true" else "true"}
    changed(worse, who, **values)
    worse.deliver(two, 1)
    found = told(two)["raw.player_box"]
    assert (found.outcome, found.figures["partitions"]) == ("warn", 1)
    assert f"game {GAME} {who['player_name']} ({who['player_id']}) {said.format(**who)}" in found.said
    other_dates = Scope(seasons=("2020-21",))
    assert told(two, other_dates)["raw.player_box"].outcome == "pass"


def test_a_player_who_appeared_in_one_of_them_only(two: Workshop, worse: Feed) -> None:
    """Listed without a figure he has nothing that differs, and still did not play."""
    who = player(worse)
    figures = ("points", "assists", "steals", "blocks", "turnovers", "fouls", "plus_minus", "seconds_played")
    blank = dict.fromkeys(
        (*figures, *(name for name in who if name.startswith(("fg_", "three_", "ft_", "rebounds_")))), ""
    )
    changed(worse, who, **blank)
    worse.deliver(two, 1)
    found = told(two)["raw.player_box"]
    assert found.outcome == "warn"
    assert f"({who['player_id']}) appeared: {BETTER} true, {WORSE} false" in found.said


def test_a_player_whom_one_of_them_does_not_know(two: Workshop, worse: Feed) -> None:
    who = player(worse)
    key = (who["game_id"], who["player_id"])
    worse.change("player_box", lambda line: None if (line["game_id"], line["player_id"]) == key else line)
    worse.deliver(two, 1)
    found = told(two)["raw.player_box"]
    assert found.outcome == "warn"
    assert f"{who['player_name']} ({who['player_id']}) appeared: {BETTER} TRUE, {WORSE} without a row" in found.said


def test_scores_that_differ_and_a_game_that_is_not_whole(two: Workshop, worse: Feed) -> None:
    worse.change("games", lambda line: line | {"home_points": "199"} if line["game_id"] == GAME else line)
    worse.change("team_box", lambda line: line | {"points": "1"} if line["game_id"] == GAME else line)
    worse.change("team_box", lambda line: None if line["game_id"] == GAME and line["is_home"] == "true" else line)
    worse.deliver(two, 1)
    found = told(two)
    assert f"game {GAME} home_points: {BETTER} " in found["raw.games"].said
    assert f"{WORSE} 199" in found["raw.games"].said
    assert found["raw.team_box"].outcome == "pass"


def test_games_are_counted_by_the_source_that_they_stand_from(two: Workshop, worse: Feed, league: Path) -> None:
    """Six games: the better source loses one whole and one by half, and the other has only one of these."""
    ids = [f"002210000{number}" for number in range(1, 7)]
    better = Feed(BETTER, league, worse.folder.parent / "again")
    better.without(ids[:1], ["team_box", "player_box"])
    better.change("team_box", lambda line: None if line["game_id"] == ids[1] and line["is_home"] == "true" else line)
    better.deliver(two, 1)
    worse.without([*ids[1:]], ["team_box", "player_box"])
    worse.deliver(two, 2)
    found = {one.need: one for one in coverage(two.warehouse, POST, Scope())}
    assert set(found) == {"games", "player_box", "team_box", "shots", "play_by_play"}
    team = found["team_box"]
    assert (team.season, team.expected, team.primary, team.from_primary) == (SEASON, 6, BETTER, 4)
    assert team.fallbacks == {WORSE: 1}
    assert [(one.game_id, one.partial) for one in team.none] == [(ids[1], True)]
    assert [words[:2] for words in team.commands] == [("ingest", BETTER), ("ingest", WORSE)]
    box = found["player_box"]
    assert (box.from_primary, box.from_fallbacks, box.none, box.commands) == (5, 1, (), ())
    plays = found["play_by_play"]
    assert (plays.primary, plays.from_primary, len(plays.none)) == (None, 0, 6)
    day = team.none[0].game_date
    assert coverage(two.warehouse, POST, Scope(seasons=("2020-21",))) == []
    assert day in {one.first for one in find_gaps(two.warehouse, POST, Scope(), only_raw=True).gaps}
    listed = {(one.need, one.source): (one.place, one.games) for one in rank_list(two.warehouse, POST)}
    assert listed["team_box", BETTER] == (1, 5)
    assert listed["team_box", WORSE] == (2, 1)


def test_what_a_fallback_has_is_no_gap(two: Workshop, worse: Feed, league: Path) -> None:
    better = Feed(BETTER, league, worse.folder.parent / "again")
    better.without([GAME], ["shots"])
    better.deliver(two, 1)

    def lacking() -> list[str]:
        return [
            one.table for one in find_gaps(two.warehouse, POST, Scope(), only_raw=True).gaps if "shots" in one.table
        ]

    assert lacking() == ["raw.shots"]
    worse.deliver(two, 2)
    assert lacking() == []
