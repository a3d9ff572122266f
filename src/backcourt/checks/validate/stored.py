"""Rules of the contracts over what is stored: every expected partition there, each blocking rule asked once more, hashes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from backcourt.checks.reread import show_stored
from backcourt.checks.validate.result import Offence, Result, Rule, attempted, failed, judged, not_made
from backcourt.checks.validate.stage import Partition, Stage
from backcourt.checks.verify import stored_figures
from backcourt.engine import guard
from backcourt.engine.hashing import HASH_LENGTH
from backcourt.engine.registry import Table
from backcourt.warehouse.duckdb import QueryError

COMPLETE = Rule(
    "complete",
    "contracts",
    "blocking",
    "what the schedule expects and is not verified was not looked at, so nothing is right yet",
)
HASHES = Rule(
    "hashes",
    "hashes",
    "blocking",
    f"every row has a data_hash of {HASH_LENGTH} digits that no other row has, as its key is in it",
)
_EVERY = {
    "games_present": "a covered game has rows",
    "unique_keys": "a key stands once",
    "keys_equal_spine": "the stored keys are the expected ones, so rows are as many as schedule and spine say",
    "column_rules": "ranges, allowed values, and NULL only where the contract gives a reason",
    "column_health": "on no date is a column emptier, fuller of zeros or less varied than its contract allows",
}
_STORED = Rule("contract", "contracts", "blocking", "the stored rows can be laid beside what is expected")
RULES = (
    COMPLETE,
    _STORED,
    *(Rule(name, "contracts", "blocking", why) for name, why in _EVERY.items()),
    Rule("own checks", "contracts", "blocking", "the checks of the table's contract.yaml, each under its name"),
    HASHES,
)


@dataclass
class _Tally:
    """What one rule found in a table: offences per season, and the dates."""

    seasons: dict[str, int] = field(default_factory=dict)
    offences: list[Offence] = field(default_factory=list)
    error: str = ""


def stored_rules(stage: Stage) -> Iterator[Result]:
    """The results of every table of the scope."""
    for table in stage.tables:
        if stage.expected(table):
            yield _complete(stage, table)
        if stage.dates(table):
            yield from attempted(_STORED, table.name, partial(_contract, stage, table))
            yield from attempted(HASHES, table.name, partial(_hashes, stage, table))


def _complete(stage: Stage, table: Table) -> Result:
    due = stage.partitions.get(table.full_name, [])
    seasons: dict[str, list[Partition]] = {}
    for each in due:
        seasons.setdefault(each.season, []).append(each)
    figures = {
        season: {
            "expected": len(parts),
            "verified": sum(each.state == "verified" for each in parts),
            "expected_rows": sum(each.expected_rows for each in parts),
            "rows": sum(each.rows for each in parts),
        }
        for season, parts in seasons.items()
    }
    query = (
        "SELECT season, state, COUNT(*), SUM(expected_rows), SUM(rows) FROM ledger.partitions"
        f" WHERE table_name = '{table.full_name}' GROUP BY season, state"
    )
    left = [each for each in due if each.state != "verified"]
    if left:
        said = f"{len(left):,} of {len(due):,} partitions are not verified, {left[0].game_date} ({left[0].state}) first"
        return failed(COMPLETE, table.name, said, figures, query, "Run  backcourt backfill  first.")
    return judged(COMPLETE, table.name, f"{len(due):,} partitions, all verified", figures, query=query)


def _contract(stage: Stage, table: Table) -> Iterator[Result]:
    rules = list(guard.rules(table))
    tallies = {rule.name: _Tally() for rule in rules}
    rows = 0
    # Season by season, as they were built: a build of two seasons is shown more history than rows of the later may read.
    for season, dates in stage.examined[table.full_name].items():
        show_stored(stage.warehouse, stage.registry, table, dates)
        rows += int(stage.warehouse.value("SELECT COUNT(*) FROM candidate"))
        for rule in rules:
            _ask(stage, table, rule, season, tallies[rule.name])
    for asked in rules:
        tally = tallies[asked.name]
        named = Rule(asked.name, "contracts", "blocking", _EVERY.get(asked.name, "a check of the table's own"))
        figures = {"rows": rows, "offending rows": tally.seasons}
        if tally.error:
            yield not_made(named, table.name, tally.error, figures, asked.sql)
        else:
            count = sum(tally.seasons.values())
            passed, dates = f"{rows:,} rows", stage.dates(table)
            yield judged(named, table.name, passed, figures, tally.offences, count=count, asked=dates, query=asked.sql)


def _ask(stage: Stage, table: Table, rule: guard.Rule, season: str, tally: _Tally) -> None:
    try:
        found = stage.warehouse.rows(
            f"SELECT game_date, COUNT(*), MIN(cause) FROM ({rule.sql}) GROUP BY game_date ORDER BY game_date"
        )
    except QueryError as error:
        tally.error = " ".join(str(error).split())[:300]
        return
    tally.seasons[season] = sum(count for _, count, _ in found)
    tally.offences += [Offence(table.full_name, day, cause) for day, _, cause in found]


def _hashes(stage: Stage, table: Table) -> list[Result]:
    dates = stage.dates(table)
    figures = stored_figures(stage.warehouse, table, dates)
    query = (
        f"SELECT game_date, COUNT(*) FILTER (WHERE COALESCE(length(data_hash), 0) <> {HASH_LENGTH}) AS bad,"
        f" COUNT(data_hash) - COUNT(DISTINCT data_hash) AS doubled FROM {table.full_name} GROUP BY game_date"
    )
    bad = stage.warehouse.rows(
        f"SELECT * FROM ({query}) WHERE (bad > 0 OR doubled > 0) AND list_contains(?::DATE[], game_date) ORDER BY game_date",
        [dates],
    )
    # The content may be sound, so it is not refused: written again, it has its hashes.
    offences = [Offence(table.full_name, day, _said(wrong, doubled), refused=False) for day, wrong, doubled in bad]
    told = {name: str(value) if isinstance(value, date) else value for name, value in figures.items()}
    said = (
        f"{figures['rows']:,} rows, all with hash, all different; {figures['dates']:,} dates from"
        f" {figures['first_date']} to {figures['last_date']}, {figures['teams']} teams"
    )
    if figures["distinct_hashes"] != figures["hashed_rows"] and not offences:
        doubled = figures["hashed_rows"] - figures["distinct_hashes"]
        return [failed(HASHES, table.name, f"{doubled:,} rows have the hash of a row of another date", told, query)]
    hint = (
        "backcourt rehash  gives rows the hash of their content; backcourt verify  says whether the content is sound."
    )
    return [judged(HASHES, table.name, said, told, offences, asked=dates, query=query, hint=hint)]


def _said(wrong: int, doubled: int) -> str:
    return f"{wrong} rows without a hash of {HASH_LENGTH} digits, {doubled} with that of another row"
