"""The cone of a change: of the pre-game dates that are due, those that no changed row reaches need no recompute.

The change feed names the rows of a built upstream table that are other than when a partition was built; the flows of
its lineage say by which columns such a row reaches which rows. What the feed cannot tell (an old value of a link that
changed, a row that is gone, too many rows) counts as reaching everything that the date may read. Only what changed
in built tables is followed: a date before which a raw table changed is inside.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from backcourt.engine import ledger
from backcourt.engine.contract import Contract
from backcourt.engine.evaluate import changed_inputs
from backcourt.engine.expect import reach_of
from backcourt.engine.hashing import quoted
from backcourt.engine.lineage import Flow
from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import Warehouse

# Lines of the feed that are followed; of more than this nearly everything is reached anyway.
MOST_LINES = 20_000

_LINES = """SELECT c.game_date, c.kind, c.key, c.columns, r.ordinal AS since
    FROM ledger.changes AS c JOIN ledger.runs AS r ON r.run_id = c.run_id WHERE c.table_name = $table AND r.ordinal > $since"""


def outside(warehouse: Warehouse, registry: Registry, table: Table, dates: Collection[date]) -> set[date]:
    """Those of the due dates whose stored rows cannot have changed; nothing is written."""
    if table.contract.kind == "post":
        return set()
    behind = _behind(warehouse, registry, table, dates)
    inside: set[date] = set()
    for upstream in sorted({name for _, names in behind.values() for name in names}):
        left = {day: since for day, (since, names) in behind.items() if upstream in names and day not in inside}
        if left:
            inside |= left.keys() - _spared(warehouse, registry, table, upstream, left)
    return behind.keys() - inside


def confirm(warehouse: Warehouse, table: Table, dates: Collection[date], run_id: str) -> None:
    """Record that partitions are what today's inputs make them, as nothing that they read has changed."""
    with warehouse.transaction():
        warehouse.execute(
            """UPDATE ledger.partitions SET inputs = e.inputs, input_hash = md5(e.inputs),
              confirmed_by = (SELECT ordinal FROM ledger.runs WHERE run_id = $run)
            FROM evaluation AS e WHERE e.table_name = partitions.table_name AND e.game_date = partitions.game_date
              AND partitions.table_name = $table AND list_contains($dates::DATE[], partitions.game_date)""",
            {"table": table.full_name, "dates": sorted(dates), "run": run_id},
        )
        ledger.seal(warehouse, "partitions", [table.full_name])


def _behind(
    warehouse: Warehouse, registry: Registry, table: Table, dates: Collection[date]
) -> dict[date, tuple[int, set[str]]]:
    """Verified dates that are due because of built tables alone: the run that last saw to them, and these tables."""
    rows = warehouse.rows(
        """SELECT p.game_date, p.confirmed_by, p.inputs, e.inputs FROM ledger.partitions AS p
        JOIN evaluation AS e ON e.table_name = p.table_name AND e.game_date = p.game_date AND e.code_version = p.code_version
        WHERE p.table_name = ? AND p.state = 'verified' AND p.partition_hash IS NOT NULL AND p.confirmed_by IS NOT NULL
          AND list_contains(?::DATE[], p.game_date)""",
        [table.full_name, sorted(dates)],
    )
    built = {registry.built[name].full_name for name in registry.built_upstream(table.name)}
    changed = {day: (since, set(changed_inputs(before, now))) for day, since, before, now in rows}
    return {day: (since, names) for day, (since, names) in changed.items() if names and names <= built}


def _spared(warehouse: Warehouse, registry: Registry, table: Table, upstream: str, since: dict[date, int]) -> set[date]:
    """Of some dates those that no row of an upstream table reaches that changed after the runs given with them."""
    flows = [flow for flow in registry.lineage(table.name).flows if flow.upstream == upstream]
    contract, first = registry.contract(upstream), min(since.values())
    if warehouse.value(f"SELECT COUNT(*) FROM ({_LINES})", {"table": upstream, "since": first}) > MOST_LINES:
        return set()
    _create_lines(warehouse, contract, sorted({of for flow in flows for of, _ in flow.links}), first)
    warehouse.execute(
        """CREATE OR REPLACE TEMP TABLE cone_dates AS
        SELECT d.game_date, d.since, h.reads_from FROM (SELECT UNNEST(?::DATE[]) AS game_date, UNNEST(?::BIGINT[]) AS since) AS d
        JOIN evaluation AS e ON e.table_name = ? AND e.game_date = d.game_date JOIN histories AS h ON h.season = e.season""",
        [list(since), list(since.values()), table.full_name],
    )
    same_date = reach_of(registry, table, upstream) == "same_date"
    reached = "c.game_date = d.game_date" if same_date else "c.game_date < d.game_date AND c.game_date >= d.reads_from"
    told = f"cone_dates AS d JOIN cone_lines AS c ON c.since > d.since AND {reached}"
    # A change that the feed does not tell of cannot be followed.
    explained = _days(warehouse, f"SELECT DISTINCT d.game_date FROM {told}")
    return explained - set().union(*(_reached(warehouse, table, flow, told) for flow in flows))


def _create_lines(warehouse: Warehouse, contract: Contract, links: Iterable[str], since: int) -> None:
    """`cone_lines`: what the feed says of a table since a run, with the values of its links (NULL where unknown).

    A stored row has the values of a line unless the line deletes it or changes them; a key is told by the line itself.
    """
    values = [f"{_value(contract, name)} AS {quoted(f'link_{name}')}" for name in links]
    key = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in contract.key)
    fields = ["c.game_date", "c.since", "c.kind", "string_split(c.columns, ',') AS columns", *values]
    warehouse.execute(
        f"""CREATE OR REPLACE TEMP TABLE cone_lines AS
        WITH told AS ({_LINES}),
        stored AS (
          SELECT *, CAST(to_json(struct_pack({key})) AS VARCHAR) AS own_key FROM {contract.full_name}
          WHERE game_date IN (SELECT game_date FROM told))
        SELECT DISTINCT {", ".join(fields)} FROM told AS c
        LEFT JOIN stored AS s ON s.game_date = c.game_date AND s.own_key = COALESCE(c.key, s.own_key)""",
        {"table": contract.full_name, "since": since},
    )


def _value(contract: Contract, name: str) -> str:
    stored = f"CASE WHEN c.kind <> 'deleted' AND NOT list_contains(string_split(c.columns, ','), '{name}') THEN s.{quoted(name)} END"
    if name not in contract.key:
        return stored
    kind = next(column.sql_type for column in contract.columns if column.name == name)
    return f"COALESCE(CAST(json_extract_string(c.key, '$.{name}') AS {kind}), {stored})"


def _reached(warehouse: Warehouse, table: Table, flow: Flow, told: str) -> set[date]:
    """The dates on which a row is reached by one flow."""
    matters = "(c.kind <> 'changed' OR list_has_any(c.columns, ?))"
    names = [quoted(f"link_{of}") for of, _ in flow.links]
    unknown = " OR ".join(f"c.{name} IS NULL" for name in names) or "TRUE"
    found = _days(
        warehouse, f"SELECT DISTINCT d.game_date FROM {told} WHERE {matters} AND ({unknown})", [sorted(flow.columns)]
    )
    if flow.links:
        same = " AND ".join(f"c.{name} = t.{quoted(own)}" for name, (_, own) in zip(names, flow.links, strict=True))
        found |= _days(
            warehouse,
            f"SELECT DISTINCT d.game_date FROM {told} JOIN {table.full_name} AS t ON t.game_date = d.game_date AND {same}"
            f" WHERE {matters}",
            [sorted(flow.columns)],
        )
    return found


def _days(warehouse: Warehouse, query: str, parameters: Iterable[object] = ()) -> set[date]:
    return {row[0] for row in warehouse.rows(query, list(parameters))}
