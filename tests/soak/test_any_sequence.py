"""Any sequence of deliveries, code changes, partial runs and crashes ends with the bytes of a full rebuild."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest
from hypothesis import given

from playing import ALL_TABLES, SMALL, Setting, Step
from sequences import campaign, play, quick, sequences
from small_league import CHANGES as CODE_CHANGES

# More of them when asked: SEQUENCES=1000 make soak ARGS=tests/soak/test_any_sequence.py
EXAMPLES, SHARDS = int(os.environ.get("SEQUENCES", "300")), 2
ALL_TABLES_EXAMPLES = 4


@quick(2)
@given(sequences)
def test_some_sequences(steps: list[Step]) -> None:
    """Those that `make test` has time for; each is compared with a fresh warehouse too."""
    play(steps, verified=True, fresh=True)


def test_a_season_that_ends_earlier_than_it_did() -> None:
    """Its last game is postponed, while another change tells of something that reaches nobody."""
    postponed, elsewhere = ("a game postponed or cancelled", 7, 0), ("another tip-off", 4, 0)
    play([Step(changes=(postponed, elsewhere))], verified=False, fresh=True)


@pytest.mark.soak
def test_many_sequences() -> None:
    """On the small league, in two processes; every kind of change, crash and run is among them."""
    begun = time.perf_counter()
    tally = _in_processes(SMALL, EXAMPLES)
    seconds = time.perf_counter() - begun
    print(
        f"{tally['sequences']} sequences in {seconds:.0f} s, {1000 * seconds / tally['sequences']:.0f} ms each: {dict(tally)}"
    )
    assert tally["sequences"] >= EXAMPLES
    wanted = [*SMALL.changes, *(f"code: {name}" for name in CODE_CHANGES)]
    wanted += ["a run of all", "a run of part", "a crash in a run", "a crash in an ingest", "compared with a fresh one"]
    assert not [name for name in wanted if tally[name] < EXAMPLES // 100], tally


@pytest.mark.soak
def test_sequences_over_all_tables() -> None:
    """The same with the twelve tables that ship, on a league that has all of their raw tables."""
    tally = _in_processes(ALL_TABLES, ALL_TABLES_EXAMPLES)
    print(dict(tally))
    assert tally["sequences"] >= ALL_TABLES_EXAMPLES


def _in_processes(setting: Setting, examples: int) -> Counter[str]:
    # A process of its own for each: a warehouse in memory shares nothing, and no fork may copy an engine's threads.
    each = -(-examples // SHARDS)
    with ProcessPoolExecutor(SHARDS, multiprocessing.get_context("spawn")) as pool:
        started = [pool.submit(campaign, setting.name, number, each) for number in range(SHARDS)]
        return sum((one.result() for one in started), Counter())
