"""A mapped file becomes the staged rows of a delivery: converted, resolved and judged in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backcourt.engine.contract import Column, Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.staging import broken_rule
from backcourt.errors import ContractError, SourceError
from backcourt.sources.local.convert import Conversion, convert
from backcourt.sources.local.mapping import ColumnSource, FileMapping, GameBy
from backcourt.sources.local.reader import FileRelation, unreadable
from backcourt.sources.local.resolve import resolve_players, resolve_teams, same_context, spell
from backcourt.warehouse.duckdb import QueryError, Warehouse


@dataclass
class _Plan:
    """The parts of the staging query, gathered column by column; `has_contexts` if a name alone does not tell a player."""

    mapping: FileMapping
    has_contexts: bool
    values: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    game: str | None = None
    joins: list[str] = field(default_factory=list)
    turned: list[str] = field(default_factory=list)


def stage(
    warehouse: Warehouse,
    contract: Contract,
    mapping: FileMapping,
    file: FileRelation,
    seasons: Sequence[str] | None,
    feed: str | None = None,
) -> None:
    """Create the temporary table `staged` from a file; raises SourceError when the file has the wrong shape.

    `feed` is the source whose own spellings of names count beside those of all sources.
    """
    try:
        plan = _plan(warehouse, contract, mapping, file, seasons, feed)
        parse = f"CASE {' '.join(plan.problems)} END" if plan.problems else "CAST(NULL AS VARCHAR)"
        columns = ", ".join(quoted(column.name) for column in contract.columns)
        warehouse.execute(
            f"CREATE OR REPLACE TEMP TABLE staged AS SELECT {columns}, source_row,"
            f" COALESCE(parse_problem, {broken_rule(contract)}) AS problem"
            f" FROM ({_complete(contract, plan, f', s.source_row, {parse} AS parse_problem')})"
        )
    except QueryError as error:
        raise unreadable(file.path, error) from error


def stage_nothing(warehouse: Warehouse, contract: Contract) -> None:
    """Create the temporary table `staged` without a row, for a file that has none."""
    columns = ", ".join(f"CAST(NULL AS {column.sql_type}) AS {quoted(column.name)}" for column in contract.columns)
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE staged AS SELECT {columns}, CAST(NULL AS BIGINT) AS source_row,"
        " CAST(NULL AS VARCHAR) AS problem WHERE FALSE"
    )


def unjudged(
    warehouse: Warehouse, contract: Contract, mapping: FileMapping, file: FileRelation, seasons: Sequence[str] | None
) -> str:
    """A query for a file's rows in the contract's columns, and no question asked: what checking is measured against."""
    columns = ", ".join(quoted(column.name) for column in contract.columns)
    return f"SELECT {columns} FROM ({_complete(contract, _plan(warehouse, contract, mapping, file, seasons))})"


def _open_source(
    warehouse: Warehouse, mapping: FileMapping, file: FileRelation, seasons: Sequence[str] | None
) -> dict[str, str]:
    """Make `source_rows` the file's rows, reshaped and cut to the seasons wanted; its column types."""
    rows, is_as_it_is = file.sql, seasons is None and not mapping.reshape
    if mapping.reshape:
        warehouse.execute(f"CREATE OR REPLACE TEMP VIEW file AS {file.sql}")
        rows = f"SELECT *, ROW_NUMBER() OVER () AS source_row FROM ({mapping.reshape})"
    if seasons is not None:
        listed = ", ".join(f"'{season}'" for season in seasons)
        if mapping.season_column:
            rows = f"SELECT * FROM ({rows}) WHERE {quoted(mapping.season_column)} IN ({listed})"
        elif mapping.date_column:
            year = f"year(CAST({quoted(mapping.date_column)} AS DATE) - INTERVAL 6 MONTH)"
            label = f"{year} || '-' || right(CAST({year} + 1 AS VARCHAR), 2)"
            rows = f"SELECT * FROM ({rows}) WHERE {label} IN ({listed})"
    if mapping.reshape or _needs_names(mapping):
        # Read once: such files are small, and their names are looked at before they are staged.
        warehouse.execute("DROP VIEW IF EXISTS source_rows")
        warehouse.execute(f"CREATE OR REPLACE TEMP TABLE source_table AS {rows}")
        rows = "SELECT * FROM source_table"
    warehouse.execute(f"CREATE OR REPLACE TEMP VIEW source_rows AS {rows}")
    # Each look at the columns opens the file and looks at its first rows.
    return file.types if is_as_it_is else dict(warehouse.describe("source_rows"))


def _needs_names(mapping: FileMapping) -> bool:
    return any(
        one.team or one.player or one.players or one.book or one.name_key or one.game
        for one in mapping.columns.values()
    )


def _require_columns(mapping: FileMapping, file: FileRelation, types: dict[str, str]) -> None:
    wanted = {name for source in mapping.columns.values() for name in source.source_columns}
    missing = sorted(wanted - types.keys())
    if missing:
        has = ", ".join(sorted(types.keys() - {"source_row"}))
        raise SourceError(
            f"{file.path.name} has not the shape of its mapping: column {', '.join(missing)} is missing; it has {has}.",
            "Correct the file's columns, or give it a name that no mapping claims.",
        )


def _resolve_names(warehouse: Warehouse, mapping: FileMapping, feed: str | None) -> bool:
    """Fill the tables of names; whether some player's name is one at one date or team and another at others."""
    sources = mapping.columns.values()
    teams = {source.team for source in sources if source.team}
    for source in sources:
        if source.game:
            teams |= {name for name in (source.game.home, source.game.away, source.game.team) if name}
    texts = {name for source in sources for name in (source.book, source.name_key) if name}
    if teams:
        resolve_teams(warehouse, "source_rows", sorted(teams))
    if texts:
        spell(warehouse, "source_rows", sorted(texts))
    players = mapping.player_columns.values()
    return bool(players) and resolve_players(warehouse, "source_rows", players, feed)


def _plan(
    warehouse: Warehouse,
    contract: Contract,
    mapping: FileMapping,
    file: FileRelation,
    seasons: Sequence[str] | None,
    feed: str | None = None,
) -> _Plan:
    types = _open_source(warehouse, mapping, file, seasons)
    _require_columns(mapping, file, types)
    plan = _Plan(mapping, _resolve_names(warehouse, mapping, feed))
    plan.problems += [f"WHEN {wrong} THEN {_literal(said)}" for said, wrong in mapping.refuses.items()]
    stored = [column for column in contract.columns if column.derived is None]
    for number, column in enumerate(stored):
        source = mapping.columns.get(column.name)
        if source is None:
            raise SourceError(
                f"The mapping of {file.path.name} says nothing of raw.{contract.name}.{column.name}.",
                "Map the column, or give it `value: null` where the contract allows that.",
            )
        _add(plan, column, source, types, f"n{number}", file)
    return plan


def _complete(contract: Contract, plan: _Plan, beside: str = "") -> str:
    """The converted rows with the columns that are derived from them, and what else is wanted `beside`."""
    derived = [f"CAST({c.derived} AS {c.sql_type}) AS {quoted(c.name)}" for c in contract.columns if c.derived]
    converted = f"SELECT {', '.join(plan.values)}{beside} FROM source_rows AS s {' '.join(plan.joins)}"
    if plan.turned:
        converted = f"SELECT * REPLACE ({', '.join(plan.turned)}) FROM ({converted})"
    return f"SELECT {', '.join(['*', *derived])} FROM ({converted})"


def _add(
    plan: _Plan, column: Column, source: ColumnSource, types: dict[str, str], alias: str, file: FileRelation
) -> None:
    if source.column:
        _add_plain(plan, column, source, types, file)
    elif source.team or source.player:
        _add_resolved(plan, column, source, alias)
    elif source.players:
        _add_players(plan, column, source, alias)
    elif source.book or source.name_key:
        name, field_name = (source.book, "book") if source.book else (source.name_key, "key")
        plan.joins.append(f"LEFT JOIN spellings AS {alias} ON {alias}.name = s.{quoted(str(name))}")
        plan.values.append(f"{alias}.{field_name} AS {quoted(column.name)}")
    elif source.game:
        _add_game(plan, column, source.game, alias)
    elif source.of_game:
        if plan.game is None:
            raise ContractError(
                f"The mapping of {file.path.name} takes {column.name} of a game that no column before it finds.",
                "Find the game by {game: ...} in the column game_id.",
            )
        plan.values.append(f"{plan.game}.{source.of_game} AS {quoted(column.name)}")
    else:
        value = source.sql if source.sql is not None else _literal(source.value)
        plan.values.append(f"CAST({value} AS {column.sql_type}) AS {quoted(column.name)}")


def _add_plain(plan: _Plan, column: Column, source: ColumnSource, types: dict[str, str], file: FileRelation) -> None:
    name = str(source.column)
    text = f"s.{quoted(name)}"
    if source.blank is not None:
        text = f"NULLIF({text}, {_literal(source.blank)})"
    if source.words:
        conversion = _vocabulary(text, source.words)
    else:
        found = convert(text, types[name], column, source.scale)
        if found is None:
            raise SourceError(
                f"{file.path.name}, column {name}: it holds {types[name]}, raw {column.name} wants {column.sql_type}.",
                "Write the column with that type, or as text.",
            )
        conversion = found
    value = conversion.value
    if source.zone:
        value = f"timezone('UTC', timezone('{source.zone}', {value}))"
    plan.values.append(f"{value} AS {quoted(column.name)}")
    if conversion.wrong:
        plan.problems.append(
            f"WHEN {conversion.wrong} THEN 'column {name}: ' || CAST(s.{quoted(name)} AS VARCHAR)"
            f" || ' is not {conversion.wanted}'"
        )


def _vocabulary(text: str, words: object) -> Conversion:
    pairs = dict(words)  # type: ignore[call-overload]
    cases = " ".join(f"WHEN {_literal(word)} THEN {_literal(value)}" for word, value in pairs.items())
    allowed = ", ".join(map(str, pairs)).replace("'", "''")
    return Conversion(
        f"CASE {text} {cases} END",
        f"{text} IS NOT NULL AND {text} NOT IN ({', '.join(_literal(word) for word in pairs)})",
        f"one of {allowed}",
    )


def _add_resolved(plan: _Plan, column: Column, source: ColumnSource, alias: str) -> None:
    if source.team:
        plan.joins.append(f"LEFT JOIN team_names AS {alias} ON {alias}.name = s.{quoted(source.team)}")
    else:
        _join_player(plan, str(source.player), alias)
    plan.values.append(f"{alias}.id AS {quoted(column.name)}")
    if not source.else_null:
        name = source.team or source.player
        plan.problems.append(f"WHEN {alias}.problem IS NOT NULL THEN 'column {name}: ' || {alias}.problem")


def _add_players(plan: _Plan, column: Column, source: ColumnSource, alias: str) -> None:
    """The ids of several players in the order of their columns; one who is not resolved is the row's problem."""
    for place, name in enumerate(source.players):
        _join_player(plan, name, f"{alias}_{place}")
        plan.problems.append(
            f"WHEN {alias}_{place}.problem IS NOT NULL THEN 'column {name}: ' || {alias}_{place}.problem"
        )
    ids = ", ".join(f"{alias}_{place}.id" for place in range(len(source.players)))
    plan.values.append(f"NULLIF(concat_ws('|', {ids}), '') AS {quoted(column.name)}")


def _join_player(plan: _Plan, name: str, alias: str) -> None:
    on = f"{alias}.name = s.{quoted(name)}"
    if plan.has_contexts:
        on += f" AND ({alias}.is_everywhere OR ({same_context(alias, plan.mapping.player_columns[name])}))"
    plan.joins.append(f"LEFT JOIN player_names AS {alias} ON {on}")


def _add_game(plan: _Plan, column: Column, game: GameBy, alias: str) -> None:
    """Join the schedule: by date and both teams, or by date and the one team named (a team plays once a day)."""
    names = [name for name in (game.home, game.away, game.team) if name]
    for position, name in enumerate(names):
        plan.joins.append(f"LEFT JOIN team_names AS {alias}_{position} ON {alias}_{position}.name = s.{quoted(name)}")
    on = [f"{alias}_{position}.id" for position in range(len(names))]
    team = f"COALESCE({', '.join([*on, 'NULL'])})"
    day = f"s.{quoted(game.date)}"
    # One row per team and date; several games of a team on a date name none of them.
    schedule = (
        "(SELECT game_date, team_id, MIN(game_id) AS game_id, COUNT(*) AS games FROM"
        " (SELECT game_date, home_team_id AS team_id, game_id FROM raw.games_current"
        " UNION ALL SELECT game_date, away_team_id, game_id FROM raw.games_current) GROUP BY game_date, team_id)"
    )
    plan.joins.append(
        f"LEFT JOIN {schedule} AS {alias} ON {alias}.game_date = CAST({day} AS DATE) AND {alias}.team_id = {team} AND {alias}.games = 1"
    )
    plan.values.append(f"{alias}.game_id AS {quoted(column.name)}")
    shown = " || ' ' || ".join(f"COALESCE(CAST(s.{quoted(name)} AS VARCHAR), '')" for name in (game.date, *names))
    plan.problems.append(f"WHEN {alias}.game_id IS NULL THEN 'game: no game is found for ' || {shown}")
    plan.game = f"{alias}_g"
    if (game.home and game.away) or any(source.of_game for source in plan.mapping.columns.values()):
        plan.joins.append(f"LEFT JOIN raw.games_current AS {alias}_g ON {alias}_g.game_id = {alias}.game_id")
    if game.home and game.away:
        sides = f"({alias}_g.home_team_id, {alias}_g.away_team_id)"
        for position, name in enumerate(names):
            # Two known teams must be the game's; one that is called what no team is called is no reason to guess.
            plan.problems.append(
                f"WHEN s.{quoted(name)} IS NOT NULL AND ({on[position]} IS NULL OR {on[position]} NOT IN {sides})"
                f" THEN 'game: no game is found for ' || {shown}"
            )
        # A game at a neutral site may be listed either way round.
        plan.values.append(f"COALESCE({on[0]} = {alias}_g.away_team_id, {on[1]} = {alias}_g.home_team_id) AS is_turned")
        plan.turned += [
            f"CASE WHEN is_turned THEN {other} ELSE {quoted(name)} END AS {quoted(name)}"
            for name, other in game.sides.items()
        ]


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"
