"""Documents of the content network, written by hand in its shapes."""

from __future__ import annotations

import copy
from typing import Any

from nba_game import AWAY, AWAY_TOTAL, BOS, GAME, HOME, HOME_TOTAL, NOTHING, NYK, counts

_META = {"version": 1, "code": 200, "request": "http://nba.cloud/games/x", "time": "2025-01-07 03:31:06.557478"}

# --- the box score -----------------------------------------------------------------------------------------------------

# Seconds come with fractions; a home player's are rounded up, another's down.
_MINUTES = {9001: "PT39M59.60S", 9002: "PT40M00.40S", 9003: "PT40M30.00S", 9004: "PT39M30.00S", 9106: "PT40M01.00S"}


def _player(place: int, person_id: int, name: str, values: tuple[int, ...], margin: float) -> dict[str, Any]:
    minutes = _MINUTES.get(person_id, "PT40M00.00S")
    return {
        "status": "ACTIVE",
        "order": place,
        "personId": person_id,
        "jerseyNum": str(place),
        "starter": "1" if place <= 5 else "0",
        "oncourt": "0",
        "played": "1",
        "statistics": {
            **counts(values),
            "minutes": minutes,
            "minutesCalculated": minutes[:5],
            "plusMinusPoints": margin,
        },
        "name": name,
        "nameI": name[0] + ". " + name.split(" ", 1)[1],
    }


def _absent(person_id: int, name: str, status: str, reason: str | None, description: str | None) -> dict[str, Any]:
    player = _player(12, person_id, name, NOTHING, 0.0)
    player.update(status=status, played="0")
    player["statistics"]["minutes"] = "PT00M00.00S"
    if reason:
        player["notPlayingReason"] = reason
    if description:
        player["notPlayingDescription"] = description
    return player


def _team(team_id: int, score: int, total: tuple[int, ...], players: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "teamId": team_id,
        "teamTricode": "ANY",
        "score": score,
        "inBonus": "1",
        "periods": [{"period": 1, "periodType": "REGULAR", "score": score}],
        "players": players,
        "statistics": {**counts(total), "minutes": "PT240M00.00S", "minutesCalculated": "PT240M", "turnoversTotal": 9},
    }


def box() -> dict[str, Any]:
    """A final box score: six play on each side, one sits, two are inactive."""
    home = [_player(place, *line) for place, line in enumerate(HOME, 1)]
    home.append(_absent(9007, "Gay Gut", "ACTIVE", None, None))
    home.append(_absent(9008, "Hub Hex", "INACTIVE", "INACTIVE_INJURY", "Left Knee; Sprain"))
    away = [_player(place, *line) for place, line in enumerate(AWAY, 1)]
    away.append(_absent(9107, "Moe Mus", "INACTIVE", "INACTIVE_GLEAGUE_TWOWAY", None))
    return {
        "meta": dict(_META),
        "game": {
            "gameId": GAME,
            "gameTimeLocal": "2025-01-06T19:30:00-05:00",
            "gameTimeUTC": "2025-01-07T00:30:00Z",
            "gameEt": "2025-01-06T19:30:00-05:00",
            "duration": 135,
            "gameCode": "20250106/NYKBOS",
            "gameStatusText": "Final",
            "gameStatus": 3,
            "period": 4,
            "gameClock": "PT00M00.00S",
            "arena": {"arenaId": 17, "arenaName": "TD Garden", "arenaTimezone": "America/New_York"},
            "officials": [
                {"personId": 801, "name": "Pia Ref", "nameI": "P. Ref", "assignment": "OFFICIAL1"},
                {"personId": 802, "name": "Quo Ref", "nameI": "Q. Ref", "assignment": "OFFICIAL2"},
                {"personId": 803, "name": "Ray Ref", "nameI": "R. Ref", "assignment": "OFFICIAL3"},
            ],
            "homeTeam": _team(BOS, 74, HOME_TOTAL, home),
            "awayTeam": _team(NYK, 70, AWAY_TOTAL, away),
        },
    }


# --- the play-by-play --------------------------------------------------------------------------------------------------


def _action(number: int, clock: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "actionNumber": number,
        "clock": clock,
        "timeActual": "2025-01-07T00:41:02.1Z",
        "period": 1,
        "periodType": "REGULAR",
        "actionType": kind,
        "qualifiers": [],
        "personId": 0,
        "x": None,
        "y": None,
        "possession": 0,
        "scoreHome": "0",
        "scoreAway": "0",
        "edited": "2025-01-07T00:42:00Z",
        "orderNumber": number * 10_000,
        "xLegacy": None,
        "yLegacy": None,
        "isFieldGoal": 0,
        "side": None,
        "description": "",
        "personIdsFilter": [],
        **more,
    }


def _shot(number: int, clock: str, kind: str, result: str, team: int, player: int, **more: Any) -> dict[str, Any]:
    made = {"shotResult": result, "isFieldGoal": 1, "teamId": team, "personId": player, "subType": "Jump Shot"}
    return _action(number, clock, kind, **{**made, **more})


_ACTIONS = [
    _action(2, "PT12M00.00S", "period", subType="start"),
    _action(4, "PT11M58.00S", "jumpball", subType="recovered", teamId=BOS, personId=9001, jumpBallWonPersonId=9004),
    # Blocked; the block has a later number and stands before the rebound all the same.
    _shot(
        7, "PT11M42.00S", "2pt", "Missed", BOS, 9004, blockPersonId=9103, area="Restricted Area", areaDetail="0-8 Center",
        shotDistance=2.97, xLegacy=-5, yLegacy=29, qualifiers=["pointsinthepaint"],
    ),
    _action(26, "PT11M42.00S", "block", subType="", teamId=NYK, personId=9103, orderNumber=75_000),
    _action(8, "PT11M40.00S", "rebound", subType="offensive", teamId=BOS, personId=9001, shotActionNumber=7),
    _shot(
        9, "PT11M35.50S", "3pt", "Made", BOS, 9003, assistPersonId=9001, area="Left Corner 3", areaDetail="24+ Left",
        shotDistance=22.9, xLegacy=-228, yLegacy=12, qualifiers=["2ndchance", "fromturnover"], scoreHome="3",
    ),
    _action(
        10, "PT11M20.00S", "turnover", subType="bad pass", teamId=NYK, personId=9101, stealPersonId=9002, scoreHome="3"
    ),
    _action(11, "PT11M20.00S", "steal", subType="", teamId=BOS, personId=9002, scoreHome="3"),
    _action(
        12, "PT11M15.00S", "foul", subType="personal", descriptor="shooting", teamId=NYK, personId=9104,
        foulDrawnPersonId=9002, officialId=801, scoreHome="3", qualifiers=["2freethrow"],
    ),
    _action(
        13, "PT11M15.00S", "freethrow", subType="1 of 2", teamId=BOS, personId=9002, shotResult="Made", scoreHome="4",
        qualifiers=["fastbreak"],
    ),
    _action(14, "PT11M15.00S", "freethrow", subType="2 of 2", teamId=BOS, personId=9002, shotResult="Missed", scoreHome="4"),
    _action(15, "PT11M13.00S", "rebound", subType="defensive", teamId=NYK, personId=0, qualifiers=["team"], scoreHome="4"),
    _action(16, "PT11M13.00S", "timeout", subType="full", teamId=NYK, personId=0, qualifiers=["team"], scoreHome="4"),
    _action(17, "PT11M13.00S", "substitution", subType="out", teamId=NYK, personId=9105, scoreHome="4"),
    _action(18, "PT11M13.00S", "substitution", subType="in", teamId=NYK, personId=9106, scoreHome="4"),
    _action(
        19, "PT11M10.00S", "freethrow", subType="1 of 1", descriptor="technical", teamId=NYK, personId=9101,
        shotResult="Made", scoreHome="4", scoreAway="1",
    ),
    # In overtime, without an area: its zone is taken from its place.
    _shot(
        20, "PT00M00.07S", "2pt", "Made", NYK, 9102, shotDistance=14.1, xLegacy=81, yLegacy=110, period=5, scoreHome="4",
        scoreAway="3",
    ),
    _shot(
        21, "PT00M00.01S", "3pt", "Missed", NYK, 9101, area="Backcourt", areaDetail="Back Court", shotDistance=61.4,
        xLegacy=20, yLegacy=610, period=5, scoreHome="4", scoreAway="3",
    ),
    _action(22, "PT00M00.00S", "period", subType="end", period=5, scoreHome="4", scoreAway="3"),
    _action(23, "PT00M00.00S", "game", subType="end", period=5, scoreHome="4", scoreAway="3"),
]  # fmt: skip


def plays() -> dict[str, Any]:
    """A play-by-play that is over, not quite in order."""
    actions = copy.deepcopy(_ACTIONS)
    actions[3], actions[4] = actions[4], actions[3]
    return {"meta": dict(_META), "game": {"gameId": GAME, "actions": actions}}


# --- the schedule ------------------------------------------------------------------------------------------------------


def side(team_id: int, city: str, name: str, tricode: str, score: int = 0) -> dict[str, Any]:
    """A side of a scheduled game."""
    return {
        "teamId": team_id,
        "teamName": name,
        "teamCity": city,
        "teamTricode": tricode,
        "teamSlug": name.lower(),
        "wins": 0,
        "losses": 0,
        "score": score,
        "seed": 0,
    }


BOSTON, NEW_YORK = ("Boston", "Celtics", "BOS"), ("New York", "Knicks", "NYK")


def game(game_id: str, status: int, text: str, eastern: str, utc: str, **more: Any) -> dict[str, Any]:
    """A game of the schedule, in Boston against New York unless said otherwise."""
    return {
        "gameId": game_id,
        "gameCode": "20250106/NYKBOS",
        "gameStatus": status,
        "gameStatusText": text,
        "gameSequence": 1,
        "gameDateEst": f"{eastern[:10]}T00:00:00Z",
        "gameTimeEst": f"1900-01-01T{eastern[11:]}Z",
        "gameDateTimeEst": f"{eastern}Z",
        "gameDateTimeUTC": f"{utc}Z",
        "ifNecessary": False,
        "gameLabel": "",
        "arenaName": "TD Garden",
        "arenaCity": "Boston",
        "postponedStatus": "N",
        "isNeutral": False,
        "broadcasters": {"nationalTvBroadcasters": [], "homeTvBroadcasters": [{"broadcasterDisplay": "Home TV"}]},
        "homeTeam": side(BOS, *BOSTON),
        "awayTeam": side(NYK, *NEW_YORK),
        **more,
    }


_TV = {"nationalTvBroadcasters": [{"broadcasterDisplay": "TBD"}, {"broadcasterDisplay": "ESPN"}]}


def schedule() -> dict[str, Any]:
    """Games of every kind and state."""
    final = {"homeTeam": side(BOS, *BOSTON, score=74), "awayTeam": side(NYK, *NEW_YORK, score=70)}
    nowhere = side(0, "", "", "")
    games = [
        game("0012400001", 3, "Final", "2024-10-05T12:00:00", "2024-10-05T16:00:00", isNeutral=True,
             homeTeam=side(BOS, *BOSTON, score=90), awayTeam=side(15020, "Guest", "Guests", "GST", score=88)),
        game("0022400001", 3, "Final/OT", "2025-01-06T19:30:00", "2025-01-07T00:30:00", broadcasters=_TV, **final),
        game("0022400002", 2, "Q3 5:12", "2025-01-07T20:00:00", "2025-01-08T01:00:00",
             homeTeam=side(BOS, *BOSTON, score=50), awayTeam=side(NYK, *NEW_YORK, score=51)),
        # The letter alone does not postpone a game that has a time; the words do.
        game("0022400003", 1, "7:30 pm ET", "2025-07-01T19:30:00", "2025-07-01T23:30:00", postponedStatus="Y",
             broadcasters={"nationalBroadcasters": [{"broadcasterDisplay": "ABC"}]}),
        game("0022400004", 1, "PPD", "2025-01-08T19:30:00", "2025-01-09T00:30:00", postponedStatus="A"),
        game("0022400005", 1, "", "2025-01-09T19:30:00", "2025-01-10T00:30:00", postponedStatus="Y"),
        game("0022400006", 1, "Cancelled", "2025-01-10T19:30:00", "2025-01-11T00:30:00"),
        game("0052400101", 1, "TBD", "2025-04-15T00:00:00", "2025-04-15T04:00:00"),
        game("0042400107", 1, "TBD", "2025-05-01T00:00:00", "2025-05-01T04:00:00", ifNecessary=True),
        game("0042400211", 1, "TBD", "2025-05-05T00:00:00", "2025-05-05T04:00:00", homeTeam=nowhere),
        game("0062400001", 1, "8:30 pm ET", "2024-12-17T20:30:00", "2024-12-18T01:30:00", arenaName="", arenaCity=None),
    ]  # fmt: skip
    return {
        "meta": dict(_META),
        "leagueSchedule": {
            "seasonYear": "2024-25",
            "leagueId": "00",
            "gameDates": [{"gameDate": "any", "games": games[:4]}, {"gameDate": "any", "games": games[4:]}],
            "weeks": [],
        },
    }
