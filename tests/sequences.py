"""Any sequence of what happens to a warehouse, and a campaign of many of them."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Sequence

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import small_league
from playing import ALL_TABLES, SETTINGS, SMALL, Run, Setting, Step, beginning

ONE_IN = 25
"""Of so many sequences of a campaign one is compared with a fresh warehouse, and one in a fifth of it verified."""


def play(steps: Sequence[Step], setting: Setting = SMALL, *, verified: bool, fresh: bool) -> Counter[str]:
    """Play a sequence to its end; raises AssertionError when that is not a full rebuild. What happened, counted."""
    with beginning(setting) as played:
        for step in steps:
            played.step(step)
        played.end(verified=verified, fresh=fresh)
        return played.seen


def campaign(name: str, number: int, examples: int) -> Counter[str]:
    """Play so many sequences in a setting; another number plays others. What happened in all of them, counted."""
    tally: Counter[str] = Counter()

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(SEQUENCES[name])
    def any_sequence(steps: list[Step]) -> None:
        # Chosen by the sequence itself, so that it fails again when it is played again.
        lot = zlib.crc32(repr(steps).encode()) % ONE_IN
        tally.update(play(steps, SETTINGS[name], verified=lot % 5 == 0, fresh=lot == 0))
        tally["sequences"] += 1
        tally["compared with a fresh one"] += lot == 0

    any_sequence()
    return tally


def quick(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The settings of a test that plays so many sequences, the same each time."""
    return settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


# --- what they are drawn from ----------------------------------------------------------------------------------------


def _steps(setting: Setting, code: Sequence[str], crash: tuple[int, int]) -> st.SearchStrategy[list[Step]]:
    number = st.integers(0, 999)
    tables = sorted(setting.registry(frozenset()).built)
    run = st.builds(
        Run,
        dates=st.lists(number, max_size=3).map(tuple),
        tables=st.lists(st.sampled_from(tables), max_size=2, unique=True).map(tuple),
        unit=st.sampled_from(("season", "month", "week", "day")),
        force=st.sampled_from((False, False, True)),
        with_upstream=st.sampled_from((True, True, False)),
        crash_after=st.one_of(st.none(), st.integers(*crash)),
    )
    step = st.builds(
        Step,
        changes=st.lists(st.tuples(st.sampled_from(setting.changes), number, number), max_size=4).map(tuple),
        code=st.one_of(st.none(), st.none(), st.sampled_from(code)) if code else st.none(),
        ingest_crash=st.one_of(st.none(), st.none(), st.integers(20, 200)),
        run=st.one_of(st.none(), run),
    )
    return st.lists(step, min_size=1, max_size=2)


sequences = _steps(SMALL, sorted(small_league.CHANGES), (20, 260))
"""One or two steps with up to four changes each, one of the code, an ingest that may crash and a run that may too."""
all_table_sequences = _steps(ALL_TABLES, (), (20, 700))
"""The same over all tables that ship, whose code stays as it is."""
SEQUENCES = {SMALL.name: sequences, ALL_TABLES.name: all_table_sequences}
