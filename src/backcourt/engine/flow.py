"""How a change of an upstream row spreads through a query: which of its columns reach which rows of the result.

Every relation of a query (a stored table, a CTE, a subquery) is read in the order in which they name each other. Of
each it is derived which columns of which upstream tables its rows and its columns follow from, and which of its own
columns then have the value that the upstream row has: its links. A filter or a projection keeps links; a join
carries them over its equalities, an outer one only to the side that keeps its rows; grouping keeps those on its keys,
a window those on its PARTITION BY. What a rule does not cover has no links: then any row may be reached.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

Link = tuple[str, str]
"""A column of the upstream table, and the column of a relation that has its value."""

Bridge = tuple[str, frozenset[Link]]
"""A query by name that reads no built table, and the columns of it that have the value of one of the upstream row."""

Way = tuple[str, frozenset[Link], Bridge | None]
"""An upstream table, and the links by which its rows reach those of a relation, perhaps over a bridge.

Over a bridge a row is reached by the rows of a query that the upstream row is joined to: its columns are linked as well,
marked by `ASHORE`, and say of which team a player is, or whom a team plays.
"""

ASHORE = "~"

Dependence = dict[Way, frozenset[str]]
"""The columns of upstream tables that something follows from, by the way they reach it."""

Node = TypeVar("Node", bound=exp.Expr)

Copy = tuple[tuple[str, ...], str]
"""The aliases through which a column was taken from the spine, and its name there."""

Place = tuple[str, str]
"""A column of a source in the FROM of a query: alias and name."""


@dataclass(frozen=True)
class Copied:
    """A column that stands as it is in a table that the query joins: that table, its column, and the keys of the join.

    Each key is a column of that table and the column of the result that has its value.
    """

    table: str
    column: str
    keys: frozenset[Link]


@dataclass(frozen=True)
class Relation:
    """What the rows of a relation (that they exist, and how often) and each of its columns follow from.

    `copies` are its columns that stand as they are in the spine, each with the way there and its name there: two on one
    way are of one row of the spine.
    """

    rows: Dependence = field(default_factory=dict)
    columns: Mapping[str, Dependence] = field(default_factory=dict)
    copies: Mapping[str, Copy] = field(default_factory=dict)

    @property
    def all(self) -> Dependence:
        """What any of it follows from."""
        return merged([self.rows, *self.columns.values()])


Stored = Callable[[exp.Table], Relation]


def derive(tree: exp.Query, stored: Stored) -> Relation:
    """What the result of a qualified query follows from; `stored` tells it of the tables that the query names."""
    known: dict[int, Relation] = {}
    for scope in traverse_scope(tree):
        known[id(scope.expression)] = _read(scope, known, stored)
    return known[id(tree)]


def _read(scope: Scope, known: Mapping[int, Relation], stored: Stored) -> Relation:
    query = scope.expression
    if isinstance(query, exp.SetOperation):
        return _of_both(scope, query, known)
    if isinstance(query, exp.Select):
        select = _Select(scope, query, known, stored)
        if select.is_plain():
            return select.relation()
    return _opaque(scope, known, stored)


def copied(tree: exp.Query) -> dict[str, Copied]:
    """Of the columns of a qualified query those that it takes as they are from a stored table, joined by nothing but columns."""
    known: dict[int, dict[str, Copied]] = {}
    for scope in traverse_scope(tree):
        known[id(scope.expression)] = dict(_copied(scope, known))
    return known[id(tree)]


def _copied(scope: Scope, known: Mapping[int, Mapping[str, Copied]]) -> Iterator[tuple[str, Copied]]:
    query = scope.expression
    if not isinstance(query, exp.Select) or query.args.get("group") or query.args.get("distinct"):
        return
    places = {each.alias_or_name: each.unalias() for each in query.selects}
    plain = {name: (one.table, one.name) for name, one in places.items() if isinstance(one, exp.Column)}
    outputs = {place: name for name, place in plain.items()}
    joined = {join.alias_or_name: join.args.get("on") for join in query.args.get("joins") or ()}
    for name, (alias, column) in plain.items():
        source = scope.sources.get(alias)
        if isinstance(source, Scope) and (inner := known.get(id(source.expression), {}).get(column)):
            table, of, keys = inner.table, inner.column, [(their, (alias, own)) for their, own in inner.keys]
        elif isinstance(source, exp.Table) and source.db not in ("", "main") and joined.get(alias) is not None:
            table, of, keys = f"{source.db}.{source.name}", column, _joined_by(alias, joined[alias])
        else:
            continue
        if keys and all(place in outputs for _, place in keys):
            yield name, Copied(table, of, frozenset((their, outputs[place]) for their, place in keys))


def _joined_by(alias: str, condition: exp.Expr | None) -> list[tuple[str, Place]]:
    """The columns of a joined table with those they equal; none where the condition is more than such equalities."""
    pairs = [pair if pair[0][0] == alias else pair[::-1] for pair in _equalities(condition)]
    terms = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
    if len(pairs) < len(terms) or any(one[0] != alias or other[0] == alias for one, other in pairs):
        return []
    return [(one[1], other) for one, other in pairs]


def merged(parts: Iterable[Dependence]) -> Dependence:
    """The union of what several things follow from."""
    columns: dict[Way, frozenset[str]] = defaultdict(frozenset)
    for part in parts:
        for way, names in part.items():
            columns[way] |= names
    return dict(columns)


def linked(part: Dependence, relink: Callable[[frozenset[Link]], Iterable[Link]]) -> Dependence:
    """The same with other links; a bridge from which no link leads on is none."""
    return merged({_way(upstream, relink(links), bridge): names} for (upstream, links, bridge), names in part.items())


def is_raw(way: Way) -> bool:
    """Whether it begins in a raw table."""
    return way[0].startswith("raw.")


def _way(upstream: str, links: Iterable[Link], bridge: Bridge | None) -> Way:
    kept = frozenset(links)
    return upstream, kept, bridge if any(of.startswith(ASHORE) for of, _ in kept) else None


def _on(alias: str, links: Iterable[Link]) -> Iterator[Link]:
    """The links that end on columns of a source, on the names that these have there."""
    return ((of, place.partition(".")[2]) for of, place in links if place.partition(".")[0] == alias)


def _only(places: frozenset[str]) -> Callable[[frozenset[Link]], Iterator[Link]]:
    """Keeps the links on some places."""
    return lambda links: (link for link in links if link[1] in places)


class _Select:
    """One SELECT while it is read."""

    def __init__(self, scope: Scope, query: exp.Select, known: Mapping[int, Relation], stored: Stored) -> None:
        self.scope, self.query, self.known = scope, query, known
        self.joins: Sequence[exp.Join] = query.args.get("joins") or ()
        self.sources = dict(_sources(scope, known, stored))
        # Sources of which an outer join may add no row.
        self.nullable = {join.alias_or_name for join in self.joins if join.side == "LEFT" or join.method == "ASOF"}
        self.equal: dict[Place, set[Place]] = defaultdict(set)

    def relation(self) -> Relation:
        """What it follows from; `is_plain` must have said that the rules cover it."""
        self._read_equalities()
        return self._grouped(self._selected())

    # --- the parts of a SELECT ---------------------------------------------------------------------------------------

    def is_plain(self) -> bool:
        """Whether the rules cover all that is in it."""
        group, others = self.query.args.get("group"), ("laterals", "pivots")
        return (
            self.scope.selected_sources.keys() <= self.sources.keys()
            and all(join.side in ("", "LEFT") and join.kind not in ("SEMI", "ANTI") for join in self.joins)
            and not any(join.args.get("using") for join in self.joins)
            and not any(self.query.args.get(each) for each in others)
            and not (group and any(group.args.get(each) for each in ("all", "cube", "rollup", "grouping_sets")))
            and all(self._place(column) for column in self._all_columns())
            and all(self._inner(query) for query in self._all_queries())
        )

    def _all_columns(self) -> Iterator[exp.Column]:
        for part in (*self.query.selects, *(self.query.args.get("windows") or ()), *self._conditions(), *self._keys()):
            yield from _own(part, exp.Column)

    def _all_queries(self) -> Iterator[exp.Query]:
        for part in (*self.query.selects, *self._conditions()):
            yield from _own(part, exp.Query)

    def _conditions(self) -> Iterator[exp.Expr]:
        """What decides which rows there are."""
        named = [join.args.get("on") for join in self.joins]
        yield from filter(None, (*named, *(self.query.args.get(name) for name in ("where", "qualify", "having"))))

    def _keys(self) -> Sequence[exp.Expr]:
        """What the rows are grouped by."""
        group = self.query.args.get("group")
        return group.expressions if group else ()

    def _place(self, column: exp.Column) -> Place | None:
        """The source that a column is of, or the one around this query; None when it is not known."""
        if column.table:
            return column.table, column.name
        having = [alias for alias in self.scope.selected_sources if column.name in self.sources[alias].columns]
        return (having[0], column.name) if len(having) == 1 else None

    def _inner(self, query: exp.Query) -> Relation | None:
        return self.known.get(id(query)) or self.known.get(id(query.unnest()))

    def _read_equalities(self) -> None:
        """Which column has the value of which: of an inner join both ways, of an outer one towards the rows it keeps."""
        for join in self.joins:
            for left, right in _equalities(join.args.get("on")):
                self._hold_equal(left, right, join.alias_or_name)
        where = self.query.args.get("where")
        for left, right in _equalities(where and where.this):
            self._hold_equal(left, right, "")

    def _hold_equal(self, left: Place, right: Place, joined: str) -> None:
        for one, other in ((left, right), (right, left)):
            # A row that an outer join adds may be missing: towards it nothing holds, and from it what its join demands.
            if joined in self.nullable and one[0] != joined:
                continue
            if other[0] not in self.nullable or joined in self.nullable:
                self.equal[one].add(other)

    # --- what follows from what --------------------------------------------------------------------------------------

    def _selected(self) -> Relation:
        """Before any grouping: which rows there are, and each output column."""
        rows = merged(
            [
                *(self._placed(alias, self.sources[alias].rows) for alias in self.scope.selected_sources),
                *map(self._of_expression, self._conditions()),
            ]
        )
        columns = {
            each.alias_or_name: merged([self._of_expression(each), self._of_windows(each, rows)])
            for each in self.query.selects
        }
        return Relation(rows, columns)

    def _placed(self, alias: str, part: Dependence) -> Dependence:
        """What a source follows from, with its links on all columns of the query that have the same value."""
        return merged({self._way_here(alias, way): names} for way, names in part.items())

    def _way_here(self, alias: str, way: Way) -> Way:
        upstream, links, bridge = way
        places = {(of, place) for of, own in links for place in self._places((alias, own))}
        # A bridge stands on the raw rows of today: what leads over it is followed while those are as they were.
        if bridge is not None or is_raw(way):
            return _way(upstream, places, bridge)
        bridges = self._bridges()
        tied = {name: frozenset(_on(name, places)) for name in bridges if name != alias}
        pier = max(tied, key=lambda name: (len(tied[name]), name), default="")
        if not pier or not tied[pier]:
            return _way(upstream, places, None)
        ashore = {(ASHORE + name, place) for name in self.sources[pier].columns for place in self._places((pier, name))}
        return _way(upstream, places | ashore, (bridges[pier], tied[pier]))

    def _bridges(self) -> dict[str, str]:
        """Sources that are queries by name and read no built table, and always have a row."""
        nodes = {alias: node for alias, (node, _) in self.scope.selected_sources.items() if alias not in self.nullable}
        return {
            alias: node.name
            for alias, node in nodes.items()
            if isinstance(node, exp.Table)
            and isinstance(self.scope.sources[alias], Scope)
            and all(map(is_raw, self.sources[alias].all))
        }

    def _places(self, start: Place) -> Iterator[str]:
        found, ahead = {start}, [start]
        while ahead:
            for place in self.equal[ahead.pop()] - found:
                found.add(place)
                ahead.append(place)
        for alias, name in found:
            if alias not in self.nullable:
                yield f"{alias}.{name}"

    def _of_expression(self, expression: exp.Expr) -> Dependence:
        """What a value follows from: the columns in it, and the queries in it with the outer columns that they are tied to."""
        parts = [self._of_column(column) for column in _own(expression, exp.Column)]
        parts += [self._of_query(query) for query in _own(expression, exp.Query)]
        return merged(parts)

    def _of_column(self, column: exp.Column) -> Dependence:
        alias, name = self._place(column) or ("", "")
        # A column of a query around this one is counted there, where that one reads this.
        source = self.sources.get(alias, Relation())
        part = source.columns.get(name)
        return self._placed(alias, source.all if part is None else part)

    def _of_query(self, query: exp.Query) -> Dependence:
        """A subquery in an expression: which rows of it reach which row is not followed."""
        inner = self._inner(query) or Relation()
        outer = merged(self._of_column(column) for column in query.find_all(exp.Column) if column.table)
        return merged([linked(inner.all, lambda links: ()), outer])

    def _of_windows(self, expression: exp.Expr, rows: Dependence) -> Dependence:
        """A window reads other rows: those that have the same values in its PARTITION BY."""
        parts = []
        for window in _own(expression, exp.Window):
            kept = self._names_of(_partition(window, self.query))
            read = merged(
                [rows, self._of_expression(window), *map(self._of_expression, _definition(window, self.query))]
            )
            parts.append(linked(read, _only(kept)))
        return merged(parts)

    def _grouped(self, selected: Relation) -> Relation:
        """With links on output columns only, and for groups only on what they are grouped by."""
        keys = self._keys()
        is_grouped = bool(keys) or any(map(_aggregates, self.query.selects))
        kept = self._names_of(keys)
        outputs: dict[str, list[str]] = defaultdict(list)
        for each in self.query.selects:
            for place in self._names_of([each.unalias()]):
                if place in kept or not is_grouped:
                    outputs[place].append(each.alias_or_name)

        def out(links: frozenset[Link]) -> Iterator[Link]:
            return ((of, name) for of, place in links for name in outputs.get(place, ()))

        rows = merged([selected.rows, *map(self._of_expression, keys)])
        if self.query.args.get("distinct"):
            rows = merged([rows, *selected.columns.values()])
        within = rows if is_grouped else {}
        columns = {name: linked(merged([part, within]), out) for name, part in selected.columns.items()}
        return Relation(linked(rows, out), columns, dict(self._copied()))

    def _copied(self) -> Iterator[tuple[str, Copy]]:
        for each in self.query.selects:
            column = each.unalias()
            place = self._place(column) if isinstance(column, exp.Column) else None
            copy = self.sources[place[0]].copies.get(place[1]) if place and place[0] in self.sources else None
            if place and copy:
                yield each.alias_or_name, ((place[0], *copy[0]), copy[1])

    def _names_of(self, expressions: Iterable[exp.Expr]) -> frozenset[str]:
        places = [self._place(each) for each in expressions if isinstance(each, exp.Column)]
        return frozenset(f"{place[0]}.{place[1]}" for place in places if place)


def _of_both(scope: Scope, query: exp.SetOperation, known: Mapping[int, Relation]) -> Relation:
    """Of two queries whose columns stand for each other by their place."""
    left, right = (known[id(one.expression)] for one in scope.set_operation_scopes)
    renamed = dict(zip(right.columns, left.columns, strict=True))

    def rename(links: frozenset[Link]) -> Iterator[Link]:
        return ((of, renamed[own]) for of, own in links)

    rows = merged([left.rows, linked(right.rows, rename)])
    columns = {
        name: merged([part, linked(other, rename)])
        for (name, part), other in zip(left.columns.items(), right.columns.values(), strict=True)
    }
    if not isinstance(query, exp.Union) or query.args.get("distinct"):
        rows = merged([rows, *columns.values()])
    return Relation(rows, columns)


def _opaque(scope: Scope, known: Mapping[int, Relation], stored: Stored) -> Relation:
    """No rule covers it: everything in it follows from all that it reads, by no link."""
    read = merged(source.all for inner in scope.traverse() for _, source in _sources(inner, known, stored))
    wide = linked(read, lambda links: ())
    names = scope.expression.named_selects if isinstance(scope.expression, exp.Query) else ()
    return Relation(wide, dict.fromkeys(names, wide))


def _sources(scope: Scope, known: Mapping[int, Relation], stored: Stored) -> Iterator[tuple[str, Relation]]:
    """The tables and queries that a query may read; none of what makes rows of a value."""
    for alias, source in scope.sources.items():
        if isinstance(source, exp.Table):
            yield alias, stored(source)
        elif isinstance(source, Scope) and isinstance(source.expression, exp.Query):
            yield alias, known[id(source.expression)]


def _equalities(condition: exp.Expr | None) -> Iterator[tuple[Place, Place]]:
    """Pairs of columns that a condition demands to be equal."""
    for each in condition.flatten() if isinstance(condition, exp.And) else (condition,):
        each = each.unnest() if each is not None else None
        if isinstance(each, exp.EQ) and isinstance(each.left, exp.Column) and isinstance(each.right, exp.Column):
            yield (each.left.table, each.left.name), (each.right.table, each.right.name)


def _own(expression: exp.Expr, kind: type[Node]) -> Iterator[Node]:
    """The nodes of a kind in an expression, none of them inside a query in it."""
    for node in expression.walk(prune=lambda each: isinstance(each, exp.Query)):
        if isinstance(node, kind):
            yield node


def _partition(window: exp.Expr, query: exp.Query) -> list[exp.Expr]:
    windows = (window, *_definition(window, query))
    return [each for one in windows for each in one.args.get("partition_by") or ()]


def _definition(window: exp.Expr, query: exp.Query) -> list[exp.Expr]:
    """The named window that a window refers to."""
    return [each for each in query.args.get("windows") or () if each.name == window.alias]


def _aggregates(expression: exp.Expr) -> bool:
    """Whether an expression makes one row of many; a function over a window does not."""
    return any(not _is_windowed(each) for each in _own(expression, exp.AggFunc))


def _is_windowed(function: exp.Expr) -> bool:
    around = function.parent
    while isinstance(around, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        around = around.parent
    return isinstance(around, exp.Window)
