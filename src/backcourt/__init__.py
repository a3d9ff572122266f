"""Backcourt: verified NBA analytics tables and ML features from raw data.

>>> import backcourt
>>> with backcourt.open_warehouse("backcourt.duckdb") as warehouse:  # doctest: +SKIP
...     rows = backcourt.load(warehouse, "player_game_summary", seasons="2021")
"""

from backcourt.api import backfill, ingest, load, open_warehouse, plan, verify
from backcourt.errors import BackcourtError

__all__ = ["BackcourtError", "backfill", "ingest", "load", "open_warehouse", "plan", "verify"]
