"""What both sources count of a player and of a team, under the same names."""

from __future__ import annotations

from backcourt.sources.nba.document import Count, Shape, Whole


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
