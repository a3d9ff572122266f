"""`backcourt demo`: one season end to end, ending with the coverage report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backcourt.cli import backfill as backfill_verb
from backcourt.cli import demo_ground
from backcourt.cli import report as report_verb
from backcourt.cli import verify as verify_verb
from backcourt.cli.console import print_json, say, verb
from backcourt.cli.options import AsJson, Common, Seasons, Threads, common, open_common
from backcourt.engine import events, ledger
from backcourt.engine.plan import make_plan
from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError
from backcourt.report.coverage import CoverageReport, coverage_report
from backcourt.seasons import Scope, parse_seasons
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
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Fetch a real season without any key: from the NBA, else from its releases")
    ] = False,
    seasons: Seasons = "2021",
    warehouse: Annotated[Path, typer.Option("--warehouse", help="The demo's own file; made anew")] = DEMO_WAREHOUSE,
    threads: Threads = None,
    as_json: AsJson = False,
) -> None:
    """Uses the network with --fetch only."""
    options = common(warehouse, None, threads)
    labels = parse_seasons(seasons or "2021")
    if fetch and simulated:
        raise UsageError("--fetch wants real data, --simulated wants none.", "Give one of them.")
    if fetch and len(labels) > 1:
        raise UsageError.bad_scope("--seasons", seasons or "", "a demo fetches one season", "2023")
    real = None if simulated or fetch else options.settings.real_data
    _clear(options)
    if not as_json:
        say(f"Demo on {_told(real, simulated, fetch)}, season {', '.join(labels)}, in {warehouse}.", style="bold")
    if fetch:
        ground = demo_ground.fetched(options, labels[0], as_json=as_json)
    else:
        ground = demo_ground.ingested(options, real, labels, as_json=as_json)
    made, passed = _play(options, as_json=as_json)
    if as_json:
        print_json(
            {
                "data": ground.data,
                "source": ground.source,
                "passed_over": ground.passed_over,
                "passed": passed,
                "report": made,
            }
        )
    if not passed or not made.is_complete:
        raise typer.Exit(1)


def _told(real: Path | None, simulated: bool, fetch: bool) -> str:
    if fetch:
        return "a real season that is fetched"
    if real is not None:
        return f"real data of {real}"
    return "the simulated league" if simulated else "the simulated league (no real data were found)"


def _play(options: Common, *, as_json: bool) -> tuple[CoverageReport, bool]:
    scope, registry = Scope(), default_registry()
    with open_common(options, read_only=False) as opened:
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
