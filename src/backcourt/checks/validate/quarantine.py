"""What a blocking offence does to its partition: nothing reads it until it is rebuilt to something else, or cleared.

Three kinds of wrong rows are told apart. Rows that other hands changed are rebuilt, and come out right. Rows that are
right but stand beside changed ones are left alone. Rows that are just what their table's SQL made of sound inputs are
refused: they would come out the same, so the next run makes them `failed` with the cause, and not verified once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from backcourt.checks.reread import raw_damage
from backcourt.checks.validate.result import Offence, Result, Rule, failed
from backcourt.checks.validate.stage import Stage
from backcourt.engine import events, ledger, refused
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.guard import rule_names
from backcourt.engine.refused import Refusal
from backcourt.engine.registry import Table
from backcourt.warehouse.duckdb import QueryError

SOUND = Rule(
    "rows_of_the_ledger", "hashes", "blocking",
    "where a blocking rule is broken, the rows behind it are those that were ingested and built; asked only then",
)  # fmt: skip
RULES = (SOUND,)

Place = tuple[str, date]


@dataclass
class Quarantine:
    """Partitions to be marked with their cause, content to be refused, refusals to be taken back."""

    marks: dict[Place, str] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    cleared: list[Refusal] = field(default_factory=list)

    @property
    def marked(self) -> int:
        """How many partitions are marked as damaged."""
        return len(self.marks)

    @property
    def released(self) -> int:
        """How many earlier refusals are taken back."""
        return len(self.cleared)


def decide(stage: Stage, results: Sequence[Result], rules: Iterable[str]) -> tuple[Quarantine, list[Result]]:
    """What is to be done about the blocking offences of a round, and what was found out on the way.

    `rules` are the names of all that there are beside the tables' own: what none of them says any more is cleared.
    """
    bad = [each for each in results if each.finding.outcome == "fail"]
    offences = [(each.finding.check, one) for each in bad for one in each.offences]
    made = Quarantine(cleared=_cleared(stage, results, {_name(check, one) for check, one in offences}, set(rules)))
    if not offences:
        return made, []
    tables = {stage.registry.contract(one.table).name for _, one in offences}
    tables |= {name for _, one in offences for name in one.beside}
    read = stage.registry.with_upstream([stage.registry.built[name] for name in sorted(tables)])
    harmed = {table.name: _harmed(stage, table) for table in read}
    raw = [damage for contract in stage.registry.raw.values() for damage in raw_damage(stage.warehouse, contract)]
    verified = {
        (name, part.game_date) for name, parts in stage.partitions.items() for part in parts if part.state == "verified"
    }
    standing = {(each.table, each.game_date) for each in stage.refusals}
    for table in read:
        for day, cause in harmed[table.name].items():
            made.marks[table.full_name, day] = cause
    for check, one in offences:
        place = (one.table, one.game_date)
        table = stage.registry.built[stage.registry.contract(one.table).name]
        behind = stage.registry.with_upstream([table, *(stage.registry.built[name] for name in one.beside)])
        if raw or any(harmed[each.name] for each in behind):
            continue
        if one.refused and (place in verified or place in standing):
            made.refusals.append(Refusal(one.table, one.game_date, check, one.key, one.cause))
        if place in verified:
            made.marks.setdefault(place, f"{check}: {one.cause}")
            # Which of two that differ is wrong is not known; of what it stands beside a rebuild may heal it.
            for name in one.beside:
                beside = (stage.registry.built[name].full_name, one.game_date)
                made.marks.setdefault(beside, f"{check}: {table.name} differs from it: {one.cause}")
    return made, _told(harmed, [f"{damage.table} {damage.game_date or ''}: {damage.cause}" for damage in raw])


def commit(stage: Stage, made: Quarantine, review_id: str) -> None:
    """Mark, refuse and release in one transaction, and let other processes see it."""
    if not (made.marks or made.refusals or made.cleared):
        return
    warehouse = stage.warehouse
    with warehouse.transaction():
        refused.remember(warehouse, made.refusals, review_id)
        refused.release(warehouse, made.cleared)
        ledger.mark_damaged(
            warehouse, {place: f"{review_id}: {cause}" for place, cause in made.marks.items()}, review_id
        )
    evaluate_all(warehouse, stage.registry)
    events.write_snapshot(warehouse)


def _harmed(stage: Stage, table: Table) -> dict[date, str]:
    """The dates of a table whose stored rows are not those of the ledger; all of them, if it cannot be read."""
    contract = table.contract
    try:
        differing = ledger.differing_fingerprints(
            stage.warehouse, table.full_name, table.full_name, contract.key, contract.column_names, "game_date"
        )
    except QueryError as error:
        cause = f"it cannot be read: {' '.join(str(error).split())[:200]}"
        return {part.game_date: cause for part in stage.partitions.get(table.full_name, [])}
    return {day: f"{count} columns differ from their fingerprints, {column} first" for day, column, count in differing}


def _told(harmed: dict[str, dict[date, str]], raw: Sequence[str]) -> list[Result]:
    built = [f"{name} {day}: {cause}" for name, days in harmed.items() for day, cause in days.items()]
    told = [*raw, *built]
    if not told:
        return []
    hint = "Run  backcourt verify: it names and marks all of it;  backcourt ingest  mends raw rows, backcourt backfill  built ones."
    said = f"{len(told):,} partitions or ingests were changed by other hands, first {told[0]}"
    figures = {"built": len(built), "raw": len(raw), "named": told[:20]}
    return [failed(SOUND, "", said, figures, hint=hint)]


def _name(check: str, one: Offence) -> tuple[str, date, str, str]:
    return one.table, one.game_date, check, one.key


def _cleared(
    stage: Stage, results: Sequence[Result], against: set[tuple[str, date, str, str]], rules: set[str]
) -> list[Refusal]:
    """Earlier refusals whose rule is gone, or was asked again of the same content, in all its parts, and has nothing against it."""
    asked: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for each in results:
        asked[each.finding.check, each.finding.subject].append(each)
    cleared = []
    for one in stage.refusals:
        name = stage.registry.contract(one.table).name
        answers = asked[one.check, name]
        was_asked = bool(answers) and all(
            each.finding.outcome != "error" and one.game_date in each.asked for each in answers
        )
        is_gone = one.check not in rules and one.check not in rule_names(stage.registry.built[name])
        if is_gone or (was_asked and (one.table, one.game_date, one.check, one.key) not in against):
            cleared.append(one)
    return cleared
