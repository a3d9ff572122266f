"""What every simulated league keeps: its shape, its keys, and exact agreement between its files."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from leagues import COUNTS, SEASON, Line, content, counted, read

from backcourt import errors
from backcourt.errors import UsageError
from backcourt.sources.simulated import SMALL, LeagueSize, write_league
from backcourt.sources.simulated.writer import UNTOLD

RAW = (Path(errors.__file__).parent / "tables" / "raw").glob("*/contract.yaml")
CONTRACTS = sorted(path for path in RAW if path.parent.name not in UNTOLD)
REGISTRIES = {"arena_distances", "arenas", "players", "teams"}


def lines_of(folder: Path, table: str) -> list[Line]:
    return read(folder, table, None if table in REGISTRIES else SEASON)


def length_of(minutes: int) -> int:
    return 60 * minutes // 5


def test_same_arguments_give_the_same_bytes(small: Path, tmp_path: Path) -> None:
    write_league(tmp_path, [2021], seed=1, size=SMALL)
    assert content(tmp_path) == content(small)


def test_another_seed_gives_another_league(small: Path, tmp_path: Path) -> None:
    write_league(tmp_path, [2021], seed=2, size=SMALL)
    other = content(tmp_path)
    assert all(other[name] != data for name, data in content(small).items() if name.endswith(f"_{SEASON}.csv"))


def test_a_season_does_not_depend_on_what_else_is_asked_for(small: Path, tmp_path: Path) -> None:
    write_league(tmp_path, [2022, 2021], seed=1, size=SMALL)
    both = content(tmp_path)
    assert all(both[name] == data for name, data in content(small).items() if name.endswith(f"_{SEASON}.csv"))
    first, second = ({line["player_id"] for line in read(tmp_path, "player_box", s)} for s in (SEASON, "2022-23"))
    assert len(first & second) > len(first) / 2, "veterans stay"


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.parent.name)
def test_files_keep_their_contract(small: Path, path: Path) -> None:
    table, contract = path.parent.name, yaml.safe_load(path.read_text(encoding="utf-8"))
    columns = {name: about for name, about in contract["columns"].items() if "derived" not in about}
    lines = lines_of(small, table)
    assert lines
    assert list(lines[0]) == list(columns)
    keys = [tuple(line[name] for name in contract["key"]) for line in lines]
    assert len(set(keys)) == len(keys)
    for name, about in columns.items():
        values = {line[name] for line in lines}
        assert "" not in values or None in about, name
        values.discard("")
        assert values <= set(about.get("values", values)), name
        if about["type"] == "boolean":
            assert values <= {"true", "false"}, name
        if "range" in about:
            low, high = about["range"]
            assert all(low <= float(value) <= high for value in values), name


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.parent.name)
def test_references_hold(small: Path, path: Path) -> None:
    contract = yaml.safe_load(path.read_text(encoding="utf-8"))
    games = {line["game_id"]: line for line in read(small, "games")}
    known = {name: {line[f"{name[:-1]}_id"] for line in read(small, name, None)} for name in ("teams", "players")}
    for line in lines_of(small, path.parent.name):
        for column, table in contract.get("refers", {}).items():
            assert line[column] in (games if table == "games" else known[table] | {""})
        if "game_id" in contract.get("refers", {}):
            assert line["game_date"] == games[line["game_id"]]["game_date"]
            assert line.get("season", SEASON) == SEASON


def test_box_scores_are_the_sums_of_the_events(small: Path) -> None:
    events, box = read(small, "play_by_play"), read(small, "player_box")
    sums = counted(events)
    listed = {(line["game_id"], line["player_id"]): line for line in box}
    assert all(key in listed for key, line in sums.items() if any(line.values()))
    for key, line in listed.items():
        assert {name: int(line[name]) for name in COUNTS} == sums[key], key


def test_teams_and_scores_are_the_sums_of_their_players(small: Path) -> None:
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for line in read(small, "player_box"):
        sums[line["game_id"], line["team_id"]].update({name: int(line[name]) for name in [*COUNTS, "plus_minus"]})
    scores = {line["game_id"]: line for line in read(small, "games")}
    last = {event["game_id"]: event for event in read(small, "play_by_play")}
    teams = read(small, "team_box")
    assert len(teams) == len(sums) == 2 * len(last)
    for team in teams:
        total, game = sums[team["game_id"], team["team_id"]], scores[team["game_id"]]
        assert {name: int(team[name]) for name in COUNTS} == {name: total[name] for name in COUNTS}
        assert int(team["plus_minus"]) * 5 == total["plus_minus"]
        side, other = ("home", "away") if team["is_home"] == "true" else ("away", "home")
        assert team["team_id"] == game[f"{side}_team_id"]
        assert team["points"] == game[f"{side}_points"] == last[team["game_id"]][f"score_{side}"]
        assert int(team["plus_minus"]) == int(game[f"{side}_points"]) - int(game[f"{other}_points"]) != 0


def test_shots_are_the_attempts_of_the_events(small: Path) -> None:
    same = ["game_id", "action_number", "period", "clock_ms", "player_id", "team_id", "made", "game_date"]
    same += ["assist_player_id", "block_player_id", "is_fast_break", "is_second_chance", "is_from_turnover"]
    attempts = [event for event in read(small, "play_by_play") if event["action_type"] in ("2pt", "3pt")]
    shots = read(small, "shots")
    assert [[shot[name] for name in same] for shot in shots] == [[event[name] for name in same] for event in attempts]
    assert all(shot["shot_value"] == event["action_type"][0] for shot, event in zip(shots, attempts, strict=True))
    assert all((shot["zone"] == "three") == (shot["shot_value"] == "3") for shot in shots)


def test_seconds_are_exact(small: Path) -> None:
    """From the ten on court after each event, second by second, as a reader of the file would count."""
    seconds: dict[tuple[str, str], int] = defaultdict(int)
    on, now, game, length = "", 0, "", 0
    for event in [*read(small, "play_by_play"), None]:
        if event is None or event["game_id"] != game:
            for player in on.split("|") if game else ():
                seconds[game, player] += length - now
            if event is None:
                break
            on, now, game = event["players_on"], 0, event["game_id"]
        period = int(event["period"])
        length = 720 * min(period, 4) + 300 * max(0, period - 4)
        moment = length - int(event["clock_ms"]) // 1000
        assert moment >= now, "the clock runs one way"
        for player in on.split("|"):
            seconds[game, player] += moment - now
        now, on = moment, event["players_on"]
        assert len(on.split("|")) == 10 or event["action_type"] == "substitution"
    box = read(small, "player_box")
    assert {key: value for key, value in seconds.items() if value} == {
        (line["game_id"], line["player_id"]): int(line["seconds_played"])
        for line in box
        if line["seconds_played"] != "0"
    }
    totals: Counter[tuple[str, str]] = Counter()
    for line in box:
        totals[line["game_id"], line["team_id"]] += int(line["seconds_played"])
    for team in read(small, "team_box"):
        assert totals[team["game_id"], team["team_id"]] == 5 * length_of(int(team["minutes"]))


def test_everyone_listed_plays_or_does_not(small: Path) -> None:
    played = {(line["game_id"], line["player_id"]) for line in read(small, "player_box")}
    absent = {(line["game_id"], line["player_id"]) for line in read(small, "did_not_play")}
    assert not played & absent
    assert len(played | absent) == 17 * len(read(small, "team_box"))
    starters = Counter(line["game_id"] for line in read(small, "player_box") if line["starter"] == "true")
    assert set(starters.values()) == {10}


def test_an_and_one_follows_its_shot(small: Path) -> None:
    events, found = read(small, "play_by_play"), 0
    for place, event in enumerate(events):
        if event["free_throw_total"] == "1" and event["free_throw_kind"] == "personal":
            foul, shot = events[place - 1], events[place - 2]
            assert foul["action_type"] == "foul"
            assert foul["foul_drawn_player_id"] == event["player_id"]
            assert shot["made"] == "true"
            same = ("game_id", "period", "clock_ms", "player_id")
            assert [shot[name] for name in same] == [event[name] for name in same]
            found += 1
    assert found > 3 * 45


def test_those_who_are_out_do_not_play(small: Path) -> None:
    last: dict[tuple[str, str], Line] = {}
    sides, games = ("home_team_id", "away_team_id"), read(small, "games")
    tips = {(line["game_date"], line[side]): line for line in games for side in sides}
    for line in sorted(read(small, "injuries"), key=lambda line: line["snapshot_at"]):
        assert line["snapshot_at"] < tips[line["game_date"], line["team_id"]]["tip_scheduled_at"]
        last[line["game_date"], line["player_id"]] = line
    played = {(line["game_date"], line["player_id"]) for line in read(small, "player_box")}
    out = {key for key, line in last.items() if line["status"] == "out"}
    assert out
    assert not out & played
    doubted = {key for key, line in last.items() if line["status"] == "questionable"}
    assert 0.25 < len(doubted & played) / len(doubted) < 0.75


def test_some_lines_are_seen_during_the_game(small: Path) -> None:
    tips = {line["game_id"]: line["tip_scheduled_at"] for line in read(small, "games")}
    for table in ("game_lines", "player_lines"):
        late = Counter(line["snapshot_at"] >= tips[line["game_id"]] for line in read(small, table))
        assert 0 < late[True] < late[False] / 5, table


def test_moves_show_in_the_rosters(small: Path) -> None:
    games = read(small, "games")
    teams = {line["player_id"]: set() for line in read(small, "player_box")}
    for line in read(small, "player_box"):
        teams[line["player_id"]].add(line["team_id"])
    moves = read(small, "transactions")
    traded = [line for line in moves if line["kind"] == "traded_out"]
    assert len(traded) == len([line for line in moves if line["kind"] == "traded_in"]) > 0
    final = max(line["game_date"] for line in read(small, "rosters"))
    assert final <= max(line["game_date"] for line in games)
    squads = Counter((line["game_date"], line["team_id"]) for line in read(small, "rosters"))
    assert set(squads.values()) == {17}
    assert any(len(of) > 1 for of in teams.values())


def test_small_league(small: Path) -> None:
    games = [line for line in read(small, "games") if line["season_type"] == "regular"]
    dates = {line["game_date"] for line in games}
    assert len(dates) == 30
    assert min(dates) == "2021-10-19"
    played = Counter(line[f"{side}_team_id"] for line in games for side in ("home", "away"))
    assert set(played.values()) == {15}
    assert len(played) == 6
    assert {line["season_type"] for line in read(small, "games")} == {"preseason", "regular"}


def test_small_league_with_playoffs(tmp_path: Path) -> None:
    write_league(tmp_path, [2024], size=LeagueSize(teams=5, dates=9, post_season=True))
    series: dict[frozenset[str], int] = Counter()
    for line in read(tmp_path, "games", "2024-25"):
        if line["season_type"] == "playoffs":
            series[frozenset((line["home_team_id"], line["away_team_id"]))] += 1
    assert len(series) == 3
    assert all(4 <= games <= 7 for games in series.values())


@pytest.mark.soak
def test_whole_season(whole: Path) -> None:
    games = read(whole, "games")
    kinds = Counter(line["season_type"] for line in games)
    assert kinds["regular"] == 1230
    assert kinds["play_in"] == 6
    assert 60 <= kinds["playoffs"] <= 105
    assert kinds["all_star"] == 1
    days: dict[str, list[date]] = defaultdict(list)
    for line in games:
        if line["season_type"] == "regular":
            for side in ("home", "away"):
                days[line[f"{side}_team_id"]].append(date.fromisoformat(line["game_date"]))
    assert {len(of) for of in days.values()} == {82}
    assert all(len(set(of)) == 82 for of in days.values()), "no team plays twice a date"
    assert min(min(of) for of in days.values()) == date(2021, 10, 19)
    assert max(max(of) for of in days.values()) == date(2022, 4, 10)
    every_day = sorted(set().union(*days.values()))
    assert 160 <= len(every_day) <= 168
    assert max(after - day for day, after in pairwise(every_day)) == timedelta(days=7)
    runs = [sum((day + timedelta(days=1)) in of for day in of) for of in (set(of) for of in days.values())]
    assert 12 <= sum(runs) / 30 <= 16.5
    assert not any({day + timedelta(days=1), day + timedelta(days=2)} <= set(of) for of in days.values() for day in of)
    assert {line["home_team_id"] for line in games if line["season_type"] == "all_star"} == {""}


def test_calendar_has_the_real_openings_and_cup_finals() -> None:
    from backcourt.sources.simulated.schedule import calendar_of

    calendars = {year: calendar_of(year, LeagueSize()) for year in (2021, 2022, 2023, 2024)}
    assert [calendar.dates[0].isoformat() for calendar in calendars.values()] == [
        "2021-10-19", "2022-10-18", "2023-10-24", "2024-10-22",
    ]  # fmt: skip
    assert calendars[2022].cup_final is None
    final = calendars[2023].cup_final
    assert final == date(2023, 12, 9)
    assert final not in calendars[2023].dates


@pytest.mark.parametrize(
    ("seasons", "size"), [([2019], SMALL), ([2021], LeagueSize(teams=31)), ([2021], LeagueSize(teams=6, dates=1))]
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, seasons: list[int], size: LeagueSize) -> None:
    with pytest.raises(UsageError):
        write_league(tmp_path / "never", seasons, size=size)
    assert not (tmp_path / "never").exists()


def test_only_those_on_court_act(small: Path) -> None:
    for event in read(small, "play_by_play"):
        on = event["players_on"].split("|")
        assert on == sorted(on)
        if event["action_type"] == "substitution":
            assert (event["player_id"] in on) == (len(on) == 10)
            continue
        others = (f"{role}_player_id" for role in ("assist", "block", "steal", "foul_drawn"))
        assert {event["player_id"], *(event[name] for name in others)} - {""} <= set(on)


def test_free_throws_come_in_whole_trips(small: Path) -> None:
    throws = [line for line in read(small, "play_by_play") if line["free_throw_total"]]
    trips = [line for line in throws if line["free_throw_kind"] == "personal"]
    place = 0
    while place < len(trips):
        total = int(trips[place]["free_throw_total"])
        trip = trips[place : place + total]
        assert [line["free_throw_number"] for line in trip] == [str(number + 1) for number in range(total)]
        assert len({(line["game_id"], line["player_id"], line["period"], line["clock_ms"]) for line in trip}) == 1
        place += total
    assert {line["free_throw_total"] for line in throws if line["free_throw_kind"] == "technical"} == {"1"}
