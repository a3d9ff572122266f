"""The status of a warehouse as metrics in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from backcourt.report.history import PastRun
from backcourt.report.status import Status

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Metric:
    """One metric: what it is, in a line, and a value for each set of labels."""

    name: str
    help: str
    samples: tuple[tuple[Labels, float], ...]

    def lines(self) -> Iterator[str]:
        """Its lines; none without a value, as a metric that is not known is left out."""
        if not self.samples:
            return
        yield f"# HELP {self.name} {_escaped(self.help, quotes=False)}"
        yield f"# TYPE {self.name} gauge"
        for labels, value in self.samples:
            inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
            yield f"{self.name}{{{inside}}} {value!r}" if inside else f"{self.name} {value!r}"


def exposition(found: Status) -> str:
    """All metrics of a status."""
    return "".join(f"{line}\n" for metric in _metrics(found) for line in metric.lines())


def _metrics(found: Status) -> Iterator[Metric]:
    totals = found.totals
    yield _gauge(
        "partitions",
        "Partitions of a built table that must exist, by state.",
        [({"table": one.table, "state": state}, n) for one in totals for state, n in one.states.items()],
    )
    yield _gauge(
        "games_not_covered", "Games that no source covers.", [(_of(one.table), one.uncovered_games) for one in totals]
    )
    yield _gauge("rows", "Stored rows of a built table.", [(_of(one.table), one.rows) for one in totals])
    yield _gauge(
        "expected_rows", "Rows that a built table should hold.", [(_of(one.table), one.expected_rows) for one in totals]
    )
    yield _gauge(
        "newest_verified_date_seconds",
        "Midnight UTC of the newest verified game date of a built table, in seconds since 1970.",
        [(_of(one.table), _midnight(one.newest_verified)) for one in totals if one.newest_verified],
    )
    yield _gauge(
        "raw_rows",
        "Current rows of a raw table, during a run those at its start.",
        [({"table": table.partition(".")[2]}, rows) for table, rows in found.raw_rows.items()],
    )
    yield from _runs(found)


def _runs(found: Status) -> Iterator[Metric]:
    state = found.running.state if found.running else None
    yield _gauge(
        "run_state",
        "1 for the state of the run that has the warehouse.",
        [({"state": each}, float(each == state)) for each in ("running", "stalled", "dead")],
    )
    success = found.last_success
    if success is not None and success.ended is not None:
        yield _gauge(
            "last_success_end_timestamp_seconds",
            "When the newest successful run ended.",
            [({}, success.ended.timestamp())],
        )
    if found.last_run is not None:
        yield from _last_run(found.last_run)


def _last_run(last: PastRun) -> Iterator[Metric]:
    yield _gauge("last_run_info", "The last run that is over.", [({"run": last.run, "outcome": last.outcome}, 1.0)])
    yield _gauge("last_run_success", "Whether the last run built all that it planned.", [({}, float(last.succeeded))])
    yield _gauge("last_run_start_timestamp_seconds", "When the last run began.", [({}, last.started.timestamp())])
    if last.ended is not None and last.seconds is not None:
        yield _gauge("last_run_end_timestamp_seconds", "When the last run ended.", [({}, last.ended.timestamp())])
        yield _gauge("last_run_duration_seconds", "How long the last run took.", [({}, last.seconds)])
    yield _gauge(
        "last_run_failures",
        "Partitions of the last run that did not come to be verified.",
        [({"outcome": "failed"}, last.failed), ({"outcome": "blocked"}, last.blocked)],
    )


def _gauge(name: str, text: str, samples: Iterable[tuple[Labels, float]]) -> Metric:
    return Metric(f"backcourt_{name}", text, tuple(samples))


def _of(table: str) -> Labels:
    return {"table": table}


def _midnight(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()


def _escaped(text: str, *, quotes: bool = True) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quotes else text
