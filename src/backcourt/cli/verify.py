"""`backcourt verify`: read everything stored again; is it complete?"""

from __future__ import annotations

from typing import Annotated

import typer

from backcourt.checks.certify import Certification
from backcourt.checks.certify import certify as check_and_certify
from backcourt.checks.verify import TableVerdict, Verdict, mark_damage
from backcourt.checks.verify import verify as check
from backcourt.cli import certificate as certificate_view
from backcourt.cli.console import print_json, print_table, progress, say, verb
from backcourt.cli.options import (
    CLOCK,
    AsJson,
    Common,
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
from backcourt.seasons import Scope

SHOWN = 20

# What may begin when the tables of a phase are complete.
_GATES = {3: "phase 4"}


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "verify",
        short_help="Read everything stored again: is it complete?",
        help="Re-read keys, hashes and checks of everything stored; exit 0 only if all that is expected is verified."
        " With --phase 3 the verdict says whether phase 4 may begin. With --certify also recompute it from raw beside"
        " what is stored and compare partition hashes.",
        epilog="Example: backcourt verify --certify --sample 5 --seasons 2021",
    )(verify)


@verb
def verify(
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    seasons: Seasons = None,
    tables: Tables = None,
    phase: Phase = None,
    accept_ledger: Annotated[
        bool,
        typer.Option("--accept-ledger", help="Seal a ledger that was changed as it stands, and distrust all it says"),
    ] = False,
    certify: Annotated[
        bool, typer.Option("--certify", help="Recompute from raw beside what is stored, and compare; store the verdict")
    ] = False,
    sample: Annotated[
        int | None, typer.Option("--sample", min=1, help="Certify so many random dates of the scope, not all")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Chooses the dates of --sample [default: the moment]")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="List every date that is not verified, and why")] = False,
    warehouse: WarehouseOption = None,
    threads: Threads = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """What is damaged is marked in the ledger, so that the next backfill (or ingest) mends it."""
    _refuse_idle("--sample", sample, certify=certify)
    _refuse_idle("--seed", seed, certify=certify and sample is not None)
    options = common(warehouse, lock_timeout, threads)
    scope = scope_of(dates, start_date, end_date, seasons, tables, phase)
    if certify:
        _certify(options, scope, sample, seed, accept_ledger=accept_ledger, verbose=verbose, as_json=as_json)
        return
    verdict, marked = examine(options, scope, accept_ledger=accept_ledger)
    if as_json:
        print_json(
            {"scope": scope.describe(), "passed": verdict.passed, "marked": marked, "verdict": verdict.as_document()}
        )
    else:
        show(verdict, scope, marked, verbose=verbose)
    if not verdict.passed:
        raise typer.Exit(1)


def _refuse_idle(flag: str, value: int | None, *, certify: bool) -> None:
    if value is not None and not certify:
        needs = "--certify" if flag == "--sample" else "--certify --sample N"
        raise UsageError(f"{flag} {value} means nothing without {needs}.", f"Write  backcourt verify {needs}")


def _certify(
    options: Common,
    scope: Scope,
    sample: int | None,
    seed: int | None,
    *,
    accept_ledger: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    # Open to write from the start: between verdict and certificate nobody else may change what they speak of.
    with open_common(options, read_only=False) as opened, progress("Recomputing", None) as step:
        found = check_and_certify(
            opened,
            default_registry(),
            scope,
            CLOCK,
            sample=sample,
            seed=seed,
            accept_ledger=accept_ledger,
            on_unit=step,
        )
    if as_json:
        print_json(certificate_view.as_document(found, scope))
    else:
        show(found.verdict, scope, found.marked, found, verbose=verbose)
    if not found.passed:
        raise typer.Exit(1)


def examine(options: Common, scope: Scope, *, accept_ledger: bool = False) -> tuple[Verdict, int]:
    """The verdict on a scope, and how many damaged partitions were marked; writes only where there is damage."""
    with open_common(options, read_only=True) as opened:
        verdict = check(opened, default_registry(), scope)
    if not verdict.damage and not verdict.broken_seals:
        return verdict, 0
    with open_common(options, read_only=False) as opened:
        return verdict, mark_damage(opened, verdict, accept_ledger=accept_ledger)


def show(
    verdict: Verdict,
    scope: Scope,
    marked: int,
    certification: Certification | None = None,
    *,
    verbose: bool = False,
) -> None:
    """Print a verdict: a row per table, what is wrong, a certificate where one was asked for, one OVERALL line."""
    say(scope.describe())
    hashes = ("table", "rows", "with hash", "coverage", "length", "distinct", "share", "dates", "days", "teams")
    print_table("Re-read", hashes, [_reread(each) for each in verdict.tables], right=(1, 2, 3, 4, 5, 6, 8, 9))
    counts = ("table", "dates verified", "missing", "rows", "expected rows", "games not covered", "verdict")
    print_table("Complete", counts, [_completeness(each) for each in verdict.tables], right=range(1, 6))
    if verbose:
        _show_dates(verdict)
    for seal in verdict.broken_seals[:SHOWN]:
        say(str(seal), style="red")
    wrong = [f"{each.table}: {problem}" for each in verdict.tables for problem in each.problems]
    wrong += [
        f"{each.table} {each.game_date or ''}: {each.cause}" for each in verdict.damage if each.table.startswith("raw.")
    ]
    for line in wrong[:SHOWN]:
        say(line, style="red")
    if len(wrong) > SHOWN:
        say(f"... and {len(wrong) - SHOWN} more; see --json")
    if marked:
        say(
            f"{marked} damaged partitions were marked; `backcourt backfill` rebuilds built ones, `backcourt ingest` mends raw ones."
        )
    if not verdict.expected:
        say("Nothing is expected in this scope: no covered game lies in it, so nothing can be called complete.")
    if certification:
        certificate_view.show(certification)
    total = sum(each.verified for each in verdict.tables)
    passed = certification.passed if certification else verdict.passed
    word = "PASS" if passed else "FAIL"
    if scope.phase in _GATES:
        word += f", {'READY' if passed else 'INCOMPLETE'} for {_GATES[scope.phase]}"
    say(
        f"OVERALL {word}: {total:,} of {verdict.expected:,} expected partitions verified,"
        f" {verdict.raw_partitions:,} raw partitions re-read, {len(verdict.damage)} damaged, {len(verdict.broken_seals)} broken seals.",
        style="bold green" if passed else "bold red",
    )


def _reread(each: TableVerdict) -> tuple[object, ...]:
    lengths = "/".join(map(str, each.hash_lengths)) or "-"
    coverage = f"{each.hashed_rows / each.rows:.2%}" if each.rows else "-"
    share = f"{each.distinct_hashes / each.rows:.2%}" if each.rows else "-"
    span = f"{each.first_date} to {each.last_date}" if each.rows else "-"
    hashes = (each.hashed_rows, coverage, lengths, each.distinct_hashes, share)
    return (each.table, each.rows, *hashes, span, each.dates, each.teams)


def _completeness(each: TableVerdict) -> tuple[object, ...]:
    """What is there of what must be; both are counted from the schedule and the raw rows, never from the table."""
    dates = f"{each.verified:,}/{each.expected:,}"
    return (each.table, dates, each.missing, each.rows, each.expected_rows, each.uncovered_games, _word(each))


def _show_dates(verdict: Verdict) -> None:
    """Every date that is not verified, with its state and why."""
    rows = [(table.table, each.game_date, each.state, each.cause) for table in verdict.tables for each in table.wanting]
    if rows:
        print_table("Not verified", ("table", "date", "state", "cause"), rows)


def _word(verdict: TableVerdict) -> str:
    if not verdict.expected and verdict.passed:
        return "nothing expected"
    return "READY" if verdict.passed else "INCOMPLETE"
