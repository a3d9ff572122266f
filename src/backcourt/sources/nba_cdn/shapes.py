"""The parts of the content network's documents that are read. `meta` is not: its time changes with every build."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backcourt.sources.nba.clock import Clock, EasternTime, Minutes, UtcTime
from backcourt.sources.nba.court import Area
from backcourt.sources.nba.document import Count, Name, OptionalId, PersonId, Shape, Text, Whole
from backcourt.sources.nba.ids import GameId
from backcourt.sources.nba.shapes import GameStatus, PlayerTally, Tally

Flag = Literal["0", "1"]
Period = Annotated[int, Field(ge=1, le=12)]
# Who did not touch the ball is written 0, or left out.
MaybeId = OptionalId | None


# --- the box score -----------------------------------------------------------------------------------------------------


class PlayerStatistics(PlayerTally):
    """A player's line."""

    minutes: Minutes


class BoxPlayer(Shape):
    """A player listed for a game, whether he played, sat, or was inactive."""

    status: Literal["ACTIVE", "INACTIVE"]
    personId: PersonId
    name: Name
    starter: Flag
    played: Flag
    statistics: PlayerStatistics
    notPlayingReason: Text | None = None
    notPlayingDescription: Text | None = None


class TeamStatistics(Tally):
    """A team's line."""

    minutes: Minutes


class BoxTeam(Shape):
    """A side of a box score; its statistics are read once the game is final."""

    teamId: OptionalId
    score: Count
    players: Annotated[list[BoxPlayer], Field(max_length=40)]
    statistics: TeamStatistics


class Official(Shape):
    """A referee of a game."""

    personId: PersonId
    name: Name


class Standing(Shape):
    """How a game stands: what is read of a box score before it is final, when the rest may be half empty."""

    gameId: GameId
    gameStatus: GameStatus
    gameStatusText: Text
    gameEt: EasternTime


class StandingDocument(Shape):
    """A box score of any kind of game."""

    game: Standing


class BoxGame(Standing):
    """The box score of a final game."""

    officials: Annotated[list[Official], Field(max_length=8)]
    homeTeam: BoxTeam
    awayTeam: BoxTeam


class BoxDocument(Shape):
    """A box score that is final."""

    game: BoxGame


# --- the play-by-play --------------------------------------------------------------------------------------------------


class Action(Shape):
    """An event. Which fields there are depends on its type."""

    actionNumber: Annotated[int, Field(ge=0, le=1_000_000)]
    orderNumber: Annotated[int, Field(ge=0, le=10**12)]
    clock: Clock
    timeActual: UtcTime
    period: Period
    actionType: Text
    subType: Text | None = None
    descriptor: Text | None = None
    qualifiers: Annotated[list[Text], Field(max_length=30)]
    personId: OptionalId
    teamId: MaybeId = None
    scoreHome: Annotated[str, Field(pattern="^[0-9]{1,3}$")]
    scoreAway: Annotated[str, Field(pattern="^[0-9]{1,3}$")]
    isFieldGoal: Literal[0, 1]
    shotResult: Literal["Made", "Missed"] | None = None
    shotDistance: Annotated[float, Field(ge=0, le=200)] | Count | None = None
    area: Area | None = None
    areaDetail: Text | None = None
    xLegacy: Whole | None = None
    yLegacy: Whole | None = None
    assistPersonId: MaybeId = None
    blockPersonId: MaybeId = None
    stealPersonId: MaybeId = None
    foulDrawnPersonId: MaybeId = None


class PlayByPlay(Shape):
    """The events of a game."""

    gameId: GameId
    actions: Annotated[list[Action], Field(max_length=5000)]


class PlayByPlayDocument(Shape):
    """A play-by-play."""

    game: PlayByPlay
