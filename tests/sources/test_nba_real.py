"""The adapters over what the NBA really sent: recorded answers, and the seasons that were gathered from them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from backcourt.engine.registry import Registry
from backcourt.sources.local.mapping import default_mappings
from backcourt.sources.local.reader import open_file
from backcourt.sources.local.stage import stage
from backcourt.sources.nba_cdn import records as cdn
from backcourt.sources.nba_cdn import requests as cdn_requests
from backcourt.sources.nba_stats import records as stats
from backcourt.sources.nba_stats import requests as stats_requests
from backcourt.sources.payload import Batch, Payload, ShapeError
from backcourt.warehouse.duckdb import Warehouse
from payloads import payload
from staged_records import Row, of_kind, picked, staged

pytestmark = pytest.mark.real

DAY = date(2023, 1, 2)
MITCHELL = 1628378
CLE, CHI = 1610612739, 1610612741


@pytest.fixture
def sample(real_data: Path) -> Callable[[str], bytes]:
    """A recorded body by its name in `samples`."""

    def read(name: str) -> bytes:
        body = (real_data / "samples" / name).read_bytes()
        if name.endswith(".gz"):
            return gzip.decompress(body)
        if name.endswith(".yaml"):
            (taken,) = yaml.safe_load(body)["interactions"]
            return str(taken["response"]["body"]["string"]).encode()
        return body

    return read


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as opened:
        yield opened


Stage = Callable[[Any, Payload, str], list[Row]]


@pytest.fixture
def rows(warehouse: Warehouse, registry: Registry, tmp_path: Path) -> Stage:
    """The rows of one kind in a payload; none of them has a problem."""

    def make(module: Any, answer: Payload, kind: str) -> list[Row]:
        mappings = Path(module.__file__).parent / "mappings"
        found = staged(warehouse, registry, mappings, of_kind(module.parse(answer), kind), tmp_path)
        assert {row["problem"] for row in found} == {None}
        return found

    return make


@pytest.fixture
def gathered(warehouse: Warehouse, registry: Registry, real_data: Path) -> Callable[..., list[Row]]:
    """Rows of the gathered seasons, as the local files' mapping makes them."""

    def read(name: str, where: str, order: str) -> list[Row]:
        path = real_data / name
        (mapping,) = [each for each in default_mappings() if each.matches(name)]
        contract = registry.raw[mapping.table]
        stage(warehouse, contract, mapping, open_file(warehouse, path), None)
        names = [column.name for column in contract.columns]
        found = warehouse.rows(f"SELECT {', '.join(names)} FROM staged WHERE {where} ORDER BY {order}")
        return [dict(zip(names, row, strict=True)) for row in found]

    return read


def without(rows: list[Row], *columns: str) -> list[Row]:
    return [{name: value for name, value in row.items() if name not in (*columns, "problem")} for row in rows]


@pytest.mark.parametrize(("name", "game_id", "events"), [("a", "0022400500", 560), ("b", "0022400561", 488)])
def test_events_of_the_content_network(
    sample: Callable[[str], bytes],
    rows: Stage,
    gathered: Callable[..., list[Row]],
    name: str,
    game_id: str,
    events: int,
) -> None:
    """They are those of the gathered season, to the last column; who was on court is not in the document."""
    answer = payload(cdn_requests.plays(game_id), sample(f"nba_cdn/playbyplay_{name}.json.gz"))
    found = rows(cdn, answer, "play_by_play")
    known = gathered("pbp_2024-25.parquet", f"game_id = '{game_id}'", "event_index")
    assert len(found) == events
    assert without(found, "players_on") == without(known, "players_on")


def test_shots_of_the_content_network(
    sample: Callable[[str], bytes], rows: Stage, gathered: Callable[..., list[Row]]
) -> None:
    """They are those of the gathered season, zones and sides of the court included."""
    answer = payload(cdn_requests.plays("0022400500"), sample("nba_cdn/playbyplay_a.json.gz"))
    known = gathered("shots_2024-25.parquet", "game_id = '0022400500'", "action_number")
    found = sorted(rows(cdn, answer, "shots"), key=lambda row: int(row["action_number"]))
    assert len(found) == 181
    # Recorded on the evening itself: the area of one tip-in was corrected later.
    zones = [
        (new["action_number"], new["zone"]) for new, old in zip(found, known, strict=True) if new["zone"] != old["zone"]
    ]
    assert zones == [(94, "mid_range")]
    apart = ("zone", "zone_basic", "zone_area", "distance_ft")
    assert without(found, *apart) == without(known, *apart)
    # The shot chart, of which the gathered areas are, ends the restricted area and the corners a little elsewhere.
    places = zip(*(picked(each, "zone_basic zone_area") for each in (found, known)), strict=True)
    assert sum(new == old for new, old in places) == 174


def test_the_schedule(sample: Callable[[str], bytes], rows: Stage, gathered: Callable[..., list[Row]]) -> None:
    """1,400 games of 2024-25: those that count are those of the gathered season."""
    answer = payload(stats_requests.schedule("2024-25"), sample("nba_cdn/schedule_api.json.gz"))
    found = {row["game_id"]: row for row in rows(stats, answer, "games")}
    known = gathered("schedule_2024-25.parquet", "counts", "game_id")
    assert len(found) == 1400
    assert len(known) == 1321
    # The real tip-off is from elsewhere; the gatherer shortened the names of networks.
    apart = ("tip_actual_at", "national_tv", "neutral_site")
    assert without([found[row["game_id"]] for row in known], *apart) == without(known, *apart)
    # San Antonio's games in Austin are home games to the NBA.
    moved = [row["game_id"] for row in known if row["neutral_site"] != found[row["game_id"]]["neutral_site"]]
    assert moved == ["0022400795", "0022400802"]
    assert len(rows(stats, answer, "teams")) == 30


def test_the_schedule_of_a_season_to_come(sample: Callable[[str], bytes]) -> None:
    """Thirteen games of 2025-26, none of them played; not the season before."""
    body = sample("nba_cdn/schedule_cdn.json")
    games = of_kind(cdn.parse(payload(cdn_requests.schedule("2025-26"), body)), "games").rows
    assert {(game["status"], game["homeScore"]) for game in games} == {("scheduled", None)}
    assert len(games) == 13
    with pytest.raises(ShapeError, match="it is of 2025-26, not 2024-25"):
        cdn.parse(payload(cdn_requests.schedule("2024-25"), body))


def test_a_box_score(sample: Callable[[str], bytes], rows: Stage, gathered: Callable[..., list[Row]]) -> None:
    """Cleveland 145, Chicago 134 after overtime, 71 points of one player in 49:48."""
    answer = payload(stats_requests.box("0022200552", DAY), sample("nba_stats/recorded_BoxScoreTraditionalV3.yaml"))
    found = {row["player_id"]: row for row in rows(stats, answer, "player_box")}
    (line,) = picked([found[MITCHELL]], "seconds_played points fg_made fg_attempted ft_made assists starter is_home")
    assert line == (2988, 71, 22, 34, 20, 11, True, True)
    # The gathered season has whole minutes; everything else is the same.
    known = gathered("player_box_2022-23.parquet", "game_id = '0022200552'", "player_id")
    apart = ("seconds_played", "seconds_quality")
    assert without([found[row["player_id"]] for row in known], *apart) == without(known, *apart)
    assert [abs(found[row["player_id"]]["seconds_played"] - row["seconds_played"]) <= 60 for row in known] == [
        True
    ] * 19
    assert picked(rows(stats, answer, "team_box"), "team_id minutes points") == [(CLE, 265, 145), (CHI, 265, 134)]
    assert picked(rows(stats, answer, "did_not_play"), "player_id reason") == [
        (1630596, "DNP - Injury/Illness"),
        (1630600, "DNP - Coach's Decision"),
        (1630792, "DNP - Coach's Decision"),
        (1631207, "DNP - Coach's Decision"),
    ]


def test_events_of_the_statistics_site(
    sample: Callable[[str], bytes], rows: Stage, gathered: Callable[..., list[Row]]
) -> None:
    """Its shots are those of the gathered season, helpers and zones by place included."""
    answer = payload(stats_requests.plays("0022200552", DAY), sample("nba_stats/recorded_PlayByPlayV3.yaml"))
    known = gathered("shots_2022-23.parquet", "game_id = '0022200552'", "action_number")
    found = sorted(rows(stats, answer, "shots"), key=lambda row: int(row["action_number"]))
    columns = (
        "action_number period player_id team_id shot_value made zone assist_player_id block_player_id court_x court_y"
    )
    assert len(found) == 187
    assert picked(found, columns) == picked(known, columns)
    assert {batch.kind for batch in stats.parse(answer)} == {"play_by_play", "shots"}
    events = picked(rows(stats, answer, "play_by_play"), "action_type player_id")
    assert sum(kind == "freethrow" and player == MITCHELL for kind, player in events) == 25
    assert sum(kind == "steal" for kind, _ in events) == 9


def test_logs(sample: Callable[[str], bytes], rows: Stage, gathered: Callable[..., list[Row]]) -> None:
    """A day's players are those of the gathered season; a season's teams come two by two."""
    day = date(2025, 3, 15)
    answer = payload(
        stats_requests.player_log("2024-25", "regular", day, day),
        sample("nba_stats/leaguegamelog_players_one_day.json"),
    )
    found = {(row["game_id"], row["player_id"]): row for row in rows(stats, answer, "player_log")}
    known = gathered("player_box_2024-25.parquet", f"game_date = '{day}'", "game_id, player_id")
    assert len(found) == len(known) == 157
    # Who started is not in a log.
    assert without([found[row["game_id"], row["player_id"]] for row in known], "starter") == without(known, "starter")
    answer = payload(stats_requests.team_log("2025-26", "regular"), sample("nba_stats/recorded_LeagueGameLog.yaml"))
    assert len(rows(stats, answer, "team_log")) == 1688


def test_a_chart_of_the_wrong_measure(sample: Callable[[str], bytes]) -> None:
    """Recorded with the default measure, it has no shot that missed: refused, whatever it says of itself."""
    request = stats_requests.chart("0022500003", date(2025, 10, 22), "2025-26", "regular")
    body = sample("nba_stats/recorded_ShotChartDetail.yaml")
    with pytest.raises(ShapeError, match=r"parameters.ContextMeasure: it answers 'PTS', not 'FGA'"):
        stats.parse(payload(request, body))
    document = json.loads(body)
    document["parameters"] = {}
    (table,) = [one for one in document["resultSets"] if one["name"] == "Shot_Chart_Detail"]
    # A season of one player, cut into shots of one game; the shots themselves are as they were.
    table["rowSet"] = [[row[0], "0022500003", *row[2:]] for row in table["rowSet"][:30]]
    half, other = table["rowSet"][:15], table["rowSet"][15:]
    team, day = (table["headers"].index(name) for name in ("TEAM_ID", "GAME_DATE"))
    for row in other:
        row[team] = CHI
    for row in half + other:
        row[day] = "20251022"
    with pytest.raises(ShapeError, match="every shot is made; ask for ContextMeasure FGA"):
        stats.parse(payload(request, document))


def test_the_registry(sample: Callable[[str], bytes], rows: Stage) -> None:
    """594 players; one of them as printed."""
    answer = payload(stats_requests.registry("2025-26"), sample("nba_stats/player_index.json"))
    found = {row["player_id"]: row for row in rows(stats, answer, "players")}
    assert len(found) == 594
    assert picked([found[1628389]], "full_name name_key position height_in weight_lb") == [
        ("Bam Adebayo", "bamadebayo", "C-F", 81, 255)
    ]


def test_the_site_answers_another_game(sample: Callable[[str], bytes]) -> None:
    """A real answer to another question is refused."""
    cases: list[tuple[Callable[[Payload], list[Batch]], Payload]] = [
        (cdn.parse, payload(cdn_requests.plays("0022400501"), sample("nba_cdn/playbyplay_a.json.gz"))),
        (
            stats.parse,
            payload(stats_requests.box("0022200553", DAY), sample("nba_stats/recorded_BoxScoreTraditionalV3.yaml")),
        ),
    ]
    for parse, answer in cases:
        with pytest.raises(ShapeError, match="it is about game"):
            parse(answer)
