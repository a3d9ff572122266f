"""How a certificate is told: as a table with what differs, or as JSON."""

from __future__ import annotations

from backcourt.checks.certify import Certification
from backcourt.cli.console import print_table, say
from backcourt.engine.certificate import Certificate, CertifiedTable
from backcourt.seasons import Scope

SHOWN = 20


def show(found: Certification) -> None:
    """Print a certificate: a row per table, every difference, one line with its outcome."""
    made = found.certificate
    if made is None:
        say(f"Certificate not made: {found.refusal}", style="red")
        return
    headers = ("table", "compared", "rows", "not compared", "differing", "verdict")
    print_table("Recomputed from raw", headers, [_row(each) for each in made.tables], right=range(1, 5))
    if made.sample is not None:
        dates = ", ".join(map(str, made.sampled_dates))
        say(f"Sample of {len(made.sampled_dates)} dates, seed {made.seed}: {dates}; and what their rows read.")
    for each in made.mismatches[:SHOWN]:
        say(f"{each.table} {each.game_date}: {each.cause}", style="red")
    if len(made.mismatches) > SHOWN:
        say(f"... and {len(made.mismatches) - SHOWN} more; see --json")
    if made.mismatches:
        say(f"{len(made.mismatches)} partitions were marked as damaged; `backcourt backfill` rebuilds them.")
    say(_sentence(made), style="green" if made.outcome == "passed" else "red")


def _sentence(made: Certificate) -> str:
    return (
        f"Certificate {made.outcome}: {made.compared:,} partitions recomputed and compared,"
        f" {len(made.mismatches):,} differing, {made.skipped:,} not compared as they are not verified;"
        f" {made.seconds:.1f} s, stored as {made.certificate_id}."
    )


def _row(each: CertifiedTable) -> tuple[object, ...]:
    differing = len(each.differing)
    word = "FAIL" if differing else "INCOMPLETE" if each.skipped else "PASS"
    return (each.table.partition(".")[2], len(each.comparisons), each.rows, each.skipped, differing, word)


def as_document(found: Certification, scope: Scope) -> dict[str, object]:
    """A certification as JSON: what verify says, and the certificate or why there is none."""
    return {
        "scope": scope.describe(),
        "passed": found.passed,
        "marked": found.marked,
        "verdict": found.verdict.as_document(),
        "certificate": found.certificate and _document(found.certificate),
        "refusal": found.refusal or None,
    }


def _document(made: Certificate) -> dict[str, object]:
    return {
        "certificate_id": made.certificate_id,
        "run_id": made.run_id,
        "outcome": made.outcome,
        "sample": made.sample,
        "seed": made.seed,
        "sampled_dates": made.sampled_dates,
        "engine": made.engine,
        "certified_at": made.certified_at,
        "seconds": round(made.seconds, 3),
        "compared": made.compared,
        "skipped": made.skipped,
        "mismatches": made.mismatches,
        "tables": [
            {
                "table": each.table,
                "code_version": each.code_version,
                "compared": len(each.comparisons),
                "rows": each.rows,
                "skipped": each.skipped,
                "mismatches": len(each.differing),
                "digest": each.digest,
            }
            for each in made.tables
        ],
    }
