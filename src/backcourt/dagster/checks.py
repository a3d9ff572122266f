"""`verify` and the blocking rules of the tables as asset checks: what is stored is read again, and marked where damaged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dagster import AssetCheckKey, AssetCheckResult, AssetCheckSpec, AssetExecutionContext

from backcourt.checks.finding import Finding
from backcourt.checks.validate import stored
from backcourt.checks.validate.stage import create_stage
from backcourt.checks.verify import TableVerdict, Verdict, mark_damage, verify
from backcourt.dagster.names import asset_key, opened
from backcourt.engine import guard
from backcourt.engine.registry import Registry, Table
from backcourt.seasons import Scope

VERIFIED = "verified"
_WHY = {
    **{rule.name: rule.why for rule in stored.RULES},
    VERIFIED: "all that is expected is there, read again and just as the ledger vouches for it",
}


def check_specs(registry: Registry) -> list[AssetCheckSpec]:
    """Per built table a check for each of its blocking rules, and one that is `backcourt verify`."""
    return [
        AssetCheckSpec(name, asset=asset_key(table.full_name), description=_described(table, name))
        for table in registry.ordered
        for name in (VERIFIED, *guard.rule_names(table))
    ]


def _described(table: Table, name: str) -> str | None:
    own = {check.name: check.why for check in table.contract.checks}
    return own.get(name, _WHY.get(name))


def check_results(
    context: AssetExecutionContext, path: Path, registry: Registry, scope: Scope
) -> Iterator[AssetCheckResult]:
    """The results of the checks asked for; a table of which nothing is expected in the scope has none."""
    asked = set(context.selected_asset_check_keys)
    tables = [table for table in registry.ordered if any(key.asset_key == asset_key(table.full_name) for key in asked)]
    if not tables:
        return
    for finding in _findings(path, registry, replace(scope, tables=tuple(table.name for table in tables))):
        key = AssetCheckKey(asset_key(registry.built[finding.subject].full_name), finding.check)
        if key in asked:
            yield AssetCheckResult(
                passed=finding.outcome == "pass",
                asset_key=key.asset_key,
                check_name=key.name,
                description=finding.said,
                metadata={"outcome": finding.outcome, "query": finding.query},
            )


def _findings(path: Path, registry: Registry, scope: Scope) -> list[Finding]:
    with opened(path) as warehouse:
        verdict = verify(warehouse, registry, scope)
        stage = create_stage(warehouse, registry, scope)
        asked = [result.finding for result in stored.stored_rules(stage)]
    if verdict.damage or verdict.broken_seals:
        # As `backcourt verify` does, so that the next run mends it.
        with opened(path, to_write=True) as warehouse:
            mark_damage(warehouse, verdict)
    found = []
    for each in verdict.tables:
        if each.expected:
            table = registry.built[each.table]
            found.append(_verified(each, verdict))
            found += _ruled(table, each, [one for one in asked if one.subject == table.name])
    return found


def _verified(table: TableVerdict, verdict: Verdict) -> Finding:
    problems = [*table.problems, *map(str, verdict.broken_seals)]
    problems += [
        f"{each.table} {each.game_date or ''}: {each.cause}" for each in verdict.damage if each.table.startswith("raw.")
    ]
    said = f"{table.verified:,} of {table.expected:,} partitions, {table.rows:,} rows"
    if table.passed and not problems:
        return Finding(VERIFIED, "pass", said, table.table)
    return Finding(VERIFIED, "fail", "\n".join([said, *problems[:20]]), table.table)


def _ruled(table: Table, verdict: TableVerdict, asked: Sequence[Finding]) -> Iterator[Finding]:
    """What each rule says of the stored rows; where it stopped a partition from being stored, that."""
    said: Mapping[str, Finding] = {each.check: each for each in asked}
    unreadable = said.get("contract")
    for name in guard.rule_names(table):
        stopped = [
            f"{one.game_date}: {one.cause}"
            for one in verdict.wanting
            if f" {name}: " in f" {one.cause}" and one.state == "failed"
        ]
        if stopped:
            yield Finding(name, "fail", "\n".join(stopped[:20]), table.name)
        elif found := said.get(name, unreadable):
            yield replace(found, check=name)
