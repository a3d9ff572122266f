"""The cone of a change: of the pre-game dates that are due, those that no changed row reaches need no recompute.

The change feed names the rows of a built upstream table that are other than when a partition was built, and a raw
table keeps all rows that it ever had; the flows of the lineage say by which columns such a row reaches which rows. What
is not known (an old value of a link that changed, a built row that is gone, too many rows) counts as reaching everything
that the date may read. Registries and snapshots are not followed: a date before which one of them changed is inside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from backcourt.engine import ledger
from backcourt.engine.build import create_inputs
from backcourt.engine.contract import Contract
from backcourt.engine.evaluate import changed_inputs
from backcourt.engine.expect import reach_of
from backcourt.engine.hashing import quoted
from backcourt.engine.inputs import stored_table, with_inputs
from backcourt.engine.lineage import Bridge, Flow
from backcourt.engine.mend import MENDED
from backcourt.engine.news import create_news
from backcourt.engine.ranks import with_several
from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import Warehouse

# Lines of the feed that are followed; of more than this nearly everything is reached anyway.
MOST_LINES = 20_000

# Later than any run or ingest.
_NEVER = 2_147_483_647

# Which dates of an upstream table are read for a date, by its reach.
_READ = {
    "same_date": "c.game_date = d.game_date",
    "before": "c.game_date < d.game_date AND c.game_date >= d.reads_from",
    "until": "c.game_date <= d.game_date AND c.game_date >= d.reads_from",
    "season": "c.game_date BETWEEN d.first_date AND d.last_date",
}

# Keys of the feed that are new since a run, with the run that told of them.
_LINES = """SELECT c.game_date, c.kind, c.key, c.columns, r.ordinal AS since
    FROM ledger.changes AS c JOIN ledger.runs AS r ON r.run_id = c.run_id WHERE c.table_name = $table AND r.ordinal > $since"""


@dataclass(frozen=True)
class Due:
    """Why a verified date is due: the tables that changed since the run (by its ordinal) that last saw to it."""

    since: int
    upstream: frozenset[str]


def outside(warehouse: Warehouse, registry: Registry, table: Table, dates: Collection[date]) -> set[date]:
    """Those of the due dates whose stored rows cannot have changed; nothing is written."""
    spared: set[date] = set()
    if table.contract.kind == "pre":
        for behind in _behind(warehouse, registry, table, dates).values():
            spared |= _outside(warehouse, registry, table, behind)
    return spared


def _outside(warehouse: Warehouse, registry: Registry, table: Table, behind: Mapping[date, Due]) -> set[date]:
    """The same for dates of one season."""
    left = dict(behind)
    for upstream in sorted(set().union(*(due.upstream for due in behind.values()))):
        since = {day: due.since for day, due in left.items() if upstream in due.upstream}
        if since:
            reached = since.keys() - unreached(warehouse, registry, table, upstream, since)
            left = {day: due for day, due in left.items() if day not in reached}
    return set(left)


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
) -> dict[str, dict[date, Due]]:
    """Per season the verified dates that are due because of tables alone that are followed."""
    rows = warehouse.rows(
        """SELECT e.season, p.game_date, p.confirmed_by, p.inputs, e.inputs FROM ledger.partitions AS p
        JOIN evaluation AS e ON e.table_name = p.table_name AND e.game_date = p.game_date AND e.code_version = p.code_version
        WHERE p.table_name = ? AND p.state = 'verified' AND p.partition_hash IS NOT NULL AND p.confirmed_by IS NOT NULL
          AND list_contains(?::DATE[], p.game_date) ORDER BY p.game_date""",
        [table.full_name, sorted(dates)],
    )
    followed = {flow.upstream for flow in registry.lineage(table.name).flows}
    several = with_several(warehouse)
    seasons: dict[str, dict[date, Due]] = defaultdict(dict)
    for season, day, since, before, now in rows:
        changed = frozenset(changed_inputs(before, now))
        if changed and changed <= followed and _is_followed(warehouse, changed, since, several):
            seasons[season][day] = Due(since, changed)
    return seasons


def _is_followed(warehouse: Warehouse, changed: Collection[str], since: int, several: Collection[str]) -> bool:
    """Whether the rows of raw tables tell of all that changed since a run, given by its ordinal.

    The ingests of damaged rows are undone, and where there are several sources another one's row may stand than before.
    """
    raw = [stored_table(name).removeprefix("raw.") for name in changed if name.startswith("raw.")]
    return not raw or (since > int(ledger.meta(warehouse, MENDED) or 0) and not set(raw) & set(several))


def unreached(
    warehouse: Warehouse, registry: Registry, table: Table, upstream: str, since: Mapping[date, int]
) -> set[date]:
    """Of dates of one season those that no row of an upstream table reaches that changed after the runs given with them."""
    flows = [flow for flow in registry.lineage(table.name).flows if flow.upstream == upstream]
    contract, first = registry.contract(upstream), min(since.values())
    links = sorted({name for flow in flows for name in flow.tied})
    if contract.kind == "raw":
        _create_raw_lines(warehouse, contract, links, first)
    elif warehouse.value(f"SELECT COUNT(*) FROM ({_LINES})", {"table": upstream, "since": first}) > MOST_LINES:
        return set()
    else:
        _create_lines(warehouse, contract, links, first)
    _create_dates(warehouse, table, since)
    told = f"cone_dates AS d JOIN cone_lines AS c ON c.since > d.since AND {_READ[reach_of(registry, table, upstream)]}"
    # A change that nothing tells of cannot be followed.
    left = _days(warehouse, f"SELECT DISTINCT d.game_date FROM {told}")
    for flow in flows:
        if left:
            left -= _reached(warehouse, registry, table, flow, told)
    return left


def _create_dates(warehouse: Warehouse, table: Table, since: Mapping[date, int]) -> None:
    """`cone_dates`: the dates, and from when to when they may read, now or at any time before.

    All that raw.games ever had counts: a season whose last game was cancelled ends earlier today than when it was read.
    """
    warehouse.execute(
        """CREATE OR REPLACE TEMP TABLE cone_dates AS
        WITH
        -- season
        spans AS (
          SELECT season, MIN(game_date) AS first_date, MAX(game_date) AS last_date,
            COALESCE(LAG(MIN(game_date)) OVER (ORDER BY season), DATE '0001-01-01') AS reads_from
          FROM raw.games GROUP BY season)
        SELECT d.game_date, d.since, s.first_date, s.last_date, s.reads_from
        FROM (SELECT UNNEST(?::DATE[]) AS game_date, UNNEST(?::BIGINT[]) AS since) AS d
        JOIN evaluation AS e ON e.table_name = ? AND e.game_date = d.game_date JOIN spans AS s ON s.season = e.season""",
        [list(since), list(since.values()), table.full_name],
    )


def _create_lines(warehouse: Warehouse, contract: Contract, links: Iterable[str], since: int) -> None:
    """`cone_lines`: what the feed says of a table since a run, with the values of its links (NULL where unknown).

    A stored row has the values of a line unless the line deletes it or changes them; a key is told by the line itself.
    """
    values = [f"{_value(contract, name)} AS {_link(name)}" for name in links]
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


def _create_raw_lines(warehouse: Warehouse, contract: Contract, links: Iterable[str], since: int) -> None:
    """`cone_lines` of a raw table: each row that came or went since a run, as it was; both of a row that was corrected."""
    after = warehouse.value("SELECT newest_ingest FROM ledger.runs WHERE ordinal = ?", [since])
    create_news(warehouse, contract, contract.column_names, int(after), _NEVER)
    same = " AND ".join(
        f"n.row_key.{quoted(name)} IS NOT DISTINCT FROM r.{quoted(name)}" for name in ("source", *contract.key)
    )
    fields = ["r.game_date", "w.since", "IF(n.kind = 'corrected', 'changed', n.kind) AS kind", "n.columns"]
    fields += [f"r.{quoted(name)} AS {_link(name)}" for name in links]
    warehouse.execute(
        f"""CREATE OR REPLACE TEMP TABLE cone_lines AS
        WITH arrived_or_ended AS (
          SELECT *, ingest_id AS told_by FROM {contract.full_name} WHERE ingest_id > $after
          UNION ALL
          SELECT r.*, t.ingest_id FROM {contract.full_name} AS r
          JOIN ledger.retired AS t ON t.table_name = $table AND t.row_id = r.row_id WHERE t.ingest_id > $after),
        -- ingest: the first run that saw it, one more than the last that did not
        told_to AS (
          SELECT n.ingest_id, 1 + MAX(r.ordinal) AS since FROM (SELECT DISTINCT ingest_id FROM news) AS n
          JOIN ledger.runs AS r ON r.newest_ingest < n.ingest_id GROUP BY n.ingest_id)
        SELECT DISTINCT {", ".join(fields)} FROM news AS n
        JOIN told_to AS w ON w.ingest_id = n.ingest_id
        JOIN arrived_or_ended AS r ON r.told_by = n.ingest_id AND {same}""",
        {"after": after, "table": contract.name},
    )


def _value(contract: Contract, name: str) -> str:
    stored = f"CASE WHEN c.kind <> 'deleted' AND NOT list_contains(string_split(c.columns, ','), '{name}') THEN s.{quoted(name)} END"
    if name not in contract.key:
        return stored
    kind = next(column.sql_type for column in contract.columns if column.name == name)
    return f"COALESCE(CAST(json_extract_string(c.key, '$.{name}') AS {kind}), {stored})"


def _reached(warehouse: Warehouse, registry: Registry, table: Table, flow: Flow, told: str) -> set[date]:
    """The dates on which a row is reached by one flow."""
    matters, columns = "(c.kind <> 'changed' OR list_has_any(c.columns, ?))", [sorted(flow.columns)]
    unknown = " OR ".join(f"c.{_link(name)} IS NULL" for name in flow.tied) or "TRUE"
    found = _days(warehouse, f"SELECT DISTINCT d.game_date FROM {told} WHERE {matters} AND ({unknown})", columns)
    if not flow.tied or not warehouse.value(f"SELECT COUNT(*) FROM {told} WHERE {matters}", columns):
        return found
    same, joined = [f"c.{_link(of)} = t.{quoted(own)}" for of, own in flow.links], told
    if flow.bridge:
        _create_bridge(warehouse, registry, table, flow.bridge)
        tied = " AND ".join(f"b.{quoted(own)} = c.{_link(of)}" for of, own in flow.bridge.tied)
        joined = f"{told} JOIN cone_bridge AS b ON {tied}"
        same += [f"b.{quoted(of)} = t.{quoted(own)}" for of, own in flow.bridge.links]
    return found | _days(
        warehouse,
        f"SELECT DISTINCT d.game_date FROM {joined} JOIN {table.full_name} AS t"
        f" ON t.game_date = d.game_date AND {' AND '.join(same)} WHERE {matters}",
        columns,
    )


def _create_bridge(warehouse: Warehouse, registry: Registry, table: Table, bridge: Bridge) -> None:
    """`cone_bridge`: the rows of a bridge as a build of the dates in `cone_dates` would see them."""
    warehouse.execute("CREATE OR REPLACE TEMP TABLE unit_dates AS SELECT game_date FROM cone_dates")
    create_inputs(warehouse, registry, table)
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE cone_bridge AS {with_inputs(bridge.sql)}")


def _link(name: str) -> str:
    return quoted(f"link_{name}")


def _days(warehouse: Warehouse, query: str, parameters: Iterable[object] = ()) -> set[date]:
    return {row[0] for row in warehouse.rows(query, list(parameters))}
