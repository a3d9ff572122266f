"""Random faults strike ordinary commands; the end is always the warehouse that nobody disturbed."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random

import pytest

from backcourt.warehouse.duckdb import Warehouse
from chaos import FAULTS, Theatre, campaign, play, theatre
from deliveries import CHANGES, Files
from playing import SMALL
from playing import stage as built_stage
from small_league import RESULT, small_registry

FAULTS_SMALL, LIVES = 200, 10

DELIVERED = (
    "a column that nobody reads",
    "the same rows in another order",
    "shooting of a team",
    "a roster",
    "a line",
    "another code of a team",
    "assists of a player and his team",
)
"""Changes that break no check: whatever is not complete in the end, a fault has done."""


@pytest.fixture
def small() -> Iterator[Theatre]:
    """The small league with two dates to come."""
    with small_theatre() as made:
        yield made


def small_theatre() -> AbstractContextManager[Theatre]:
    """The small league with two dates to come, ingested and built."""
    _, files = built_stage(SMALL)
    return theatre("small", small_registry(), files.folder)


class Source:
    """Says something new each time: corrections, and now and then the results of a day that was still to come."""

    def __init__(self, stage: Theatre, rng: Random) -> None:
        _, files = built_stage(SMALL)
        self.files, self.rng = files.copied(stage.folder), rng

    def deliver(self) -> None:
        """Write what is new."""
        for name in self.rng.sample(DELIVERED, 2):
            CHANGES[name](self.files, self.rng.randrange(1000), self.rng.randrange(1000))
        if self.files.taken and self.rng.random() < 0.2:
            while self.files.taken:
                self.files.bring_back(-1)
        self.files.deliver()


def test_some_faults(small: Theatre) -> None:
    """One of each kind."""
    rng = Random(5)
    tally = campaign(small, rng, tuple(FAULTS), Source(small, rng).deliver, each=len(FAULTS))
    assert all(tally[name] == 1 for name in FAULTS)
