"""What a blocking offence does to its partition: nothing reads it until it is rebuilt to something else, or cleared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backcourt.checks.validate.result import Result
from backcourt.checks.validate.stage import Stage
from backcourt.engine import events, ledger, refused
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.refused import Refusal


@dataclass(frozen=True)
class Quarantine:
    """How many verified partitions were marked as damaged, and how many earlier refusals were taken back."""

    marked: int
    released: int


def quarantine(stage: Stage, results: Sequence[Result], review_id: str) -> Quarantine:
    """Mark what blocking findings name, refuse its content, and release what is no longer found wrong; one commit."""
    blocked = [each for each in results if each.finding.outcome == "fail"]
    refusals = list(
        {
            (one.table, one.game_date, each.finding.check, one.key): Refusal(
                one.table, one.game_date, each.finding.check, one.key, one.cause
            )
            for each in reversed(blocked)
            for one in reversed(each.offences)
        }.values()
    )
    verified = {
        (name, part.game_date) for name, parts in stage.partitions.items() for part in parts if part.state == "verified"
    }
    causes: dict[tuple[str, date], str] = {}
    for one in refusals:
        if (one.table, one.game_date) in verified:
            causes[one.table, one.game_date] = f"{review_id}: {one.check}: {one.cause}"
    cleared = _cleared(stage, results, refusals)
    if not refusals and not cleared:
        return Quarantine(0, 0)
    warehouse = stage.warehouse
    with warehouse.transaction():
        # Refused while its input hash is on record; marking keeps that, a rebuild does not.
        refused.remember(warehouse, refusals, review_id)
        refused.release(warehouse, cleared)
        ledger.mark_damaged(warehouse, causes, review_id)
    evaluate_all(warehouse, stage.registry)
    events.write_snapshot(warehouse)
    return Quarantine(len(causes), len(cleared))


def _cleared(stage: Stage, results: Sequence[Result], refusals: Sequence[Refusal]) -> list[Refusal]:
    """Earlier refusals whose rule was asked again of the same content, in all its parts, and has nothing against it."""
    asked: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for each in results:
        asked[each.finding.check, each.finding.subject].append(each)
    against = {(one.table, one.game_date, one.check, one.key) for one in refusals}
    cleared = []
    for one in stage.refusals:
        answers = asked[one.check, one.table.partition(".")[2]]
        was_asked = bool(answers) and all(
            each.finding.outcome != "error" and one.game_date in each.asked for each in answers
        )
        if was_asked and (one.table, one.game_date, one.check, one.key) not in against:
            cleared.append(one)
    return cleared
