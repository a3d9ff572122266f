"""Is a period of a column out of line with the column's own history? The period itself, and all of its season, is not in it.

A month is held against the same month of other seasons, as most columns fill and move with the calendar; where fewer than
two other seasons are on record, against the other months of its own, and then only a collapse is told. What is usual is a
median, or there the better quarter: bad periods in the history do not make the usual.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from backcourt.checks.validate.figures import NUMBERS, Figures
from backcourt.engine.contract import Column

DATES = 12
"""A period with fewer dates is too short to be judged."""
VALUES = 100
"""So is one with fewer values."""
ROSE = 0.4
"""How far a share of NULL or 0 must rise to be told,"""
SPREADS = 3
"""and how many times as far as it moves in the other seasons."""
DEVIATIONS = 2
"""How far a mean must move, in standard deviations of the values,"""
SHIFT = 1 / 4
"""and as a share of what it is as a rule."""
NEARLY = 0.99
"""The share from which on a column counts as empty or as all zeros."""
RARE = 0.9
"""A column of more zeros than this has no mean to speak of."""
VARIED = 5
"""A number that has this many values elsewhere should not have one only;"""
LONG_WINDOW = 20
"""within one season more than this, as the number of games in a window is all the same once it is full."""


def judgeable(one: Figures) -> bool:
    """Whether a period is long enough."""
    return one.dates >= DATES and one.rows >= VALUES


def judge(
    column: Column, period: Figures, history: Sequence[Figures], *, is_declared: bool, is_oldest: bool
) -> Iterator[str]:
    """What is wrong with a period of a column, beside at least two periods of other seasons.

    Much of the oldest season on record needs one before it: of it only a collapse is told.
    """
    if not is_declared and not is_oldest and _has_risen([one.null_share for one in history], period.null_share):
        yield _emptier(period, history)
    others = [one for one in history if one.values >= VALUES]
    if column.constant or period.values < VALUES or len(others) < 2:
        return
    collapse = _collapse(column, period, others)
    if collapse:
        yield collapse
    elif not column.drift and not is_oldest:
        if _has_risen([one.zero_share for one in others], period.zero_share):
            yield _zeros(period, others)
        yield from _shifted(column, period, others)


def judge_alone(column: Column, period: Figures, history: Sequence[Figures], *, is_declared: bool) -> Iterator[str]:
    """The same beside the other months of its season; four bad ones of eight are then told by the four good ones."""
    usual = _better([one.null_share for one in history])
    if not is_declared and period.null_share >= NEARLY and usual < 1 - ROSE:
        yield f"without a value in {period.null_share:.0%} of its rows, {usual:.0%} as a rule"
    others = [one for one in history if one.values >= VALUES]
    if not column.constant and period.values >= VALUES and len(others) >= 3:
        zeros = _better([one.zero_share for one in others])
        varied = median(sorted(one.distinct for one in others)[len(others) // 2 :])
        if period.zero_share >= NEARLY and zeros < 1 - ROSE:
            yield f"0 in {period.zero_share:.0%} of its values, {zeros:.0%} as a rule"
        elif period.is_constant and column.type in NUMBERS and varied >= LONG_WINDOW:
            yield f"one value only, {period.low}, where {int(varied)} are the rule"


def _better(shares: Sequence[float]) -> float:
    """The share that a quarter of the periods do not exceed."""
    return sorted(shares)[len(shares) // 4]


def _collapse(column: Column, period: Figures, others: Sequence[Figures]) -> str:
    distinct = median(one.distinct for one in others)
    if period.zero_share >= NEARLY and median(one.zero_share for one in others) < 1 - ROSE:
        return _zeros(period, others)
    seldom = 2 * sum(one.is_constant for one in others) < len(others)
    if period.is_constant and column.type in NUMBERS and distinct >= VARIED and seldom:
        return f"one value only, {period.low}, where {int(distinct)} are the rule"
    return ""


def _shifted(column: Column, period: Figures, others: Sequence[Figures]) -> Iterator[str]:
    means = [one.mean for one in others if one.mean is not None]
    spread = median(one.spread or 0.0 for one in others)
    is_number = column.type in NUMBERS and not column.name.endswith("_id")
    is_rare = median(one.zero_share for one in others) > RARE
    if not is_number or is_rare or not spread or period.mean is None or len(means) < 2:
        return
    usual = median(means)
    moved = abs(period.mean - usual)
    if moved > max(DEVIATIONS * spread, SHIFT * abs(usual), SPREADS * max(abs(one - usual) for one in means)):
        yield f"{period.mean:.4g} on average, {usual:.4g} as a rule, with a standard deviation of {spread:.3g}"


def _has_risen(others: Sequence[float], share: float) -> bool:
    usual = median(others)
    return share - usual > max(ROSE, SPREADS * max(abs(one - usual) for one in others))


def _emptier(period: Figures, history: Sequence[Figures]) -> str:
    usual = median(one.null_share for one in history)
    return f"without a value in {period.null_share:.0%} of its rows, {usual:.0%} as a rule"


def _zeros(period: Figures, others: Sequence[Figures]) -> str:
    usual = median(one.zero_share for one in others)
    return f"0 in {period.zero_share:.0%} of its values, {usual:.0%} as a rule"
