"""`backcourt daily`: keep a warehouse current, from cron or by hand."""

from __future__ import annotations

import os
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import typer

from backcourt.cli import backfill as backfill_verb
from backcourt.cli import certificate as certificate_view
from backcourt.cli.console import complain, print_json, print_table, say, verb
from backcourt.cli.notify import Notify
from backcourt.cli.options import (
    CLOCK,
    AsJson,
    Common,
    LockTimeout,
    Threads,
    WarehouseOption,
    common,
    open_common,
)
from backcourt.daily import Day
from backcourt.daily import daily as run_daily
from backcourt.engine.plan import Plan
from backcourt.engine.registry import default_registry
from backcourt.engine.run import RunReport
from backcourt.engine.waiting import Patience
from backcourt.report.digest import digest
from backcourt.report.notify import refuse_unusable, tell
from backcourt.report.review import as_document as review_document
from backcourt.seasons import Scope
from backcourt.sources.configured import configured
from backcourt.sources.http import open_fetcher


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "daily",
        short_help="Ingest what is new, build it, check it.",
        help="Ingest what is new from the configured sources, build what that makes due, validate what was written,"
        " certify a sample once a day, and tell how it went. Safe to start every ten minutes.",
        epilog="Example: backcourt daily --sources simulated:2021 --sample 0",
    )(daily)


@verb
def daily(
    sources: Annotated[
        str | None,
        typer.Option(
            "--sources",
            help="local:FOLDER, simulated:SEASONS, nba_cdn, nba_stats:SEASONS, injury_report, ..., by commas [env: BACKCOURT_SOURCES]",
        ),
    ] = None,
    sample: Annotated[int, typer.Option(min=0, help="Dates to certify once a day; 0 for none")] = 3,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, however large the plan")] = False,
    notify: Notify = None,
    warehouse: WarehouseOption = None,
    threads: Threads = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Exit code 0 when all is verified and right, 1 when not, 3 with warnings, 4 when it runs already, 5 when a source failed."""
    options = common(warehouse, lock_timeout, threads)
    settings = options.settings
    network = partial(open_fetcher, settings, os.environ, CLOCK, warn=complain)
    feeds = configured(
        settings.sources if sources is None else sources,
        settings.max_vanishing,
        network,
        may_spend=bool(os.environ.get("BACKCOURT_CREDITS", "").strip()),
        place=settings.bigdataball,
    )
    target = settings.notify if notify is None else notify
    if target:
        refuse_unusable(target)
    with open_common(options, read_only=False, must_exist=False) as opened:

        def build(plan: Plan) -> RunReport:
            backfill_verb.confirm(plan, options, yes=yes)
            return backfill_verb.run(opened, options, Scope(), plan)

        patience = Patience.of(settings)
        done = run_daily(opened, default_registry(), feeds, CLOCK, sample=sample, patience=patience, build=build)
        document = {**(digest(opened, default_registry()) if done.run else {}), **_document(done)}
    if target and done.did_anything:
        tell(target, document, settings.warehouse, CLOCK.now(), complain)
    if as_json:
        print_json(document)
    else:
        _show(done, options)
    if done.exit_code:
        raise typer.Exit(done.exit_code)


def _document(done: Day) -> dict[str, Any]:
    """What the round did, beside the digest of its run."""
    review = done.validation and review_document(done.validation.review)
    certificate = done.certification and certificate_view.as_document(done.certification, Scope())
    return {
        "command": "daily",
        "exit_code": done.exit_code,
        "sources": [asdict(each) for each in done.fed],
        "validation": review,
        "certificate": certificate and {name: certificate[name] for name in ("passed", "certificate", "refusal")},
    }


def _show(done: Day, options: Common) -> None:
    rows = [(each.source, each.files, each.changed, each.error) for each in done.fed]
    print_table("Sources", ("source", "files", "raw rows changed", "trouble"), rows, right=(1, 2))
    if done.run is not None:
        backfill_verb.show(done.run, Scope(), options)
    if done.validation is not None:
        made = done.validation.review
        counts = ", ".join(f"{made.count(outcome)} {outcome}" for outcome in ("pass", "warn", "fail", "error"))
        say(f"Validated {made.scope} {counts}; see  backcourt validate")
    if done.certification is not None:
        certificate_view.show(done.certification)
    if not done.did_anything:
        say("Nothing is new.")
