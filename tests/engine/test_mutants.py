"""Every way of breaking the engine on purpose is caught: by a full rebuild, by verify, or by the work that it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from mutants import MUTANTS, Mutant

from backcourt.engine import hashing, ledger
from backcourt.engine.run import RunReport
from backcourt.errors import WarehouseError
from deliveries import Files
from playing import Play, Run, beginning
from rebuilding import BYTES, differences, fresh_hashes, troubled
from small_league import OUTLOOK, PLAYER, RESULT, TEAM, small_registry
from support import Line, partition_hashes

PARTS = ("cut-off", "cone", "lineage", "fingerprint", "tombstones", "commit")
"""Each has at least two mutants."""

Partitions = set[tuple[str, date]]


@dataclass
class Told:
    """What a story found while it was played: partitions that might be touched (None: any), and what it noticed itself."""

    allowed: Partitions | None = None
    complaints: dict[str, list[str]] = field(default_factory=dict)


Story = Callable[[Play], Told]


# --- stories: a change of one kind, and what it may touch ------------------------------------------------------------------


def days(play: Play, season: int = -1) -> list[date]:
    """The dates of a season, the last one unless told otherwise."""
    name = play.files.of("games")[season]
    return sorted(
        {date.fromisoformat(line["game_date"]) for line in play.files.lines[name] if line["game_id"][2] == "2"}
    )


def lines(files: Files, table: str, day: date, season: int = -1) -> list[Line]:
    """The lines of a table on a date."""
    return [line for line in files.lines[files.of(table)[season]] if line["game_date"] == str(day)]


def delivered(play: Play, table: str, season: int = -1) -> RunReport | None:
    """Deliver the files of a table and run everything."""
    play.files.touched.add(play.files.of(table)[season])
    play.undelivered |= play.files.deliver()
    play.ingest()
    return play.run(Run())


def after(play: Play, day: date, *tables: str) -> Partitions:
    """The partitions of tables on the dates after one."""
    every = [each for season in (0, 1) for each in days(play, season)]
    return {(table, each) for table in tables for each in every if each > day}


def add_points(line: Line, points: int = 1) -> None:
    line["points"] = str(int(line["points"]) + points)


def correction(play: Play) -> Told:
    """A point more for a player in the first game of the season: his row, and what is known before later games."""
    day = days(play)[0]
    add_points(lines(play.files, "player_box", day)[0])
    delivered(play, "player_box")
    return Told({(PLAYER, day), *after(play, day, OUTLOOK, TEAM)})


def correction_before(play: Play) -> Told:
    """The same on the last date of the season before."""
    day = days(play, 0)[-1]
    add_points(lines(play.files, "player_box", day, 0)[0])
    delivered(play, "player_box", 0)
    return Told({(PLAYER, day), *after(play, day, OUTLOOK, TEAM)})


def correction_of_a_team(play: Play) -> Told:
    """A point more for a team in the first game of the season: what is known before its own later games, no others."""
    day = days(play)[0]
    line = lines(play.files, "team_box", day)[0]
    add_points(line)
    delivered(play, "team_box")
    own = {game["game_date"] for game in _games_of(play, line["team_id"])}
    return Told({(RESULT, day), (PLAYER, day), *(each for each in after(play, day, TEAM) if str(each[1]) in own)})


def _games_of(play: Play, team: str) -> list[Line]:
    games = [
        line for season in (0, 1) for day in days(play, season) for line in lines(play.files, "games", day, season)
    ]
    return [line for line in games if team in (line["home_team_id"], line["away_team_id"])]


def swapped_points(play: Play) -> Told:
    """The points of two players of one team in one game."""
    day = days(play)[0]
    one, *others = (line for line in lines(play.files, "player_box", day) if line["points"])
    other = next(line for line in others if line["team_id"] == one["team_id"] and line["points"] != one["points"])
    one["points"], other["points"] = other["points"], one["points"]
    delivered(play, "player_box")
    return Told({(PLAYER, day), *after(play, day, OUTLOOK, TEAM)})


def equal_output(play: Play) -> Told:
    """One basket of three less and one and a half of two more: shooting as before, so what reads it has nothing to do."""
    day = days(play)[0]
    line = lines(play.files, "team_box", day)[0]
    line.update(fg_made=str(int(line["fg_made"]) + 1), three_made=str(int(line["three_made"]) - 2))
    report = delivered(play, "team_box")
    assert report
    written = [str(each) for each in report.attempts if each.outcome == "written"]
    return Told({(RESULT, day)}, {"work": written} if written else {})


def unread_column(play: Play) -> Told:
    """A foul more."""
    line = lines(play.files, "player_box", days(play)[0])[0]
    line["fouls"] = str(int(line["fouls"]) + 1)
    delivered(play, "player_box")
    return Told(set())


def late_line(play: Play) -> Told:
    """An offer after the tip-off: no row may know it."""
    line = lines(play.files, "player_lines", days(play)[0])[0]
    game = next(each for each in lines(play.files, "games", days(play)[0]) if each["game_id"] == line["game_id"])
    moment = date.fromisoformat(game["game_date"]) + timedelta(days=2)
    late = line | {"book": "Late", "snapshot_at": f"{moment} 12:00:00"}
    play.files.lines[play.files.of("player_lines")[-1]].append(late)
    delivered(play, "player_lines")
    return Told()


def roster(play: Play) -> Told:
    """A team loses a player on the day before the season begins."""
    name, day = play.files.of("rosters")[-1], days(play)[0] - timedelta(days=1)
    team = play.files.lines[name][0]["team_id"]
    mine = [line for line in play.files.lines[name] if line["team_id"] == team]
    newest = [line for line in mine if line["snapshot_at"] == max(each["snapshot_at"] for each in mine)]
    about = {"game_date": str(day), "snapshot_at": f"{day} 12:34:00"}
    play.files.lines[name] += [line | about for line in newest[1:]]
    delivered(play, "rosters")
    return Told(after(play, day, OUTLOOK, TEAM))


def roster_of_long_ago(play: Play) -> Told:
    """In the summer before the first season; the second reads back to the first game of the first."""
    name = play.files.of("rosters")[0]
    play.files.take(name, [play.files.lines[name][0]])
    delivered(play, "rosters", 0)
    return Told({(table, day) for table in (OUTLOOK, TEAM) for day in days(play, 0)})


def later_game_cancelled(play: Play) -> Told:
    """The last game of the season: a team's games in the schedule are fewer on every date."""
    lines(play.files, "games", days(play)[-1])[0]["status"] = "cancelled"
    delivered(play, "games")
    return Told()


def other_code_of_a_team(play: Play) -> Told:
    play.files.lines["teams"][0]["tricode"] = "XYZ"
    delivered(play, "teams")
    return Told()


def broken_check(play: Play) -> Told:
    """More shots made than taken: that date fails, and what is known before later games is blocked."""
    day = days(play)[0]
    lines(play.files, "team_box", day)[0]["fg_attempted"] = "1"
    delivered(play, "team_box")
    return Told({(RESULT, day)})


def deleted_row(play: Play) -> Told:
    """A line is withdrawn."""
    name = play.files.of("player_lines")[-1]
    play.files.take(name, lines(play.files, "player_lines", days(play)[0])[:1])
    delivered(play, "player_lines")
    return Told()


def moved_game(play: Play) -> Told:
    """To the next date, with everything that names it."""
    first, second, *_ = days(play)
    lines(play.files, "games", first)[0]["game_date"] = str(second)
    play.files.agree_with_schedule()
    delivered(play, "games")
    return Told()


def other_arithmetic(play: Play) -> Told:
    play.code ^= {"arithmetic"}
    play.run(Run())
    return Told()


def other_comments(play: Play) -> Told:
    play.code ^= {"comments"}
    play.run(Run())
    return Told(set())


def crash_in_a_commit(play: Play) -> Told:
    """After the rows and before the ledger; then it is run again."""
    add_points(lines(play.files, "player_box", days(play)[0])[0])
    play.files.touched.add(play.files.of("player_box")[-1])
    play.undelivered |= play.files.deliver()
    play.ingest()
    assert play.run(Run(crash_after="INSERT OR REPLACE INTO ledger.partitions")) is None
    play.run(Run())
    return Told()


def other_hands(play: Play) -> Told:
    """Somebody marks a partition in the ledger; the next run must refuse, until it is as it was."""
    mark = "UPDATE ledger.partitions SET state = ? WHERE table_name = ? AND game_date = ?"
    play.warehouse.execute(mark, ["damaged", f"analytics.{RESULT}", days(play)[0]])
    try:
        play.run(Run())
    except WarehouseError:
        play.warehouse.execute(mark, ["verified", f"analytics.{RESULT}", days(play)[0]])
        return Told()
    return Told(complaints={"refusal": ["it was built on"]})


def pairs_of_equal_rows(play: Play) -> Told:
    """Two rows twice each, and others: what would cancel in pairs must not."""
    one, other = (_print(play, f"SELECT 1 AS k, UNNEST([{values}]) AS v") for values in ("5, 5, 7", "6, 6, 7"))
    return Told(complaints={"fingerprint": [one]} if one == other else {})


def equal_sums(play: Play) -> Told:
    """Where the hashes of values add up to the same, the second sum decides; here a value stands for its hash."""
    one, other = (
        _print(play, f"SELECT 1 AS k, UNNEST([{values}]) AS v", ('hash(key__, "v")', '"v"'))
        for values in ("1, 4", "2, 3")
    )
    return Told(complaints={"fingerprint": [one]} if one == other else {})


def _print(play: Play, relation: str, *replaced: tuple[str, str]) -> str:
    query = hashing.fingerprints(f"({relation})", ["k"], ["v"], "DATE '2021-10-19'")
    for old, new in replaced:
        assert old in query
        query = query.replace(old, new)
    return str(play.warehouse.value(f"SELECT fingerprint FROM ({query})"))


STORIES: dict[str, Story] = {
    "a correction": correction,
    "a correction in the season before": correction_before,
    "a correction of a team": correction_of_a_team,
    "points of two players swapped": swapped_points,
    "an equal output": equal_output,
    "a column that nobody reads": unread_column,
    "a line after the tip": late_line,
    "a roster": roster,
    "a roster of long ago": roster_of_long_ago,
    "a later game is cancelled": later_game_cancelled,
    "another code of a team": other_code_of_a_team,
    "a broken check": broken_check,
    "a deleted row": deleted_row,
    "a game on another date": moved_game,
    "other arithmetic": other_arithmetic,
    "other comments": other_comments,
    "a crash in a commit": crash_in_a_commit,
    "a ledger changed by other hands": other_hands,
    "pairs of equal rows": pairs_of_equal_rows,
    "equal sums": equal_sums,
}


# --- what the whole engine says of it afterwards ---------------------------------------------------------------------------


def complaints(story: Story, mutant: Mutant | None, questions: tuple[str, ...]) -> dict[str, list[str]]:
    """Play a story, with a mutant if there is one, and ask the whole engine some questions; those with an answer."""
    with beginning() as play:
        with pytest.MonkeyPatch.context() as patch:
            try:
                if mutant:
                    mutant.apply(patch)
                    if mutant.has_a_past:
                        _written_by_itself(play)
                told = story(play)
            except WarehouseError as error:
                return {"refusal": [str(error)]}
            finally:
                small_registry.cache_clear()
        return {name: answer for name, answer in _judged(play, told, questions).items() if answer}


def _written_by_itself(play: Play) -> None:
    """Let another engine version have written the ledger, and code never parsed: both are done anew."""
    small_registry.cache_clear()
    with play.warehouse.transaction():
        ledger.set_meta(play.warehouse, "engine", "another")
    play.run(Run())


def _judged(play: Play, told: Told, questions: tuple[str, ...]) -> dict[str, list[str]]:
    found = {name: list(answer) for name, answer in told.complaints.items()}
    # What a mutant derived of the code is not what the engine as it is derives of it.
    with play.warehouse.transaction():
        ledger.set_meta(play.warehouse, "lineage", "")
    if told.allowed is not None and play.report:
        computed = [each for each in play.report.attempts if each.outcome not in ("outside", "blocked")]
        extra = {(each.table, each.game_date) for each in computed} - told.allowed
        found.setdefault("work", []).extend(f"{table} {day}" for table, day in sorted(extra))
    if {"bytes", "states"} & set(questions):
        differing = differences(play.warehouse, play.registry)
        found["bytes"] = [each for each in differing if BYTES in each]
        # What the whole engine finds stale it would mend; what it holds for failed or verified it would not.
        found["states"] = [each for each in differing if BYTES not in each and " is stale" not in each]
    if "verify" in questions:
        verdict = play.shop.verify()
        found["verify"] = [str(each) for each in (*verdict.damage, *verdict.broken_seals)]
    if "fresh" in questions:
        mine, fresh = (
            (partition_hashes(play.warehouse), troubled(play.warehouse)),
            fresh_hashes(play.registry, play.folder),
        )
        found["fresh"] = [] if mine == fresh else [f"{len(set(mine[0].items()) ^ set(fresh[0].items()))} hashes differ"]
    return found


@pytest.mark.soak
@pytest.mark.parametrize("name", STORIES)
def test_the_engine_as_it_is_passes(name: str) -> None:
    """No question has an answer, so what a mutant is caught by is the mutant's."""
    asked = {mutant.caught_by for mutant in MUTANTS if mutant.story == name}
    assert complaints(STORIES[name], None, ("bytes", "states", "verify", *asked)) == {}


@pytest.mark.soak
@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_mutant_is_caught(mutant: Mutant) -> None:
    """By the question that is meant to."""
    found = complaints(STORIES[mutant.story], mutant, (mutant.caught_by,))
    assert mutant.caught_by in found, f"{mutant} survives: {found}"


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_mutant_can_be_made(mutant: Mutant) -> None:
    """What it changes is still in the engine, and somebody uses it; when the engine moves, the campaign moves with it."""
    with pytest.MonkeyPatch.context() as patch:
        mutant.apply(patch)


def test_every_part_is_broken() -> None:
    """At least twice, and no story is there for nothing."""
    parts = Counter(mutant.part for mutant in MUTANTS)
    assert set(parts) == set(PARTS)
    assert min(parts.values()) >= 2
    assert {mutant.story for mutant in MUTANTS} == set(STORIES)
