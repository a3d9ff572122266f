"""`backcourt demo`: one season end to end, ending with the coverage report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backcourt.cli import backfill as backfill_verb
from backcourt.cli import ingest as ingest_verb
from backcourt.cli import report as report_verb
from backcourt.cli import verify as verify_verb
from backcourt.cli.console import print_json, progress, say, verb
from backcourt.cli.options import CLOCK, AsJson, Common, Seasons, Threads, common, open_common
from backcourt.engine import events, ledger
from backcourt.engine.plan import make_plan
from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError
from backcourt.report.coverage import CoverageReport, coverage_report
from backcourt.seasons import Scope, parse_seasons
from backcourt.sources.local import ingest_folder
from backcourt.sources.simulated.source import simulate
from backcourt.warehouse.duckdb import Warehouse
from backcourt.warehouse.lease import lease_path

DEMO_WAREHOUSE = Path("backcourt-demo.duckdb")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "demo",
        short_help="One season end to end, ending with the coverage report.",
        help="Ingest, build and verify one season in a warehouse of its own; real data where they are, else simulated.",
        epilog="Example: backcourt demo --simulated",
    )(demo)


@verb
def demo(
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Use the simulated league though real data are there")
    ] = False,
    seasons: Seasons = "2021",
    warehouse: Annotated[Path, typer.Option("--warehouse", help="The demo's own file; made anew")] = DEMO_WAREHOUSE,
    threads: Threads = None,
    as_json: AsJson = False,
) -> None:
    """Never uses the network."""
    options = common(warehouse, None, threads)
    real = None if simulated else options.settings.real_data
    _clear(options)
    labels = parse_seasons(seasons or "2021")
    if not as_json:
        where = f"real data of {real}" if real else "the simulated league (no real data were found)"
        say(
            f"Demo on {'the simulated league' if simulated else where}, season {', '.join(labels)}, in {warehouse}.",
            style="bold",
        )
    made, passed = _play(options, real, labels, as_json=as_json)
    if as_json:
        print_json({"data": "real" if real else "simulated", "passed": passed, "report": made})
    if not passed or not made.is_complete:
        raise typer.Exit(1)


def _play(options: Common, real: Path | None, labels: tuple[str, ...], *, as_json: bool) -> tuple[CoverageReport, bool]:
    scope, registry = Scope(), default_registry()
    with open_common(options, read_only=False, must_exist=False) as opened:
        _ingest(opened, options, real, labels, as_json=as_json)
        made = make_plan(opened, registry, scope)
        report = backfill_verb.run(opened, options, scope, made)
    if not as_json:
        backfill_verb.show(report, scope, options)
    if report.outcome == "interrupted":
        if as_json:
            print_json(backfill_verb.as_document(report, scope, options))
        backfill_verb.end(report)
    verdict, marked = verify_verb.examine(options, scope)
    if not as_json:
        verify_verb.show(verdict, scope, marked)
    with open_common(options, read_only=True) as opened:
        coverage = coverage_report(opened, registry, scope)
    if not as_json:
        report_verb.show(coverage)
    return coverage, verdict.passed


def _ingest(opened: Warehouse, options: Common, real: Path | None, labels: tuple[str, ...], *, as_json: bool) -> None:
    registry = default_registry()
    with progress("Ingesting", None) as step:
        if real is not None:
            report = ingest_folder(
                opened, registry, real, CLOCK, seasons=labels, on_file=lambda one: step(one.stream, 1)
            )
        else:
            years = [int(label[:4]) for label in labels]
            report = simulate(opened, registry, CLOCK, years, on_file=lambda one: step(one.stream, 1))
    with opened.transaction():
        ledger.set_meta(opened, "demo", "yes")
    if not as_json:
        unresolved = opened.rows(
            "SELECT table_name, stream, problem, CAST(SUM(rows) AS BIGINT) AS all_rows FROM raw.unresolved"
            " GROUP BY table_name, stream, problem ORDER BY all_rows DESC, problem LIMIT 5"
        )
        ingest_verb.show(options, report, unresolved)


def _clear(options: Common) -> None:
    """Remove an earlier demo's files; any other warehouse is refused."""
    path = options.settings.warehouse
    if path.exists():
        with open_common(options, read_only=True, must_exist=False) as old:
            is_demo = ledger.exists(old) and ledger.meta(old, "demo") == "yes"
        if not is_demo:
            raise UsageError(
                f"{path} is not an earlier demo; the demo will not touch it.", "Name another file with --warehouse."
            )
        path.unlink()
    for beside in (
        *(events.events_path(path), events.snapshot_path(path), lease_path(path)),
        path.with_name(path.name + ".wal"),
    ):
        beside.unlink(missing_ok=True)
