"""The parts of ESPN's documents that are used, under ESPN's own names."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backcourt.sources.espn.document import Id, Moment, Shape, Text

Score = Annotated[str, Field(pattern=r"^[0-9]{1,3}$")]


class Team(Shape):
    """A team by ESPN's id and code."""

    id: Id
    abbreviation: Text


class Period(Shape):
    """The points of one side in one period."""

    value: Annotated[float, Field(ge=0, le=150)]


class Competitor(Shape):
    """One side of a game."""

    homeAway: Literal["home", "away"]
    team: Team
    score: Score
    linescores: list[Period] = Field(default_factory=list, max_length=20)


class StatusType(Shape):
    """The state of a game in ESPN's words."""

    name: Text
    state: Literal["pre", "in", "post"]
    completed: bool


class Status(Shape):
    """The state of a game, and the period it is in."""

    period: Annotated[int, Field(ge=0, le=20)]
    type: StatusType


class Address(Shape):
    """Where an arena is."""

    city: Text | None = None


class Venue(Shape):
    """An arena."""

    fullName: Text
    address: Address | None = None


class Kind(Shape):
    """What kind of competition a game is: STD, ALLSTAR or a round of the playoffs."""

    abbreviation: Text


class Note(Shape):
    """A line printed above a game, such as the round of a cup."""

    headline: Annotated[str, Field(max_length=300)] = ""


class Broadcast(Shape):
    """The networks that show a game in one market."""

    market: Annotated[str, Field(max_length=50)] = ""
    names: list[Text] = Field(default_factory=list, max_length=20)


class Competition(Shape):
    """A game as it is played."""

    type: Kind
    timeValid: bool
    neutralSite: bool
    venue: Venue | None = None
    competitors: Annotated[list[Competitor], Field(min_length=2, max_length=2)]
    notes: list[Note] = Field(default_factory=list, max_length=20)
    broadcasts: list[Broadcast] = Field(default_factory=list, max_length=50)
    status: Status


class Season(Shape):
    """The year a season ends in, and the part of it: 1 preseason, 2 regular, 3 playoffs, 5 play-in."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    type: Literal[1, 2, 3, 5]


class Event(Shape):
    """A game of the scoreboard; `date` is its tip-off in UTC."""

    id: Id
    date: Moment
    season: Season
    competitions: Annotated[list[Competition], Field(min_length=1, max_length=1)]


class League(Shape):
    """The league that the scoreboard is of."""

    slug: Literal["nba"]


class Scoreboard(Shape):
    """The games of a date."""

    leagues: Annotated[list[League], Field(min_length=1, max_length=1)]
    events: Annotated[list[Event], Field(max_length=60)]


class InjuryDetails(Shape):
    """The part of the body that hurts."""

    type: Text | None = None
    side: Text | None = None


class Injury(Shape):
    """What ESPN says of a player's health now; `date` is when it last said something new."""

    status: Text
    date: Moment
    details: InjuryDetails | None = None


class AthleteStatus(Shape):
    """Whether a player is active."""

    type: Text


class Athlete(Shape):
    """A player of a roster."""

    id: Id
    fullName: Text
    status: AthleteStatus
    injuries: Annotated[list[Injury], Field(max_length=20)]


class TeamToday(Team):
    """A team with its players of today."""

    athletes: Annotated[list[Athlete], Field(max_length=40)]


class Roster(Shape):
    """The document of a team, asked with its roster."""

    team: TeamToday
