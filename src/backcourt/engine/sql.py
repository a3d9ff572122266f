"""SQL as a tree: lineage, the portable subset, normal form and transpiling. With `flow` the owner of sqlglot.

Lineage is derived from the SQL of a table and its spine, never declared. Where a column cannot be placed, it counts
for every table that has one of that name: a wider input costs a recompute, a narrower one a wrong result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from backcourt.engine import flow
from backcourt.engine.inputs import SCHEDULED, base_name
from backcourt.engine.lineage import Bridge, Flow, Lineage
from backcourt.errors import ContractError

if TYPE_CHECKING:
    from backcourt.engine.contract import Contract
    from backcourt.engine.registry import Registry, Table

# Functions that mean the same on every engine, depend on nothing but their arguments and on no order of rows.
# The names are those that sqlglot gives them.
ALLOWED_FUNCTIONS = frozenset(
    """
    ABS AND CASE CAST CEIL COALESCE CONCAT CONTAINS COUNT DATEDIFF DATE_ADD DATE_SUB DENSE_RANK EXISTS EXPLODE EXTRACT
    FLOOR GREATEST GROUP_CONCAT IF LAG LEAD LEAST LENGTH LOWER MAX MIN NULLIF OR RANK REGEXP_LIKE REPLACE ROUND
    ROW_NUMBER SIGN SPLIT SQRT STARTS_WITH STRING_TO_ARRAY STR_POSITION SUBSTRING SUM TIMESTAMPDIFF TRIM TRY_CAST UNNEST
    UPPER
    """.split()
)
_INTEGERS = exp.DataType.INTEGER_TYPES
_ORDERED = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Lag, exp.Lead)
_ORDER_DEPENDENT = (exp.Avg, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop, exp.Corr)


Private = Mapping[str, Mapping[str, str]]
"""Relations that only the queries of a table know, with their columns' types."""


def upstream_tables(table: Table) -> set[str]:
    """Names of the tables with a schema that the queries of a table read, as written."""
    found: set[str] = set()
    for where, sql in _queries(table):
        named = _parse(sql, f"{table.full_name} {where}").find_all(exp.Table)
        found |= {".".join(part.name for part in one.parts) for one in named if one.db}
    return found


def lineage_of(registry: Registry, table: Table) -> Lineage:
    """What `table` consumes through its build, its spine and its checks; raises ContractError for an unknown name."""
    private = _private(registry, table)
    schema = _schema(registry, private)
    consumed: dict[str, set[str]] = {}
    ways: list[flow.Dependence] = []
    anywhere: dict[str, set[str]] = {}
    for where, sql in _queries(table):
        tree = _qualified(registry, sql, f"{table.full_name} {where}", private, schema)
        read = {name: names for name, names in _consumed(registry, tree, private).items() if name not in private}
        for upstream, columns in read.items():
            consumed.setdefault(base_name(upstream), set()).update(columns)
        if where.startswith("spine"):
            anywhere = {base_name(upstream): set(columns) for upstream, columns in read.items()}
        else:
            ways.append(_ways(registry, table, tree, private, is_build=where == "build.sql"))
    # Which games are expected is read by the engine for every table: final ones, or those of the schedule.
    is_post = table.contract.kind == "post"
    games = anywhere.setdefault("raw.games" if is_post else f"raw.games{SCHEDULED}", set())
    games |= {"game_id", "game_date", "season", "season_type", "counts", "is_final" if is_post else "takes_place"}
    for upstream in list(consumed):
        if registry.contract(upstream).snapshot:
            # The current view of a snapshot table keeps what stood before the cut-off of its game.
            consumed[upstream] |= {"game_id", "snapshot_at", "snapshot_quality"}
            games.add("cutoff_at")
    for upstream, columns in anywhere.items():
        consumed.setdefault(upstream, set()).update(columns)
    found = flow.merged(ways)
    for bridge in sorted({way[2][0] for way in found if way[2] and _crossing(table, way[2][0])}):
        tree = _qualified(registry, f"{_crossing(table, bridge)} SELECT 1 FROM {bridge}", bridge, private, schema)
        for upstream, columns in _consumed(registry, tree, private).items():
            anywhere.setdefault(base_name(upstream), set()).update(columns)
    # What decides which rows are expected may reach any of them, and so may what a bridge stands on.
    unlinked = {name: columns for name, columns in anywhere.items() if _is_followed(registry, name)}
    ways.append({(name, frozenset(), None): frozenset(columns) for name, columns in unlinked.items()})
    frozen = {name: frozenset(columns) for name, columns in consumed.items()}
    return Lineage(frozen, code_version(table), _flows(registry, table, frozen, flow.merged(ways)))


def copies_of(registry: Registry, table: Table) -> dict[str, flow.Copied]:
    """The columns of a built table that its build takes as they are from another built table, in the order of its contract."""
    private = _private(registry, table)
    tree = _qualified(registry, table.build_sql, f"{table.full_name} build.sql", private, _schema(registry, private))
    found = flow.copied(tree)
    built = {one.full_name for one in registry.built.values()}
    return {name: found[name] for name in table.contract.column_names if name in found and found[name].table in built}


def code_version(table: Table) -> str:
    """Changes when the logic changes: SQL in normal form, key, grain, columns' names, types and roles, constants.

    Comments, layout, documentation, units and ranges do not change what a row says, so they are not in it.
    """
    contract = table.contract
    logic = {
        "sql": {where: _normal_form(sql, f"{table.full_name} {where}") for where, sql in _queries(table)},
        "key": contract.key,
        "grain": contract.grain,
        "kind": contract.kind,
        "covers": contract.covers,
        "columns": [(column.name, column.type, column.role) for column in contract.columns],
        "constants": dict(contract.constants),
    }
    return hashlib.sha256(json.dumps(logic, sort_keys=True, default=str).encode()).hexdigest()[:16]


def transpile(sql: str, dialect: str = "bigquery") -> str:
    """The query in another engine's SQL; raises ContractError when it has no equivalent there."""
    try:
        return sqlglot.transpile(sql, read="duckdb", write=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE)[0]
    except SqlglotError as error:
        raise ContractError.rejected_sql("query", str(error), f"it does not translate to {dialect}") from error


def check_portable(registry: Registry, table: Table) -> None:
    """Raise ContractError unless every query of the table stays in the portable, exact subset."""
    private = _private(registry, table)
    schema = _schema(registry, private)
    for where, sql in _queries(table):
        place = f"{table.full_name} {where}"
        _check_syntax(_parse(sql, place), place)
        _check_aggregates(_typed(_qualified(registry, sql, place, private, schema), schema), place)


def _queries(table: Table) -> Iterator[tuple[str, str]]:
    yield "build.sql", table.build_sql
    yield f"spine {table.contract.spine}.sql", table.spine_sql
    for check in table.contract.checks:
        yield f"check {check.name}", check.sql


@lru_cache(maxsize=256)
def _parse(sql: str, where: str) -> exp.Expr:
    """The tree of a query, parsed once: nobody may change it."""
    try:
        trees = sqlglot.parse(sql, dialect="duckdb")
    except SqlglotError as error:
        raise ContractError.rejected_sql(where, "the text", str(error).splitlines()[0]) from error
    if len(trees) != 1 or trees[0] is None or not isinstance(trees[0], exp.Query):
        raise ContractError.rejected_sql(where, "the text", "it must be one SELECT")
    return trees[0]


def _normal_form(sql: str, where: str) -> str:
    return _parse(sql, where).sql(dialect="duckdb", comments=False, normalize=True)


def _private(registry: Registry, table: Table) -> dict[str, dict[str, str]]:
    """Relations that only the queries of a table know, with their columns' types."""
    candidate = {column.name: column.sql_type for column in table.contract.columns}
    return {"spine": _spine_schema(registry, table), "candidate": candidate}


def _schema(registry: Registry, private: Private) -> MappingSchema:
    # Made once per table: it names thousands of columns, and each query would normalise them all again.
    schema: dict[str, Any] = {"raw": {}}
    if private:
        schema["main"] = {name: dict(columns) for name, columns in private.items()}
    for contract in registry.raw.values():
        schema["raw"][f"{contract.name}_current"] = _types(contract)
        if contract.ahead:
            schema["raw"][f"{contract.name}{SCHEDULED}"] = _types(contract.scheduled())
    for table in registry.built.values():
        schema.setdefault(table.contract.schema_name, {})[table.name] = _types(table.contract)
    return MappingSchema(schema, dialect="duckdb", normalize=False)


def _types(contract: Contract) -> dict[str, str]:
    return {column.name: column.sql_type for column in contract.columns}


def _spine_schema(registry: Registry, table: Table) -> dict[str, str]:
    where = f"spine {table.contract.spine}.sql"
    schema = _schema(registry, {})
    tree = _typed(_qualified(registry, table.spine_sql, where, {}, schema), schema)
    return {select.alias_or_name: (select.type.sql("duckdb") if select.type else "VARCHAR") for select in tree.selects}


def _qualified(registry: Registry, sql: str, where: str, private: Private, schema: MappingSchema) -> exp.Query:
    tree = _parse(sql, where).copy()
    ctes = {cte.alias_or_name for cte in tree.find_all(exp.CTE)}
    for node in tree.find_all(exp.Table):
        if node.db:
            registry.contract(f"{node.db}.{node.name}")
        elif node.name in private and node.name not in ctes:
            node.set("db", exp.to_identifier("main"))
    try:
        qualified = qualify(
            tree, schema=schema, dialect="duckdb", quote_identifiers=False, validate_qualify_columns=True
        )
    except SqlglotError as error:
        raise ContractError.rejected_sql(where, "a column", str(error).splitlines()[0]) from error
    return cast(exp.Query, qualified)


def _typed(tree: exp.Query, schema: MappingSchema) -> exp.Query:
    return annotate_types(tree, schema=schema, dialect="duckdb")


def _consumed(registry: Registry, tree: exp.Query, private: Private) -> dict[str, set[str]]:
    consumed: dict[str, set[str]] = {}
    scopes = traverse_scope(tree)
    tables = [_name(node) for scope in scopes for node in scope.sources.values() if isinstance(node, exp.Table)]
    for name in tables:
        consumed.setdefault(name, set())
    for scope in scopes:
        for column in scope.columns:
            for name in _sources(scope, column) or tables:
                if column.name in _columns_of(registry, name, private):
                    consumed[name].add(column.name)
    return consumed


def _ways(registry: Registry, table: Table, tree: exp.Query, private: Private, *, is_build: bool) -> flow.Dependence:
    """How the tables that are followed reach rows of a table, through its build or a check of it.

    Links are taken only on copies of its row in the spine (in a check of the candidate): those stay what they are.
    """
    found = flow.derive(tree, lambda node: _as_relation(registry, _name(node), private))
    names = table.contract.key if is_build else ("game_date",)
    rows = {found.copies[name][0] if name in found.copies else None for name in names}
    named = {name: name if is_build else of for name, (way, of) in found.copies.items() if rows == {way}}
    return flow.linked(found.all, lambda links: _shortest((of, named[name]) for of, name in links if name in named))


def _shortest(links: Iterable[flow.Link]) -> list[flow.Link]:
    """Without a bridge where the row is linked to more than a season as it is."""
    found = list(links)
    direct = [link for link in found if not link[0].startswith(flow.ASHORE)]
    return direct if any(of != "season" for of, _ in direct) else found


def _as_relation(registry: Registry, name: str, private: Private) -> flow.Relation:
    """A stored table for the flow: each of its columns is linked that may tell one entity from another."""
    if name in private:
        return flow.Relation(copies={column: ((), column) for column in private[name]})
    if not _is_followed(registry, name):
        return flow.Relation()
    columns = registry.contract(name).columns
    linked = [each.name for each in columns if each.role == "key" or each.name.endswith(("_id", "season"))]
    way = (base_name(name), frozenset((each, each) for each in linked), None)
    return flow.Relation({way: frozenset()}, {each.name: {way: frozenset([each.name])} for each in columns})


def _is_followed(registry: Registry, name: str) -> bool:
    """Not registries, which any row may read, nor snapshots: which of these stand depends on the games' cut-offs too."""
    contract = registry.contract(name)
    return contract.is_dated and not contract.snapshot


def _flows(
    registry: Registry, table: Table, consumed: Mapping[str, frozenset[str]], ways: flow.Dependence
) -> tuple[Flow, ...]:
    """The ways as flows, each with the columns that no wider one has.

    A column that is read and reaches nothing, say one of a shared relation that this table has no use for, is on none.
    """
    passable = flow.merged({_passable(table, way): columns} for way, columns in ways.items())
    read = {name for name in consumed if _is_followed(registry, name)} - {way[0] for way in passable}
    unseen: flow.Dependence = {(name, frozenset(), None): consumed[name] for name in read}
    kept: flow.Dependence = {}
    for way, columns in sorted(flow.merged([passable, unseen]).items(), key=_by_width):
        wider = [kept[other] for other in kept if _is_wider(other, way)]
        left = columns.difference(*wider)
        if left or not wider:
            kept[way] = left
    return tuple(_as_flow(table, way, columns) for way, columns in kept.items())


def _by_width(item: tuple[flow.Way, frozenset[str]]) -> tuple[str, bool, int, str]:
    (name, links, bridge), _ = item
    return name, bridge is not None, len(links), str((sorted(links), bridge and sorted(bridge[1])))


def _is_wider(one: flow.Way, other: flow.Way) -> bool:
    return one[0] == other[0] and one[1] <= other[1] and one[2] in (None, other[2])


def _passable(table: Table, way: flow.Way) -> flow.Way:
    """Without a bridge that cannot be asked on its own."""
    name, links, bridge = way
    if bridge is None or _crossing(table, bridge[0]):
        return way
    return name, frozenset(link for link in links if not link[0].startswith(flow.ASHORE)), None


def _as_flow(table: Table, way: flow.Way, columns: frozenset[str]) -> Flow:
    name, links, bridge = way
    direct = tuple(sorted(link for link in links if not link[0].startswith(flow.ASHORE)))
    if bridge is None:
        return Flow(name, columns, direct)
    ashore = tuple(sorted((of.removeprefix(flow.ASHORE), own) for of, own in links - set(direct)))
    tied = tuple(sorted(bridge[1]))
    named = ", ".join(sorted({column for _, column in tied} | {column for column, _ in ashore}))
    sql = f"{_crossing(table, bridge[0])} SELECT DISTINCT {named} FROM {bridge[0]}"
    return Flow(name, columns, direct, Bridge(sql, tied, ashore))


def _crossing(table: Table, name: str) -> str:
    """The CTEs of a build that one of them needs, itself included; none if they need the spine or are not to be found."""
    build = cast(exp.Query, _parse(table.build_sql, f"{table.full_name} build.sql"))
    ctes = {cte.alias: cte.this for cte in build.ctes}
    needed, ahead = set[str](), [name]
    while ahead:
        one = ahead.pop()
        if one not in ctes:
            return ""
        needed.add(one)
        named = {node.name for node in ctes[one].find_all(exp.Table) if not node.db}
        own = {cte.alias for cte in ctes[one].find_all(exp.CTE)}
        ahead += sorted(named - own - needed)
    listed = ", ".join(f"{each} AS ({ctes[each].sql(dialect='duckdb')})" for each in ctes if each in needed)
    return f"WITH {listed}"


def _sources(scope: Scope, column: exp.Column) -> list[str]:
    """The stored tables a column may come from; a CTE's column was counted where the CTE reads it."""
    at: Scope | None = scope
    while at is not None:
        source = at.sources.get(column.table)
        if isinstance(source, exp.Table):
            return [_name(source)]
        if source is not None:
            return [""]
        at = at.parent
    return []


def _name(table: exp.Table) -> str:
    return table.name if table.db in ("", "main") else f"{table.db}.{table.name}"


def _columns_of(registry: Registry, name: str, private: Private) -> tuple[str, ...]:
    if not name:
        return ()
    return tuple(private[name]) if name in private else registry.contract(name).column_names


def _check_syntax(tree: exp.Expr, where: str) -> None:
    def reject(node: exp.Expr, why: str) -> None:
        raise ContractError.rejected_sql(where, node.sql(dialect="duckdb")[:80], why)

    for node in tree.walk():
        if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
            reject(node, "a star hides which columns are read")
        elif isinstance(node, exp.Columns | exp.Pivot):
            reject(node, "its columns depend on the data")
        elif isinstance(node, exp.Join) and node.method == "NATURAL":
            reject(node, "its columns depend on the tables' columns")
        elif isinstance(node, exp.Join) and node.method == "POSITIONAL":
            reject(node, "which rows it pairs is not determined")
        elif isinstance(node, exp.Limit | exp.Fetch | exp.Offset | exp.TableSample) or _keeps_any_row(node):
            reject(node, "which rows it keeps is not determined")
        elif isinstance(node, exp.GroupConcat) and not isinstance(node.this, exp.Order):
            reject(node, "its result depends on the order of rows; write ORDER BY in it")
        elif isinstance(node, exp.Func) and node.sql_name() not in ALLOWED_FUNCTIONS:
            reject(node, "the function is not in the allow-list")
        elif isinstance(node, exp.Window):
            _check_window(node, where)
        elif isinstance(node, exp.Column) and not node.table and _is_row_reference(node):
            reject(node, "a row used as a value hides which columns are read")


def _check_window(window: exp.Window, where: str) -> None:
    order = window.args.get("order")
    if isinstance(window.this, _ORDERED) and not order and not _named_order(window):
        raise ContractError.rejected_sql(
            where, window.sql(dialect="duckdb")[:80], "it needs an ORDER BY to be determined"
        )
    for key in order.expressions if order else ():
        if not key.args.get("nulls_first"):
            raise ContractError.rejected_sql(
                where, key.sql(dialect="duckdb"), "write NULLS FIRST; engines differ on it"
            )


def _named_order(window: exp.Window) -> bool:
    """Whether the named window that this one refers to has an ORDER BY."""
    select = window.find_ancestor(exp.Select)
    named = select.args.get("windows") if select else None
    return any(each.name == window.alias and each.args.get("order") for each in named or ())


def _keeps_any_row(node: exp.Expr) -> bool:
    return isinstance(node, exp.Distinct) and bool(node.args.get("on"))


def _is_row_reference(column: exp.Column) -> bool:
    select = column.find_ancestor(exp.Select)
    sources = [] if select is None else [*select.find_all(exp.Table), *select.find_all(exp.Subquery)]
    if select is not None and any(column.name == projection.alias for projection in select.selects):
        return False
    return any(column.name == source.alias for source in sources if source.alias)


def _check_aggregates(tree: exp.Query, where: str) -> None:
    for node in tree.walk():
        if isinstance(node, _ORDER_DEPENDENT):
            raise ContractError.rejected_sql(
                where, node.sql(dialect="duckdb")[:80], "its result depends on the order of rows; use integer sums"
            )
        if isinstance(node, exp.Sum) and not (node.this.type and node.this.type.this in _INTEGERS):
            raise ContractError.rejected_sql(
                where,
                node.sql(dialect="duckdb")[:80],
                f"SUM needs integers, this is {node.this.type}; sum integers and divide once at the end",
            )
