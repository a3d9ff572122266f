"""A deterministic simulated league: a source like any other, always labelled simulated."""

from backcourt.sources.simulated.league import SMALL, write_league
from backcourt.sources.simulated.schedule import LeagueSize

__all__ = ["SMALL", "LeagueSize", "write_league"]
