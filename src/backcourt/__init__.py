"""Backcourt: verified NBA analytics tables and ML features from raw data.

>>> import backcourt
>>> games = backcourt.load("player_game_summary", seasons="2021", warehouse="backcourt.duckdb")  # doctest: +SKIP
"""

from backcourt.api import (
    as_of,
    backfill,
    certify,
    changes,
    ingest,
    load,
    open_warehouse,
    plan,
    runs,
    training_set,
    verify,
)
from backcourt.errors import BackcourtError

__all__ = [
    "BackcourtError",
    "as_of",
    "backfill",
    "certify",
    "changes",
    "ingest",
    "load",
    "open_warehouse",
    "plan",
    "runs",
    "training_set",
    "verify",
]
