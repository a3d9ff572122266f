"""Documents of the statistics site, written by hand in its shapes."""

from __future__ import annotations

import copy
from typing import Any

from nba_game import AWAY, AWAY_TOTAL, BOS, GAME, HOME, HOME_TOTAL, NOTHING, NYK, counts

_META = {"version": 1, "request": "http://nba.cloud/games/x", "time": "2025-01-07T16:51:47.5147Z"}

# --- the box score -----------------------------------------------------------------------------------------------------

_MINUTES = {9003: "40:30", 9004: "39:30", 9106: "40:01"}


def _player(
    place: int, person_id: int, name: str, values: tuple[int, ...], margin: float, **more: Any
) -> dict[str, Any]:
    first, _, family = name.partition(" ")
    return {
        "personId": person_id,
        "firstName": first,
        "familyName": family,
        "nameI": f"{first[0]}. {family}",
        "position": "GGFFC"[place - 1] if place <= 5 else "",
        "comment": "",
        "jerseyNum": "",
        "statistics": {**counts(values), "minutes": _MINUTES.get(person_id, "40:00"), "plusMinusPoints": margin},
        **more,
    }


def _absent(person_id: int, name: str, comment: str) -> dict[str, Any]:
    player = _player(9, person_id, name, NOTHING, 0.0, comment=comment)
    player["statistics"]["minutes"] = ""
    return player


def _team(team_id: int, total: tuple[int, ...], players: list[dict[str, Any]]) -> dict[str, Any]:
    statistics = {**counts(total), "minutes": "240:00"}
    return {"teamId": team_id, "teamTricode": "ANY", "players": players, "statistics": statistics, "bench": {}}


def box() -> dict[str, Any]:
    """A box score that is over: six play on each side, two sit."""
    home = [_player(place, *line) for place, line in enumerate(HOME, 1)]
    away = [_player(place, *line) for place, line in enumerate(AWAY, 1)]
    home.append(_absent(9007, "Gay Gut", "DNP - Coach's Decision"))
    away.append(_absent(9107, "Moe Mus", ""))
    return {
        "meta": dict(_META),
        "boxScoreTraditional": {
            "gameId": GAME,
            "awayTeamId": NYK,
            "homeTeamId": BOS,
            "homeTeam": _team(BOS, HOME_TOTAL, home),
            "awayTeam": _team(NYK, AWAY_TOTAL, away),
        },
    }


# --- the play-by-play --------------------------------------------------------------------------------------------------

_NAMES = {9001: "Ahl", 9002: "Bek Jr.", 9003: "Čop", 9004: "Dam", 9101: "Gil", 9102: "Hun", 9103: "Ito", 9104: "Jay"}


def _action(
    place: int, number: int, clock: str, kind: str, team: int, player: int, said: str, **more: Any
) -> dict[str, Any]:
    return {
        "actionNumber": number,
        "clock": clock,
        "period": 1,
        "teamId": team,
        "teamTricode": "",
        "personId": player,
        "playerName": _NAMES.get(player, ""),
        "playerNameI": "",
        "xLegacy": 0,
        "yLegacy": 0,
        "shotDistance": 0,
        "shotResult": "",
        "isFieldGoal": 0,
        "scoreHome": "",
        "scoreAway": "",
        "pointsTotal": 0,
        "location": "h",
        "description": said,
        "actionType": kind,
        "subType": "",
        "videoAvailable": 1,
        "shotValue": 0,
        "actionId": place,
        **more,
    }


_MISSED = {"shotResult": "Missed", "isFieldGoal": 1, "shotValue": 2}
_MADE = {"shotResult": "Made", "isFieldGoal": 1}
_END = {"subType": "end", "scoreHome": "4", "scoreAway": "3"}
_ACTIONS = [
    _action(1, 2, "PT12M00.00S", "period", 0, 0, "Start of 1st Period (7:41 PM EST)", subType="start", scoreHome="0", scoreAway="0"),
    _action(2, 4, "PT11M58.00S", "Jump Ball", BOS, 9001, "Jump Ball Ahl vs. Ito: Tip to Bek Jr."),
    _action(3, 7, "PT11M42.00S", "Missed Shot", BOS, 9004, "MISS Dam 2' Layup", **_MISSED, shotDistance=2, xLegacy=-5, yLegacy=29),
    # A block is a row of its own with the number of its shot.
    _action(4, 7, "PT11M42.00S", "", NYK, 9103, "Ito BLOCK (1 BLK)", shotValue=2),
    _action(5, 8, "PT11M40.00S", "Rebound", BOS, 9001, "Ahl REBOUND (Off:1 Def:0)", subType="Unknown"),
    # The words have no accents, the name of the player has.
    _action(6, 9, "PT11M35.00S", "Made Shot", BOS, 9002, "Bek Jr. 22' 3PT Jump Shot (3 PTS) (Cop 1 AST)", **_MADE, shotValue=3,
            shotDistance=22, xLegacy=-228, yLegacy=12, scoreHome="3", scoreAway="0", pointsTotal=3),
    _action(7, 10, "PT11M20.00S", "Turnover", NYK, 9101, "Gil Bad Pass Turnover (P1.T1)", subType="Bad Pass"),
    _action(8, 10, "PT11M20.00S", "", BOS, 9003, "Čop STEAL (1 STL)"),
    _action(9, 12, "PT11M15.00S", "Foul", NYK, 9104, "Jay S.FOUL (P1.T1) (P.Ref)", subType="Shooting"),
    _action(10, 13, "PT11M15.00S", "Free Throw", BOS, 9002, "Bek Jr. Free Throw 1 of 2 (4 PTS)", subType="Free Throw 1 of 2",
            scoreHome="4", scoreAway="0", pointsTotal=4),
    _action(11, 14, "PT11M15.00S", "Free Throw", BOS, 9002, "MISS Bek Jr. Free Throw 2 of 2", subType="Free Throw 2 of 2"),
    # A team's event: no team, and the team in the place of the player.
    _action(12, 15, "PT11M13.00S", "Rebound", 0, NYK, "KNICKS Rebound", subType="Normal Rebound"),
    _action(13, 16, "PT11M13.00S", "Timeout", 0, NYK, "KNICKS Timeout: Regular (Full 1 Short 0)", subType="Regular"),
    _action(14, 17, "PT11M13.00S", "Substitution", NYK, 9104, "SUB: Lin FOR Jay"),
    _action(15, 19, "PT11M10.00S", "Free Throw", NYK, 9101, "Gil Free Throw Technical (1 PTS)", subType="Free Throw Technical",
            scoreHome="4", scoreAway="1", pointsTotal=5),
    _action(16, 20, "PT00M00.70S", "Made Shot", NYK, 9102, "Hun 14' Jump Shot (2 PTS) (Nobody 1 AST)", **_MADE, shotValue=2,
            shotDistance=14, xLegacy=81, yLegacy=110, period=4, scoreHome="4", scoreAway="3", pointsTotal=7),
    _action(17, 22, "PT00M00.00S", "period", 0, 0, "End of 4th Period (9:51 PM EST)", period=4, **_END),
    _action(18, 23, "PT00M00.00S", "Instant Replay", 0, 357, "Instant Replay4th Period", period=4, **{**_END, "subType": "Support Ruling"}),
]  # fmt: skip


def plays() -> dict[str, Any]:
    """A play-by-play that is over, not quite in order."""
    actions = copy.deepcopy(_ACTIONS)
    actions[3], actions[4] = actions[4], actions[3]
    return {"meta": dict(_META), "game": {"gameId": GAME, "videoAvailable": 1, "actions": actions}}


# --- tables with headers -----------------------------------------------------------------------------------------------


def tables(name: str, headers: str, rows: list[list[Any]], **parameters: Any) -> dict[str, Any]:
    """An answer of one table, and another one beside it."""
    found = {"name": name, "headers": headers.split(), "rowSet": rows}
    return {
        "resource": "any",
        "parameters": parameters,
        "resultSets": [{"name": "Other", "headers": [], "rowSet": []}, found],
    }


_COUNTED = "FGM FGA FG_PCT FG3M FG3A FG3_PCT FTM FTA FT_PCT OREB DREB REB AST STL BLK TOV PF PTS"
_LOGGED = f"TEAM_ID TEAM_ABBREVIATION TEAM_NAME GAME_ID GAME_DATE MATCHUP WL MIN {_COUNTED} PLUS_MINUS"
_ASKED = {"LeagueID": "00", "Season": "2024-25", "SeasonType": "Regular Season"}
_SIDES = {BOS: ("BOS", "Boston Celtics", "BOS vs. NYK", "W"), NYK: ("NYK", "New York Knicks", "NYK @ BOS", "L")}


def _cells(team_id: int, minutes: int, values: tuple[int, ...], margin: float) -> list[Any]:
    fgm, fga, fg3m, fg3a, ftm, fta, oreb, dreb, ast, stl, blk, tov, pf, pts = values
    code, name, matchup, result = _SIDES[team_id]
    shots = [fgm, fga, 0.5, fg3m, fg3a, None, ftm, fta, None]
    counted = [*shots, oreb, dreb, oreb + dreb, ast, stl, blk, tov, pf, pts]
    return [team_id, code, name, GAME, "2025-01-06", matchup, result, minutes, *counted, margin]


def player_log() -> dict[str, Any]:
    """The game in whole minutes; its rows are ordered by nothing in particular."""
    sides = [(BOS, line) for line in HOME] + [(NYK, line) for line in AWAY]
    rows = [
        ["22024", player, name, *_cells(team, 40, values, margin)] for team, (player, name, values, margin) in sides
    ]
    rows[5][10] = 0
    rows.reverse()
    headers = f"SEASON_ID PLAYER_ID PLAYER_NAME {_LOGGED}"
    return tables("LeagueGameLog", headers, rows, **_ASKED, PlayerOrTeam="P")


def team_log() -> dict[str, Any]:
    """The game, a line for each side."""
    rows = [["22024", *_cells(BOS, 240, HOME_TOTAL, 4)], ["22024", *_cells(NYK, 240, AWAY_TOTAL, -4)]]
    return tables("LeagueGameLog", f"SEASON_ID {_LOGGED}", rows, **_ASKED, PlayerOrTeam="T")


def chart() -> dict[str, Any]:
    """Four shots."""
    headers = """
        GRID_TYPE GAME_ID GAME_EVENT_ID PLAYER_ID PLAYER_NAME TEAM_ID TEAM_NAME PERIOD MINUTES_REMAINING SECONDS_REMAINING
        EVENT_TYPE ACTION_TYPE SHOT_TYPE SHOT_ZONE_BASIC SHOT_ZONE_AREA SHOT_ZONE_RANGE SHOT_DISTANCE LOC_X LOC_Y
        SHOT_ATTEMPTED_FLAG SHOT_MADE_FLAG GAME_DATE HTM VTM
    """
    two, three, made, missed = "2PT Field Goal", "3PT Field Goal", "Made Shot", "Missed Shot"
    shots: list[tuple[Any, ...]] = [
        (7, 9004, BOS, 1, 11, 42, missed, two, "Restricted Area", "Center(C)", 2, -5, 29),
        (9, 9002, BOS, 1, 11, 35, made, three, "Left Corner 3", "Left Side(L)", 22, -228, 12),
        (20, 9102, NYK, 4, 0, 0, made, two, "In The Paint (Non-RA)", "Right Side(R)", 14, 81, 110),
        (30, 9101, NYK, 5, 0, 9, missed, two, "Above the Break 3", "Center(C)", 23, 10, 229),
    ]
    rows = [
        ["Shot Chart Detail", GAME, number, player, "", team, "", period, minutes, seconds, result, "Jump Shot", kind, zone,
         side, "8-16 ft.", distance, x, y, 1, int(result == made), "20250106", "BOS", "NYK"]
        for number, player, team, period, minutes, seconds, result, kind, zone, side, distance, x, y in shots
    ]  # fmt: skip
    return tables("Shot_Chart_Detail", headers, rows, Season=None, ContextMeasure="FGA", GameID=GAME)


def registry() -> dict[str, Any]:
    """Three players, of whom one has one name, and one nothing else."""
    headers = "PERSON_ID PLAYER_LAST_NAME PLAYER_FIRST_NAME TEAM_ID POSITION HEIGHT WEIGHT FROM_YEAR TO_YEAR"
    rows: list[list[Any]] = [
        [9001, "Ahl", "Ann", BOS, "G-F", "6-8", "210", "2020", "2025"],
        [9010, "Solo", "", 0, "C", "7-0", "", "1950", "1951"],
        [9011, "Čáp Jr.", "Zoé", 0, "", None, None, None, None],
    ]
    return tables("PlayerIndex", headers, rows, Season="2024-25", Historical=1)
