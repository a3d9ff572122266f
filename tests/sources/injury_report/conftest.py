"""The small league that offers and reports are staged in."""

from market_league import league_file, samples, told

__all__ = ["league_file", "samples", "told"]
