"""The parts of the statistics site's documents that are read: its older tables with headers, and its newer objects."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from backcourt.sources.nba.clock import Clock, ColonMinutes, CompactDate, IsoDate
from backcourt.sources.nba.court import Area
from backcourt.sources.nba.document import Count, Name, OptionalId, PersonId, Shape, Text, Whole
from backcourt.sources.nba.ids import GameId
from backcourt.sources.nba.shapes import PlayerTally, Tally

_MAX_ROWS = 300_000
"""A season has 232,000 shots and 28,000 lines of players."""

Period = Annotated[int, Field(ge=1, le=12)]


# --- tables with headers -----------------------------------------------------------------------------------------------


class ResultSet(Shape):
    """A table: rows of cells under headers."""

    name: Text
    headers: Annotated[list[Text], Field(max_length=100)]
    rowSet: Annotated[list[Annotated[list[Any], Field(max_length=100)]], Field(max_length=_MAX_ROWS)]


class TablesDocument(Shape):
    """An answer of tables, with the parameters that it answers."""

    parameters: dict[Annotated[str, Field(max_length=50)], Any]
    resultSets: Annotated[list[ResultSet], Field(max_length=20)]


class LogRow(Shape):
    """A line of a game log; `WL` is empty while the game goes on."""

    SEASON_ID: Annotated[str, Field(pattern="^[1-6][0-9]{4}$")]
    TEAM_ID: PersonId
    TEAM_ABBREVIATION: Name
    GAME_ID: GameId
    GAME_DATE: IsoDate
    MATCHUP: Annotated[str, Field(pattern="^[A-Z]{2,3} (@|vs\\.) [A-Z]{2,3}$")]
    WL: Literal["W", "L"] | None
    MIN: Count | None
    FGM: Count
    FGA: Count
    FG3M: Count
    FG3A: Count
    FTM: Count
    FTA: Count
    OREB: Count
    DREB: Count
    AST: Count
    STL: Count
    BLK: Count
    TOV: Count
    PF: Count
    PTS: Count


class PlayerLogRow(LogRow):
    """A player's line of a game log."""

    PLAYER_ID: PersonId
    PLAYER_NAME: Name
    PLUS_MINUS: Whole


class ChartRow(Shape):
    """A shot of the chart."""

    GAME_ID: GameId
    GAME_EVENT_ID: Annotated[int, Field(ge=0, le=1_000_000)]
    PLAYER_ID: PersonId
    TEAM_ID: PersonId
    PERIOD: Period
    MINUTES_REMAINING: Annotated[int, Field(ge=0, le=12)]
    SECONDS_REMAINING: Annotated[int, Field(ge=0, le=59)]
    EVENT_TYPE: Literal["Made Shot", "Missed Shot"]
    SHOT_TYPE: Literal["2PT Field Goal", "3PT Field Goal"]
    SHOT_ZONE_BASIC: Area
    SHOT_ZONE_AREA: Literal[
        "Left Side(L)",
        "Left Side Center(LC)",
        "Center(C)",
        "Right Side Center(RC)",
        "Right Side(R)",
        "Back Court(BC)",
    ]
    SHOT_DISTANCE: Count
    LOC_X: Whole
    LOC_Y: Whole
    SHOT_MADE_FLAG: Literal[0, 1]
    GAME_DATE: CompactDate


class RegistryRow(Shape):
    """A player of the registry."""

    PERSON_ID: PersonId
    PLAYER_LAST_NAME: Text | None
    PLAYER_FIRST_NAME: Text | None
    POSITION: Text | None
    HEIGHT: Annotated[str, Field(pattern="^([4-8]-[0-9]{1,2})?$")] | None
    WEIGHT: Annotated[str, Field(pattern="^([0-9]{2,3})?$")] | None


# --- the box score -----------------------------------------------------------------------------------------------------


class PlayerStatistics(PlayerTally):
    """A player's line; one who did not play has no minutes."""

    minutes: ColonMinutes


class BoxPlayer(Shape):
    """A player of a box score; a position is given to the five who start."""

    personId: PersonId
    firstName: Text
    familyName: Text
    position: Text
    comment: Text
    statistics: PlayerStatistics


class TeamStatistics(Tally):
    """A team's line; all null or nothing before the game."""

    minutes: ColonMinutes


class BoxTeam(Shape):
    """A side of a box score."""

    teamId: PersonId
    players: Annotated[list[BoxPlayer], Field(max_length=40)]
    statistics: TeamStatistics


class Box(Shape):
    """The box score of a game."""

    gameId: GameId
    homeTeamId: PersonId
    awayTeamId: PersonId
    homeTeam: BoxTeam
    awayTeam: BoxTeam


class BoxDocument(Shape):
    """A box score."""

    boxScoreTraditional: Box


# --- the play-by-play --------------------------------------------------------------------------------------------------


class Action(Shape):
    """An event; its scores are empty unless it scores."""

    actionId: Annotated[int, Field(ge=0, le=100_000)]
    actionNumber: Annotated[int, Field(ge=0, le=1_000_000)]
    clock: Clock
    period: Period
    teamId: OptionalId
    personId: OptionalId
    playerName: Text
    xLegacy: Whole
    yLegacy: Whole
    shotDistance: Count
    shotResult: Literal["Made", "Missed", ""]
    isFieldGoal: Literal[0, 1]
    shotValue: Literal[0, 1, 2, 3]
    scoreHome: Annotated[str, Field(pattern="^[0-9]{0,3}$")]
    scoreAway: Annotated[str, Field(pattern="^[0-9]{0,3}$")]
    description: Text
    actionType: Text
    subType: Text


class PlayByPlay(Shape):
    """The events of a game."""

    gameId: GameId
    actions: Annotated[list[Action], Field(max_length=5000)]


class PlayByPlayDocument(Shape):
    """A play-by-play."""

    game: PlayByPlay
