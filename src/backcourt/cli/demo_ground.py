"""What a demo stands on: the simulated league, files of real seasons, or a season that is fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import typer

from backcourt.cli import fetching
from backcourt.cli import ingest as ingest_verb
from backcourt.cli.console import complain, print_json, print_table, progress, say
from backcourt.cli.options import CLOCK, Common, open_common
from backcourt.cli.signals import stop_switch
from backcourt.engine import ledger
from backcourt.engine.registry import default_registry
from backcourt.sources.http import Fetcher, Patience, open_fetcher
from backcourt.sources.http.limits import Limits
from backcourt.sources.keyless import Taken, take_keyless
from backcourt.sources.local import ingest_folder
from backcourt.sources.simulated.source import simulate
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class Ground:
    """Whether the data are real, which source they came from, and why others were passed over."""

    data: str
    source: str
    passed_over: Mapping[str, str] = field(default_factory=dict)


def ingested(options: Common, real: Path | None, labels: tuple[str, ...], *, as_json: bool) -> Ground:
    """Ingest real seasons of a folder, or without one the simulated league."""
    registry = default_registry()
    with open_common(options, read_only=False, must_exist=False) as opened:
        with progress("Ingesting", None) as step:
            if real is not None:
                report = ingest_folder(
                    opened, registry, real, CLOCK, seasons=labels, on_file=lambda one: step(one.stream, 1)
                )
            else:
                years = [int(label[:4]) for label in labels]
                report = simulate(opened, registry, CLOCK, years, on_file=lambda one: step(one.stream, 1))
        _mark(opened)
        if not as_json:
            ingest_verb.show(options, report, ingest_verb.set_aside(opened, 5))
    return Ground("real", "local") if real else Ground("simulated", "simulated")


def fetched(options: Common, label: str, *, as_json: bool) -> Ground:
    """Fetch a season from the first source without a key that answers; raises SourceError when none does."""
    with _nothing_left(options.settings.warehouse):
        taken = _take(options, label)
        if not taken.stopped:
            with open_common(options, read_only=False) as opened:
                _mark(opened)
    if taken.stopped:
        # What came is archived, and a demo makes its file anew.
        options.settings.warehouse.unlink(missing_ok=True)
    if not as_json:
        _show(taken, label)
    elif taken.stopped:
        print_json({"data": "real", "source": taken.source, "stopped": taken.stopped})
    if taken.stopped:
        raise typer.Exit(130)
    return Ground("real", taken.source, taken.passed_over)


def _take(options: Common, label: str) -> Taken:
    def opening() -> Warehouse:
        return open_common(options, read_only=False, must_exist=False)

    with stop_switch() as should_stop, progress("Fetching", None) as step:

        def network(patience: Patience | None, limits: Limits | None) -> AbstractContextManager[Fetcher]:
            return open_fetcher(
                options.settings,
                os.environ,
                CLOCK,
                warn=complain,
                should_stop=should_stop,
                patience=patience,
                limits=limits,
            )

        return take_keyless(opening, default_registry(), label, network, CLOCK, fetching.told(step))


def _show(taken: Taken, label: str) -> None:
    for source, why in taken.passed_over.items():
        say(f"{source} was passed over: {why}")
    if taken.stopped:
        say(f"Stopped by {taken.stopped}. What was fetched is archived; the same command goes on from there.")
        return
    say(f"{label} from {taken.source}", style="bold")
    fetching.show_outcomes(taken.outcomes)
    if taken.troubles:
        print_table("Not taken", ("why",), [(said,) for said in taken.troubles[: fetching.SHOWN]])
        if len(taken.troubles) > fetching.SHOWN:
            say(f"... and {len(taken.troubles) - fetching.SHOWN:,} more")


def _mark(opened: Warehouse) -> None:
    """Say that the file is a demo's, which the next demo may replace."""
    with opened.transaction():
        ledger.set_meta(opened, "demo", "yes")


@contextmanager
def _nothing_left(path: Path) -> Iterator[None]:
    """Remove the demo's new file when nothing came of it: without its mark no other demo would touch it."""
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise
