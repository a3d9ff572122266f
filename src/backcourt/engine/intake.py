"""How a delivery becomes raw rows: compared with what is known, written in one transaction.

A raw table only grows. A row that a newer delivery contradicts, or that vanished from it, is retired in
`ledger.retired`; the current view shows the rows that are not. So nothing a source ever said is lost, and identical
content adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from backcourt.engine import ledger, ranks
from backcourt.engine.contract import Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.mend import close_damage, is_damaged, undo_damaged_ingests
from backcourt.engine.raw import columns_list, create_views, live, same_columns
from backcourt.engine.staging import find_conflicts, settle
from backcourt.engine.supply import write_supplied
from backcourt.errors import SourceError
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class Delivery:
    """One file, or one answer, that a source hands over for one raw table; its rows wait in `staged`.

    `scope` names what it covers (seasons, or all) and `windows` the spans of dates it is complete for; None means
    all dates. `coverage` lists the (season, season_type) pairs that the source promises for the table. What is missing
    from one that only `grows` has not vanished. Of one that is `observed` even the first rows are known only since they came.
    """

    source: str
    stream: str
    scope: str
    digest: str
    quarantines: bool
    windows: tuple[tuple[date, date], ...] | None
    coverage: tuple[tuple[str, str], ...] = ()
    grows: bool = False
    observed: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a delivery changed."""

    stream: str
    table: str
    rows_read: int = 0
    added: int = 0
    replaced: int = 0
    vanished: int = 0
    unresolved: int = 0
    is_known: bool = False

    @property
    def changed(self) -> int:
        """Rows added, replaced or tombstoned."""
        return self.added + self.replaced + self.vanished


def is_known(warehouse: Warehouse, contract: Contract, delivery: Delivery) -> bool:
    """Whether the newest ingest of this stream had this very content and scope, and its table is undamaged."""
    newest = warehouse.rows(
        "SELECT digest, scope FROM ledger.ingests WHERE source = ? AND stream = ? AND table_name = ?"
        " ORDER BY ingest_id DESC LIMIT 1",
        [delivery.source, delivery.stream, contract.name],
    )
    return newest == [(delivery.digest, delivery.scope)] and not is_damaged(warehouse, contract)


def receive(
    warehouse: Warehouse, contract: Contract, delivery: Delivery, now: datetime, max_vanishing: float
) -> Outcome:
    """Write the staged rows of a delivery; call inside a transaction.

    Raises SourceError naming file, row, column and value for the first row that is wrong, and for a delivery from
    which more than the fraction `max_vanishing` of the known rows is missing.
    """
    label = f"{delivery.stream} (for raw.{contract.name})"
    rows_read = int(warehouse.value("SELECT COUNT(*) FROM staged"))
    if mending := is_damaged(warehouse, contract):
        undo_damaged_ingests(warehouse, contract, delivery.source, delivery.stream, delivery.scope)
    find_conflicts(warehouse, contract, collapse=delivery.quarantines)
    unresolved = settle(warehouse, label, quarantines=delivery.quarantines)
    _compare(warehouse, contract, delivery)
    counts = _counts(warehouse)
    outcome = Outcome(
        delivery.stream,
        contract.name,
        rows_read,
        counts.get("added", 0),
        counts.get("replaced", 0),
        counts.get("vanished", 0),
        unresolved,
    )
    if outcome.vanished:
        _refuse_mass_vanishing(warehouse, contract, delivery, outcome.vanished, max_vanishing)
    _record(warehouse, contract, delivery, outcome, now.replace(tzinfo=None))
    if mending:
        close_damage(warehouse, contract)
    return outcome


def recount_offers(warehouse: Warehouse, contracts: Iterable[Contract]) -> None:
    """After a schedule was received: what stands of offers and reports on the games that it added or withdrew.

    One on a game that no schedule has does not stand. Call inside the transaction of the schedule.
    """
    for contract in contracts:
        if contract.snapshot and "game_id" in contract.column_names:
            warehouse.execute(
                f"""CREATE OR REPLACE TEMP TABLE touched_dates AS SELECT DISTINCT game_date FROM raw.{contract.name} WHERE game_id IN (
                  SELECT game_id FROM arriving WHERE what = 'added' UNION
                  SELECT l.game_id FROM known AS l JOIN differences AS d ON d.row_id = l.row_id WHERE d.what = 'vanished')"""
            )
            if warehouse.value("SELECT COUNT(*) FROM touched_dates"):
                write_counts(warehouse, contract)


def _compare(warehouse: Warehouse, contract: Contract, delivery: Delivery) -> None:
    """Find what the delivery changes.

    `arriving` are the staged rows to be stored with `what` they are (added, replaced), `differences` the known rows
    that end with `what` became of them (replaced, vanished).
    """
    content = columns_list(contract)
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE known AS SELECT row_id, ingest_id, hash({content}) AS content__, {content}"
        f" FROM ({live(contract)}) AS l WHERE source = ? AND {_near_delivery(contract, delivery)}",
        [delivery.source],
    )
    if warehouse.value("SELECT COUNT(*) FROM known"):
        _compare_with_known(warehouse, contract, delivery)
        return
    # A first delivery is all news: no join is needed to know it, and these are the deliveries with the most rows.
    warehouse.execute("CREATE OR REPLACE TEMP TABLE differences (what VARCHAR, source_row BIGINT, row_id BIGINT)")
    warehouse.execute(
        "CREATE OR REPLACE TEMP VIEW arriving AS SELECT 'added' AS what, * FROM staged WHERE problem IS NULL"
    )


def _compare_with_known(warehouse: Warehouse, contract: Contract, delivery: Delivery) -> None:
    same_key = " AND ".join(f"s.{quoted(name)} IS NOT DISTINCT FROM l.{quoted(name)}" for name in contract.key)
    warehouse.execute(
        f"""CREATE OR REPLACE TEMP TABLE differences AS
        SELECT CASE WHEN l.row_id IS NULL THEN 'added' ELSE 'replaced' END AS what, s.source_row, l.row_id
        FROM staged AS s LEFT JOIN known AS l ON {same_key}
        WHERE s.problem IS NULL AND (l.row_id IS NULL OR l.content__ <> hash({columns_list(contract, "s")}))
        UNION ALL
        SELECT 'vanished', NULL, l.row_id FROM known AS l
        WHERE {not delivery.grows} AND {_of_stream(contract)} AND {_in_windows(contract, delivery)}
          AND NOT EXISTS (SELECT 1 FROM staged AS s WHERE s.problem IS NULL AND {same_key})""",
        [delivery.source, delivery.stream],
    )
    warehouse.execute(
        "CREATE OR REPLACE TEMP VIEW arriving AS SELECT d.what, s.* FROM staged AS s"
        " JOIN differences AS d ON d.source_row = s.source_row"
    )


def _counts(warehouse: Warehouse) -> dict[str, int]:
    rows = warehouse.rows(
        "SELECT what, COUNT(*) FROM arriving GROUP BY what"
        " UNION ALL SELECT what, COUNT(*) FROM differences WHERE what = 'vanished' GROUP BY what"
    )
    return {what: int(count) for what, count in rows}


def _of_stream(contract: Contract) -> str:
    return (
        "l.ingest_id IN (SELECT ingest_id FROM ledger.ingests"
        f" WHERE source = ? AND stream = ? AND table_name = '{contract.name}')"
    )


def _in_windows(contract: Contract, delivery: Delivery) -> str:
    if delivery.windows is None or not contract.is_dated:
        return "TRUE"
    spans = [f"l.game_date BETWEEN DATE '{start}' AND DATE '{end}'" for start, end in delivery.windows]
    return f"({' OR '.join(spans) or 'FALSE'})"


def _near_delivery(contract: Contract, delivery: Delivery) -> str:
    """Which known rows can matter: those in its windows, and for tables keyed by game those of a game that moved."""
    if delivery.windows is None or not contract.is_dated:
        return "TRUE"
    return f"({_in_windows(contract, delivery)} OR l.game_date IN (SELECT game_date FROM staged))"


def _refuse_mass_vanishing(
    warehouse: Warehouse, contract: Contract, delivery: Delivery, vanished: int, max_vanishing: float
) -> None:
    known = int(
        warehouse.value(
            f"SELECT COUNT(*) FROM known AS l WHERE {_of_stream(contract)} AND {_in_windows(contract, delivery)}",
            [delivery.source, delivery.stream],
        )
    )
    if vanished > max_vanishing * known:
        raise SourceError(
            f"{delivery.stream} (for raw.{contract.name}): {vanished} of {known} known rows are missing from it,"
            f" more than {max_vanishing:.0%}.",
            "Nothing was changed. If the source really withdrew them, ingest with --accept-deletions.",
        )


def _record(warehouse: Warehouse, contract: Contract, delivery: Delivery, outcome: Outcome, moment: datetime) -> None:
    ingest_id = 1 + int(warehouse.value("SELECT COALESCE(MAX(ingest_id), 0) FROM ledger.ingests"))
    _register_source(warehouse, contract, delivery.source)
    _write_rows(warehouse, contract, delivery, ingest_id, moment)
    write_counts(warehouse, contract)
    _write_unresolved(warehouse, contract, delivery)
    _write_coverage(warehouse, contract, delivery, ingest_id)
    if contract.name == "games":
        write_schedule(warehouse)
    stored = warehouse.rows(ledger.rows_digest(f"(SELECT * FROM raw.{contract.name} WHERE ingest_id = {ingest_id})"))[0]
    warehouse.insert(
        "ledger.ingests",
        [
            (
                *(ingest_id, delivery.source, delivery.stream, delivery.scope, contract.name, delivery.digest),
                *(outcome.rows_read, outcome.added, outcome.replaced, outcome.vanished, outcome.unresolved, moment),
                *stored,
            )
        ],
    )
    ledger.seal(warehouse, "ingests")


def _register_source(warehouse: Warehouse, contract: Contract, source: str) -> None:
    """Give a new source its place, and the table the view that chooses between its sources, before rows are counted."""
    ranks.register(warehouse, contract.name, source)
    create_views(warehouse, contract)


def _touched_units(warehouse: Warehouse, contract: Contract) -> str:
    """SQL for the dates of rows of other sources that come to stand, or no longer do, by what is delivered.

    Sources may disagree on the date of a game. Rows of ingests that were undone are not known any more, so after these
    every date counts.
    """
    if not contract.is_dated or len(ranks.ranked(warehouse, contract.name)) < 2:
        return "SELECT CAST(NULL AS DATE) AS game_date WHERE FALSE"
    unit = ", ".join(quoted(name) for name in contract.unit)
    return f"""SELECT l.game_date FROM ({live(contract)}) AS l WHERE EXISTS (
      SELECT 1 FROM (
        SELECT {unit} FROM arriving UNION
        SELECT {unit} FROM known WHERE row_id IN (SELECT row_id FROM differences)) AS u WHERE {same_columns(contract.unit, "u", "l")})
      OR EXISTS (SELECT 1 FROM ledger.partitions WHERE table_name = '{contract.full_name}' AND state = 'damaged')"""


def _write_rows(warehouse: Warehouse, contract: Contract, delivery: Delivery, ingest_id: int, moment: datetime) -> None:
    is_first = not warehouse.value(
        "SELECT COUNT(*) FROM ledger.ingests WHERE source = ? AND stream = ? AND table_name = ?",
        [delivery.source, delivery.stream, contract.name],
    )
    warehouse.execute(
        f"""CREATE OR REPLACE TEMP TABLE touched_dates AS
        SELECT DISTINCT {_date("s", contract)} AS game_date FROM arriving AS s
        UNION SELECT DISTINCT {_date("l", contract)} FROM known AS l JOIN differences AS d ON d.row_id = l.row_id
        UNION SELECT game_date FROM ledger.partitions WHERE table_name = '{contract.full_name}' AND state = 'damaged'
        UNION {_touched_units(warehouse, contract)}"""
    )
    retired = warehouse.value(
        "INSERT INTO ledger.retired SELECT DISTINCT ?, row_id, what, CAST(? AS TIMESTAMP), ?"
        " FROM differences WHERE row_id IS NOT NULL",
        [contract.name, moment, ingest_id],
    )
    if retired:
        ledger.seal(warehouse, "retired", [contract.name])
    declared = _declared(contract) if is_first and not delivery.observed else "$moment"
    held = _held_by_others(warehouse, contract)
    warehouse.execute(
        f"""INSERT INTO raw.{contract.name}
          ({columns_list(contract)}, row_id, ingest_id, source, known_at, known_kind, ingested_at)
        SELECT {columns_list(contract, "s")}, {ingest_id} * 4294967296 + s.source_row, {ingest_id}, $source,
          LEAST(CASE WHEN s.what = 'added' AND NOT {held} THEN {declared} ELSE $moment END, $moment),
          CASE WHEN s.what <> 'added' THEN 'corrected' WHEN NOT {held} AND {declared} < $moment THEN 'declared' ELSE 'observed' END,
          $moment
        FROM arriving AS s""",
        {"source": delivery.source, "moment": moment},
    )


def _held_by_others(warehouse: Warehouse, contract: Contract) -> str:
    """SQL for that another source has the game (or row) already: then what the warehouse knew of it was that, until now."""
    if not [source for source in ranks.ranked(warehouse, contract.name) if source not in ranks.NO_SOURCES][1:]:
        return "FALSE"
    return f"""EXISTS (SELECT 1 FROM ({live(contract)}) AS o
      WHERE o.source <> $source AND o.source <> '{ranks.MANUAL}' AND {same_columns(contract.unit, "o", "s")})"""


def _declared(contract: Contract) -> str:
    """When bulk history became known: a snapshot at its own time, a result at noon UTC of the next day.

    A registry says who there is and nothing of when, so the first one counts as always known.
    """
    if not contract.is_dated:
        return f"TIMESTAMP '{ledger.UNDATED}'"
    if contract.known_at == "observed":
        return "$moment"
    next_noon = "CAST(s.game_date AS TIMESTAMP) + INTERVAL 36 HOUR"
    return f"COALESCE(s.snapshot_at, {next_noon})" if "snapshot_at" in contract.column_names else next_noon


def _date(alias: str, contract: Contract) -> str:
    return f"{alias}.game_date" if contract.is_dated else f"DATE '{ledger.UNDATED}'"


def write_counts(warehouse: Warehouse, contract: Contract) -> None:
    """Bring what the ledger says of a raw table's rows up to date, for the dates in `touched_dates`."""
    _write_fingerprints(warehouse, contract)
    _write_presence(warehouse, contract)
    write_supplied(warehouse, contract)


def _write_fingerprints(warehouse: Warehouse, contract: Contract) -> None:
    date_sql = "game_date" if contract.is_dated else f"DATE '{ledger.UNDATED}'"
    of_dates = f"(SELECT {columns_list(contract)} FROM {standing(contract)})"
    if contract.is_dated:
        of_dates = of_dates[:-1] + " WHERE game_date IN (SELECT game_date FROM touched_dates))"
    ledger.write_fingerprints(warehouse, contract.full_name, of_dates, contract.key, contract.column_names, date_sql)


def standing(contract: Contract) -> str:
    """The relation whose fingerprints stand for a raw table: all standing rows, admitted as pre-game or not."""
    return f"raw.{contract.name}_marked" if contract.snapshot else f"raw.{contract.name}_current"


def _write_unresolved(warehouse: Warehouse, contract: Contract, delivery: Delivery) -> None:
    stream = [delivery.source, delivery.stream, delivery.scope, contract.name]
    deleted = warehouse.value(
        "DELETE FROM raw.unresolved WHERE source = ? AND stream = ? AND scope = ? AND table_name = ?", stream
    )
    season = ledger.season_sql("game_date") if contract.is_dated else "CAST(NULL AS VARCHAR)"
    inserted = warehouse.value(
        f"INSERT INTO raw.unresolved SELECT ?, ?, ?, ?, problem, {season} AS of_season, COUNT(*) FROM staged"
        " WHERE problem IS NOT NULL GROUP BY problem, of_season",
        stream,
    )
    if deleted or inserted:
        ledger.seal(warehouse, "unresolved")


def _write_presence(warehouse: Warehouse, contract: Contract) -> None:
    """Per date the games that have rows, and those that have them for one team only; `status` reads this."""
    if not contract.is_dated or "game_id" not in contract.column_names:
        return
    teams = "COUNT(DISTINCT team_id)" if contract.has_sides else "2"
    warehouse.execute(
        "DELETE FROM ledger.presence WHERE table_name = ? AND game_date IN (SELECT game_date FROM touched_dates)",
        [contract.full_name],
    )
    warehouse.execute(
        f"""INSERT INTO ledger.presence SELECT ?, game_date, COUNT(*), COUNT(*) FILTER (WHERE teams < 2) FROM (
          SELECT game_date, game_id, {teams} AS teams FROM {standing(contract)}
          WHERE game_date IN (SELECT game_date FROM touched_dates) GROUP BY game_date, game_id) GROUP BY game_date""",
        [contract.full_name],
    )
    ledger.seal(warehouse, "presence", [contract.full_name])


def _write_coverage(warehouse: Warehouse, contract: Contract, delivery: Delivery, ingest_id: int) -> None:
    rows = [(delivery.source, contract.name, season, season_type) for season, season_type in delivery.coverage]
    known = "SELECT source, table_name, season, season_type FROM ledger.coverage"
    known_rows = set(warehouse.rows(known)) if rows else set()
    missing = [(*row, ingest_id) for row in rows if row not in known_rows]
    if missing:
        warehouse.insert("ledger.coverage", missing)
        ledger.seal(warehouse, "coverage")


def write_schedule(warehouse: Warehouse) -> None:
    """Copy the counts of games per date into the ledger, so that a plan reads nothing else."""
    warehouse.execute("DELETE FROM ledger.schedule")
    warehouse.execute(
        "INSERT INTO ledger.schedule SELECT game_date, season, season_type, COUNT(*), COUNT(*) FILTER (WHERE is_final)"
        " FROM raw.games_current WHERE counts AND status NOT IN ('postponed', 'cancelled') GROUP BY ALL"
    )
    ledger.seal(warehouse, "schedule")
