"""A deterministic simulated league: a source like any other, always labelled simulated."""

from backcourt.sources.simulated.league import SMALL, LeagueSize, write_league

__all__ = ["SMALL", "LeagueSize", "write_league"]
