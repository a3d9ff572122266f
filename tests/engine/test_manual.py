"""Values corrected by hand: what stands in place of what, from when, and which lines are refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from backcourt.checks.finding import Finding
from backcourt.checks.validate.sources import CURRENT, source_rules
from backcourt.checks.validate.stage import create_stage
from backcourt.engine.excerpt import write_excerpt
from backcourt.engine.explain import explain
from backcourt.engine.ledger import broken_seals
from backcourt.errors import SourceError
from backcourt.seasons import Scope
from backcourt.sources.local import IngestReport
from backcourt.sources.manual.adapter import ingest_manual
from backcourt.sources.manual.lines import HEADER, read_lines
from backcourt.warehouse.duckdb import Warehouse
from support import POST, Line, Workshop, clock, workshop

REASON = "the league's correction of the next day"


@pytest.fixture
def line(shop: Workshop) -> Line:
    """A player's line of the first regular game."""
    return next(one for one in shop.read("player_box") if one["game_id"] == "0022100001" and int(one["assists"]) > 0)


def write(path: Path, *lines: tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *lines])
    return path


def key_of(line: Line) -> str:
    return f"game_id={line['game_id']}; player_id={line['player_id']}"


def take(shop: Workshop, path: Path, hours: int = 1) -> IngestReport:
    return ingest_manual(shop.warehouse, shop.registry, path, clock(hours))


def box(shop: Workshop, line: Line, column: str) -> object:
    return shop.warehouse.value(
        f"SELECT {column} FROM raw.player_box_current WHERE game_id = ? AND player_id = ?",
        [line["game_id"], int(line["player_id"])],
    )


def outdated(shop: Workshop) -> list[Finding]:
    results = source_rules(create_stage(shop.warehouse, shop.registry, Scope()))
    return [each.finding for each in results if each.finding.check == CURRENT.name]


def corrected(shop: Workshop, line: Line, **values: str) -> None:
    """The source itself says something else of the line from now on."""
    lines = shop.read("player_box")
    for one in lines:
        if (one["game_id"], one["player_id"]) == (line["game_id"], line["player_id"]):
            one.update(values)
    shop.write("player_box", lines)


def test_a_value_stands_in_place_of_the_sources_and_flows(shop: Workshop, line: Line, tmp_path: Path) -> None:
    """And goes again with its line."""
    before, rows = shop.hashes(), shop.warehouse.value("SELECT COUNT(*) FROM raw.player_box_current")
    steals = int(line["steals"])
    file = write(
        tmp_path / "o.csv",
        ("player_box", key_of(line), "steals", str(steals + 1), REASON),
        ("player_box", key_of(line), "plus_minus", "", "not known after all"),
    )
    assert take(shop, file).due > 0
    assert (box(shop, line, "steals"), box(shop, line, "plus_minus")) == (steals + 1, None)
    assert box(shop, line, "points") == int(line["points"])
    assert shop.warehouse.value("SELECT COUNT(*) FROM raw.player_box_current") == rows
    (known,) = shop.warehouse.rows("SELECT known_at, known_kind FROM raw.player_box WHERE source = 'manual'")
    assert known == (clock(1).now().replace(tzinfo=None), "observed")
    assert take(shop, file, 2).outcomes[0].is_known
    day = shop.warehouse.value("SELECT game_date FROM raw.games_current WHERE game_id = ?", [line["game_id"]])
    assert shop.due()["player_game_summary"] == {day}
    told = explain(shop.warehouse, POST, POST.built["player_game_summary"], day)
    assert [(one.column, one.value, one.replaced, one.reason) for one in told.overrides] == [
        ("plus_minus", None, line["plus_minus"] or None, "not known after all"),
        ("steals", str(steals + 1), str(steals), REASON),
    ]
    assert ("player_box", "manual", 1, 1) in [(one.need, one.source, one.games, one.rows) for one in told.sources]
    assert take(shop, write(file), 3).outcomes[0].vanished == 1
    assert box(shop, line, "steals") == steals
    assert shop.due() == {}
    assert shop.hashes() == before
    assert shop.verify().passed
    assert broken_seals(shop.warehouse) == []


def test_what_follows_from_a_value_follows_from_the_new_one(shop: Workshop, tmp_path: Path) -> None:
    game = next(one for one in shop.read("games") if one["game_id"] == "0022100001")
    file = write(tmp_path / "o.csv", ("games", "game_id=0022100001", "status", "postponed", REASON))
    take(shop, file)
    found = "SELECT is_final, takes_place, winner_team_id FROM raw.games_current WHERE game_id = '0022100001'"
    assert shop.warehouse.rows(found) == [(False, False, None)]
    assert shop.warehouse.value("SELECT COUNT(*) FROM ledger.schedule WHERE game_date = ?", [game["game_date"]]) == 0


def test_a_source_that_changes_its_row_later_is_told(shop: Workshop, line: Line, tmp_path: Path) -> None:
    file = write(tmp_path / "o.csv", ("player_box", key_of(line), "steals", "9", REASON))
    take(shop, file)
    assert [each.outcome for each in outdated(shop)] == ["pass"]
    corrected(shop, line, steals="8")
    shop.ingest(2)
    assert box(shop, line, "steals") == 9
    (told,) = outdated(shop)
    assert told.outcome == "warn"
    for word in ("steals: simulated has another row", "9 was put in place of", "it says 8 now", line["player_id"]):
        assert word in told.said
    take(shop, file, 3)
    assert [each.outcome for each in outdated(shop)] == ["pass"]


def test_all_else_stays_what_the_source_says(shop: Workshop, line: Line, tmp_path: Path) -> None:
    """A result that comes after somebody named the arena is not lost, nor is another correction of the same line."""
    games, final = shop.read("games"), ("status", "home_points", "away_points", "tip_actual_at")
    first = next(one for one in games if one["game_id"] == "0022100001")
    ahead = {"status": "scheduled", "home_points": "", "away_points": "", "tip_actual_at": ""}
    shop.write("games", [one | ahead if one is first else one for one in games])
    shop.ingest(1)
    file = write(
        tmp_path / "o.csv",
        ("games", "game_id=0022100001", "arena", "Elsewhere", REASON),
        ("player_box", key_of(line), "steals", "9", REASON),
    )
    take(shop, file, 2)
    shop.write("games", games)
    corrected(shop, line, assists="19")
    shop.ingest(3)
    columns = f"arena, {', '.join(final[:3])}, is_final"
    (now,) = shop.warehouse.rows(f"SELECT {columns} FROM raw.games_current WHERE game_id = '0022100001'")
    assert now == ("Elsewhere", "final", int(first["home_points"]), int(first["away_points"]), True)
    assert (box(shop, line, "steals"), box(shop, line, "assists")) == (9, 19)
    assert [each.outcome for each in outdated(shop)] == ["warn", "warn"]
    assert shop.verify().damage == []


def test_a_key_may_hold_a_semicolon(shop: Workshop, tmp_path: Path) -> None:
    """The league's reasons of injuries do, and the reason is part of the key there."""
    contract = shop.registry.raw["injuries"]
    named = "; ".join(f"{name}=Injury - Knee; Soreness" if name == "reason" else f"{name}=1" for name in contract.key)
    assert "reason" in contract.key
    (one,) = read_lines(write(tmp_path / "o.csv", ("injuries", named, "team_id", "1", REASON)), shop.registry)
    assert (one.key["reason"], one.key[contract.key[0]]) == ("Injury - Knee; Soreness", "1")


def test_a_row_that_its_source_withdraws_goes_with_its_manual_value(shop: Workshop, line: Line, tmp_path: Path) -> None:
    file = write(tmp_path / "o.csv", ("player_box", key_of(line), "steals", "9", REASON))
    take(shop, file)
    lines = [one for one in shop.read("player_box") if key_of(one) != key_of(line)]
    shop.write("player_box", lines)
    shop.ingest(2)
    assert box(shop, line, "steals") is None
    (told,) = outdated(shop)
    assert (told.outcome, "has that row no longer" in told.said) == ("warn", True)
    with pytest.raises(SourceError, match="line 2: there is nothing to override"):
        take(shop, file, 3)


def test_a_moment_before_a_value_came_does_not_know_it(shop: Workshop, line: Line, tmp_path: Path) -> None:
    """Nor does a game that was corrected stand without its result before it was played, as bulk history does."""
    file = write(
        tmp_path / "o.csv",
        ("player_box", key_of(line), "steals", "9", REASON),
        ("games", "game_id=0022100001", "arena", "Elsewhere", REASON),
    )
    take(shop, file, 3)
    path = shop.warehouse.path
    shop.warehouse.close()
    found = []
    with Warehouse.open(path, read_only=True, threads=1) as origin:
        for hours in (2, 4):
            into = tmp_path / f"{hours}.duckdb"
            write_excerpt(origin, into, POST, clock(hours).now(), clock(5), lambda at: Warehouse.open(at, threads=1))
            with workshop(into, tmp_path) as then:
                arena = then.warehouse.value("SELECT arena FROM raw.games_current WHERE game_id = '0022100001'")
                overrides = then.warehouse.value("SELECT COUNT(*) FROM ledger.overrides")
                found.append((box(then, line, "steals"), arena == "Elsewhere", overrides))
    assert found == [(int(line["steals"]), False, 0), (9, True, 2)]


BOX = "game_id=0022100001; player_id=9000001"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("boxes", BOX, "points", "3", "x"), "line 2: there is no raw table 'boxes'"),
        (("player_aliases", "a=b", "points", "3", "x"), "line 2: aliases are kept by  backcourt names add"),
        (("player_box", BOX, "score", "3", "x"), "line 2: raw.player_box has no column 'score'"),
        (("player_box", BOX, "player_id", "3", "x"), "line 2: player_id is part of the key"),
        (("games", "game_id=0022100001", "game_date", "2021-10-21", "x"), "line 2: game_date says where a row belongs"),
        (("player_box", BOX, "appeared", "true", "x"), "line 2: appeared of raw.player_box follows from other columns"),
        (("player_box", BOX, "points", "3", ""), "line 2: there is no reason for points '3'"),
        (("player_box", "game_id=0022100001", "points", "3", "x"), "does not name game_id, player_id"),
        (("player_box", "0022100001", "points", "3", "x"), "the key '0022100001' is not of the form name=value"),
        (("player_box", "game_id=1; player_id=one", "points", "3", "x"), "player_id: 'one' is not a whole number"),
        (("player_box", "game_id=1; player_id=1", "points", "3", "x"), "line 2: there is nothing to override"),
        (("player_box", "KEY", "points", "3.5", "x"), "line 2: column points: '3.5' is not a whole number"),
        (("player_box", "KEY", "points", "400", "x"), "line 2: column points: 400 is not within 0 to 120"),
        (("player_box", "KEY", "team_id", "", "x"), "line 2: column team_id: the value is missing"),
        (("player_box", "KEY", "team_id", "12", "x"), "12 is not in raw.teams"),
        (("player_box", "points", "3"), "line 2: it has 3 values, not 5"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_taken(
    shop: Workshop, line: Line, tmp_path: Path, wrong: tuple[str, ...], said: str
) -> None:
    fields = tuple(key_of(line) if field == "KEY" else field for field in wrong)
    right = ("player_box", key_of(line), "steals", "9", REASON)
    with pytest.raises(SourceError) as error:
        take(shop, write(tmp_path / "o.csv", fields, right))
    assert said in error.value.message
    assert shop.warehouse.value("SELECT COUNT(*) FROM ledger.ingests WHERE source = 'manual'") == 0
    assert box(shop, line, "steals") == int(line["steals"])


def test_a_file_that_is_none(shop: Workshop, line: Line, tmp_path: Path) -> None:
    twice = ("player_box", key_of(line), "steals", "9", REASON)
    with pytest.raises(SourceError, match="line 3: it overrides steals of the same row as line 2"):
        take(shop, write(tmp_path / "o.csv", twice, twice))
    (tmp_path / "o.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SourceError, match="line 1: the columns are a, b, not table, key"):
        take(shop, tmp_path / "o.csv")
    (tmp_path / "o.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="cannot be read as CSV"):
        take(shop, tmp_path / "o.csv")
    with pytest.raises(SourceError, match="cannot be read"):
        take(shop, tmp_path / "none.csv")
