"""The chain behind a partition as lines of text, each step indented below what it led to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from backcourt.engine.chain import Chain, Span, Step, Told

# Names that a line spells out; the others are counted.
MOST_NAMES = 6
MOST_CAUSES = 3

UNTOLD = (
    "other than before, though nothing on record since tells of a row that is read;"
    " the dates that are read move with the schedule"
)

_ENDED = {
    "unchanged": "It came out equal, so nothing was written.",
    "restored": "What it held before was put back.",
    "removed": "It held nothing before, so its rows were taken away.",
    "outside": "No row that changed reaches it: it was confirmed as it was, without being computed.",
}


def lines(chain: Chain) -> Iterator[str]:
    """What led to an attempt, or why a partition is due: the first line tells of itself, the others of what is upstream."""
    if chain.run_id is None:
        yield f"Why it would run: {chain.reason}."
    else:
        became = _ENDED.get(chain.outcome) or f"Written: {_rows(chain.rows) if chain.rows else 'with the rows it had'}."
        yield f"Why it last ran: {chain.reason} (run {chain.run_id}, {chain.started_at:%Y-%m-%d %H:%M:%S} UTC). {became}"
    yield from (f"  {cause.reason}" for cause in chain.causes)
    yield from _steps(chain.because, "  ")


def _steps(steps: Sequence[Step], indent: str) -> Iterator[str]:
    for step in steps:
        if not _says_nothing_new(step):
            yield f"{indent}{step.table}: {_what(step)}"
            yield from _reasons(step, indent + "  ")
            yield from _steps(step.because, indent + "  ")
    above = [step.table for step in steps if _says_nothing_new(step)]
    if above:
        yield f"{indent}as above: {', '.join(above)}"


def _says_nothing_new(step: Step) -> bool:
    """Whether all of it stands above: a step of a raw table, or that a built one is due."""
    return step.is_above and (step.table.startswith("raw.") or not step.rows)


def _what(step: Step) -> str:
    parts = []
    if step.rows:
        columns = f" ({_listed(step.columns)})" if step.columns else ""
        parts.append(f"{_rows(step.rows)}{_on(step.on)}{columns}")
    if step.due.dates:
        parts.append(f"due{_on(step.due)}")
    if len(step.ingests) == 1:
        parts.append(_told(step.ingests[0]))
    if step.is_above:
        parts.append("as above")
    return "; ".join(parts) or ("other sources stand than before" if _is_reordered(step) else UNTOLD)


def _is_reordered(step: Step) -> bool:
    return step.table.startswith("raw.") and bool(step.causes)


def _reasons(step: Step, indent: str) -> Iterator[str]:
    if len(step.ingests) > 1:
        yield from (f"{indent}{_rows(told.rows)}; {_told(told)}" for told in step.ingests)
    if step.more_ingests:
        yield f"{indent}and {step.more_ingests:,} earlier {_plural(step.more_ingests, 'ingest')}"
    for cause in islice(step.causes, MOST_CAUSES):
        yield f"{indent}{cause.reason} ({cause.dates:,} {_plural(cause.dates, 'date')})"
    if len(step.causes) > MOST_CAUSES:
        left = step.causes[MOST_CAUSES:]
        yield f"{indent}and {len(left):,} more reasons ({sum(each.dates for each in left):,} dates)"


def _told(told: Told) -> str:
    return f"{told.stream} ({told.source}), ingested {told.ingested_at:%Y-%m-%d %H:%M:%S} UTC"


def _rows(rows: Mapping[str, int]) -> str:
    """`1 row corrected`, `34 rows deleted, 34 inserted`."""
    first, *others = rows.items()
    told = [f"{first[1]:,} {_plural(first[1], 'row')} {first[0]}", *(f"{count:,} {kind}" for kind, count in others)]
    return ", ".join(told)


def _on(span: Span) -> str:
    if not span.dates:
        return ""
    return f" on {span.first}" if span.dates == 1 else f" on {span.dates:,} dates, {span.first} to {span.last}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"
