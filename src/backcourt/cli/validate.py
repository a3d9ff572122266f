"""`backcourt validate`: is what is stored right?"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Annotated, Any

import typer

from backcourt.checks.finding import OUTCOMES, Finding, Review
from backcourt.checks.validate.spot.sample import SAMPLES
from backcourt.checks.validate.whole import FAMILIES, Validation
from backcourt.checks.validate.whole import validate as ask_all
from backcourt.cli.console import print_json, print_table, progress, say, verb
from backcourt.cli.options import (
    CLOCK,
    AsJson,
    Dates,
    EndDate,
    LockTimeout,
    Phase,
    Seasons,
    StartDate,
    Tables,
    Threads,
    WarehouseOption,
    common,
    open_common,
    scope_of,
)
from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError
from backcourt.output.files import refuse_unwritable, write_text
from backcourt.report.review import as_document, as_page
from backcourt.seasons import Scope

SHOWN = 20
_STYLES = {"pass": "green", "warn": "yellow", "fail": "red", "error": "red"}


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "validate",
        short_help="Is what is stored right? Rules, equalities, health of columns, rows from raw.",
        help="Ask what is stored whether it is right: the rules of the contracts, equalities between tables, columns beside"
        " their own history, and rows recomputed from raw by other code. Every answer is stored with its query; what a"
        " blocking rule names is marked as damaged. Exit 0 when all pass, 3 with warnings only, else 1.",
        epilog="Example: backcourt validate --seasons 2021 --samples 5 --out review.md",
    )(validate)


@verb
def validate(
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    seasons: Seasons = None,
    tables: Tables = None,
    phase: Phase = None,
    samples: Annotated[
        int, typer.Option("--samples", min=1, help="Rows of each table to recompute from raw")
    ] = SAMPLES,
    seed: Annotated[int | None, typer.Option("--seed", help="Chooses those rows [default: the moment]")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write all findings to a file: .json or .md")] = None,
    warehouse: WarehouseOption = None,
    threads: Threads = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """What a blocking finding names is marked as damaged, so that nothing reads it and the next backfill rebuilds it."""
    if out is not None:
        _refuse_other_files(out)
    scope = scope_of(dates, start_date, end_date, seasons, tables, phase)
    # Open to write from the start: nobody may change what the findings speak of before they are stored.
    with (
        open_common(common(warehouse, lock_timeout, threads), read_only=False) as opened,
        progress("Validating", FAMILIES) as step,
    ):
        made = ask_all(opened, default_registry(), scope, CLOCK, samples=samples, seed=seed, on_family=step)
    if out is not None:
        write_text(out, _as_text(made) if out.suffix == ".json" else as_page(made.review))
    if as_json:
        print_json(document(made))
    else:
        show(made, scope)
    if made.review.exit_code:
        raise typer.Exit(made.review.exit_code)


def _refuse_other_files(out: Path) -> None:
    if out.suffix not in (".json", ".md"):
        kind = out.suffix or "a file without suffix"
        raise UsageError(f"--out {out}: a validation cannot be written as {kind}.", "Use .json or .md.")
    refuse_unwritable(out)


def document(made: Validation) -> dict[str, Any]:
    """A validation as JSON."""
    return {
        "passed": made.passed,
        "marked": made.quarantine.marked,
        "released": made.quarantine.released,
        **as_document(made.review),
    }


def _as_text(made: Validation) -> str:
    return json.dumps(document(made), indent=2, ensure_ascii=False, default=str) + "\n"


def show(made: Validation, scope: Scope) -> None:
    """Print a validation: a row for each table, everything that did not pass, one OVERALL line."""
    say(scope.describe())
    headers = ("table", "checks", *OUTCOMES, "outcome")
    print_table("Checks", headers, _rows(made.review), right=range(1, 6))
    told = [each for each in made.review.findings if each.outcome != "pass"]
    told.sort(key=lambda each: -OUTCOMES.index(each.outcome))
    for each in told[:SHOWN]:
        say(f"{each.outcome.upper()} {each.check} {each.subject}: {each.said}", style=_STYLES[each.outcome])
    if len(told) > SHOWN:
        say(f"... and {len(told) - SHOWN} more; see --json or --out")
    for check, hint in {each.check: each.hint for each in told if each.hint}.items():
        say(f"{check}: {hint}")
    if made.quarantine.marked:
        say(f"{made.quarantine.marked} partitions were marked as damaged; `backcourt backfill` rebuilds them.")
    if made.quarantine.released:
        say(f"{made.quarantine.released} earlier refusals were taken back; `backcourt backfill` publishes again.")
    (drawn,) = [each.said for each in made.review.findings if each.check == "spot_checks"] or ["no row was recomputed"]
    counts = ", ".join(f"{made.review.count(outcome):,} {outcome}" for outcome in OUTCOMES)
    style = _STYLES[made.review.outcome]
    say(f"Rows from raw: {drawn}.")
    say(f"OVERALL {made.review.outcome.upper()}: {counts}; stored as {made.review.review_id}.", style=f"bold {style}")


def _rows(review: Review) -> list[tuple[object, ...]]:
    """A row for each table and one for the whole: how its checks ended."""
    subjects: dict[str, list[Finding]] = defaultdict(list)
    for each in review.findings:
        subjects[each.subject or "all together"].append(each)
    rows: list[tuple[object, ...]] = []
    for subject, found in subjects.items():
        counts = [sum(each.outcome == outcome for each in found) for outcome in OUTCOMES]
        worst = max((each.outcome for each in found), key=OUTCOMES.index)
        rows.append((subject, len(found), *counts, worst.upper()))
    return rows
