"""Backcourt: verified NBA analytics tables and ML features from raw data.

>>> import backcourt
>>> games = backcourt.load("player_game_summary", seasons="2021", warehouse="backcourt.duckdb")  # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

from backcourt.errors import BackcourtError

if TYPE_CHECKING:
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
        validate,
        verify,
    )

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
    "validate",
    "verify",
]


def __getattr__(name: str) -> Any:
    """A function of the API at its first use: the command line needs a part of what all of them import."""
    if name not in __all__:
        raise AttributeError(f"module 'backcourt' has no attribute {name!r}")
    from backcourt import api

    return getattr(api, name)
