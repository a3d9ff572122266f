"""What both sources write alike: the counts of a player and of a team, and the schedule."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backcourt.sources.nba.clock import EasternTime, UtcTime
from backcourt.sources.nba.document import Count, OptionalId, Shape, Text, Whole
from backcourt.sources.nba.ids import GameId

GameStatus = Literal[1, 2, 3]
"""Scheduled, in progress, final."""


class Tally(Shape):
    """What is counted of a player or a team."""

    fieldGoalsMade: Count
    fieldGoalsAttempted: Count
    threePointersMade: Count
    threePointersAttempted: Count
    freeThrowsMade: Count
    freeThrowsAttempted: Count
    reboundsOffensive: Count
    reboundsDefensive: Count
    assists: Count
    steals: Count
    blocks: Count
    turnovers: Count
    foulsPersonal: Count
    points: Count

    @property
    def counted(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in Tally.model_fields}

    @property
    def wrong(self) -> str | None:
        """What cannot be: more made than tried, or points that the shots do not give."""
        for shot in ("fieldGoals", "threePointers", "freeThrows"):
            made, tried = getattr(self, f"{shot}Made"), getattr(self, f"{shot}Attempted")
            if made > tried:
                return f"{made} {shot}Made of {tried}"
        if self.threePointersMade > self.fieldGoalsMade or self.threePointersAttempted > self.fieldGoalsAttempted:
            return "more threePointers than fieldGoals"
        earned = 2 * self.fieldGoalsMade + self.threePointersMade + self.freeThrowsMade
        return f"{self.points} points, where the shots made give {earned}" if self.points != earned else None


class PlayerTally(Tally):
    """What is counted of a player."""

    plusMinusPoints: Whole


class ScheduledTeam(Shape):
    """A side of a scheduled game; a place that other results decide has id 0 and no names."""

    teamId: OptionalId
    teamName: Text | None
    teamCity: Text | None
    teamTricode: Text | None
    score: Count | None


class Broadcaster(Shape):
    """Who shows a game."""

    broadcasterDisplay: Text | None


Broadcasters = Annotated[list[Broadcaster], Field(max_length=100)]


class Broadcasts(Shape):
    """Who shows a game nationally: the list has had two names."""

    nationalTvBroadcasters: Broadcasters | None = None
    nationalBroadcasters: Broadcasters | None = None


class ScheduledGame(Shape):
    """A game of the schedule."""

    gameId: GameId
    gameStatus: GameStatus
    gameStatusText: Text
    gameDateEst: EasternTime
    gameDateTimeEst: EasternTime
    gameDateTimeUTC: UtcTime
    ifNecessary: bool
    # A season's feed has said Y of every game, so the letter decides only where the status text says nothing.
    postponedStatus: Literal["", "A", "C", "N", "P", "Y"]
    isNeutral: bool
    arenaName: Text | None
    arenaCity: Text | None
    broadcasters: Broadcasts
    homeTeam: ScheduledTeam
    awayTeam: ScheduledTeam


class GameDate(Shape):
    """A date with its games."""

    games: Annotated[list[ScheduledGame], Field(max_length=100)]


class LeagueSchedule(Shape):
    """A season's schedule."""

    seasonYear: Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}$")]
    leagueId: Literal["00"]
    gameDates: Annotated[list[GameDate], Field(max_length=400)]


class ScheduleDocument(Shape):
    """The schedule file."""

    leagueSchedule: LeagueSchedule
