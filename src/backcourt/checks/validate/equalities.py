"""What two tables say of one thing is one thing: exact equalities between stored tables, and with the schedule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from backcourt.checks.validate.result import Offence, Result, Rule, attempted, judged, not_made
from backcourt.checks.validate.stage import Stage
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Table

PLAYERS = "player_game_summary"
OFFENSE = "team_offense_game_summary"
DEFENSE = "team_defense_game_summary"
GAMES = "raw.games_current"

PLAYER_SUMS = Rule(
    "player_sums", "equalities", "blocking", "the players' facts add up to their team's, all twelve of them"
)
PLAYER_STOPS = Rule(
    "player_stops",
    "equalities",
    "blocking",
    "the players' steals, blocks and defensive rebounds add up to their team's",
)
POINTS = Rule(
    "points_identity",
    "equalities",
    "blocking",
    "points are 2 x twos + 3 x threes + free throws, on either side of a game",
)
MIRROR = Rule("team_mirror", "equalities", "blocking", "what one team allowed is what the other did, to the bit")
SYMMETRY = Rule(
    "opponent_symmetry",
    "equalities",
    "blocking",
    "a game has two team rows, each the other's opponent, one of them at home",
)
OPPOSITE = Rule(
    "opposite_columns", "equalities", "blocking", "opponent_X of a team's row is X of the other team's row of the game"
)
ZONES = Rule(
    "zones_in_field_goals", "equalities", "blocking",
    "makes by zone are the field goals made: exact for a team without a gap, within the tolerance of two for a player",
)  # fmt: skip
ZONE_SUMS = Rule(
    "zone_sums", "equalities", "blocking", "the players' zones add up to their team's, where all of them have zones"
)
SCORE = Rule(
    "schedule_score", "equalities", "blocking", "points, margin and result are those of the final score in the schedule"
)
PLACE = Rule(
    "in_the_game",
    "equalities",
    "blocking",
    "team and opponent are the two teams of the game, on its date, at home or away as it says",
)
RULES = (PLAYER_SUMS, PLAYER_STOPS, POINTS, MIRROR, SYMMETRY, OPPOSITE, ZONES, ZONE_SUMS, SCORE, PLACE)

# What the offence's table calls what the defence's table says of the other side, and of its own.
_MIRRORED = {
    "points_scored": "points_allowed",
    "fg_makes": "opp_fg_makes",
    "fg_attempts": "opp_fg_attempts",
    "three_pt_makes": "opp_three_pt_makes",
    "three_pt_attempts": "opp_three_pt_attempts",
    "ft_makes": "opp_ft_makes",
    "ft_attempts": "opp_ft_attempts",
    "rebounds": "opp_rebounds",
    "offensive_rebounds": "opp_offensive_rebounds",
    "assists": "opp_assists",
    "turnovers": "turnovers_forced",
    "team_paint_attempts": "opp_paint_attempts",
    "team_paint_makes": "opp_paint_makes",
    "team_mid_range_attempts": "opp_mid_range_attempts",
    "team_mid_range_makes": "opp_mid_range_makes",
    "team_three_attempts_pbp": "opp_three_attempts_pbp",
    "team_three_makes_pbp": "opp_three_makes_pbp",
    "points_in_paint_scored": "points_in_paint_allowed",
    "fast_break_points_scored": "fast_break_points_allowed",
    "second_chance_points_scored": "second_chance_points_allowed",
    "possessions_hundredths": "opponent_possessions_hundredths",
    "possessions": "opponent_possessions",
    "offensive_rating": "defensive_rating",
    "pace": "opponent_pace",
    "ts_pct": "opponent_ts_pct",
    "efg_pct": "opponent_efg_pct",
    "team_abbr": "opponent_team_abbr",
    "overtime_periods": "overtime_periods",
    "game_seconds": "game_seconds",
}
_SUMMED = {
    "points": "points_scored",
    **{
        name: name
        for name in (
            "fg_makes fg_attempts three_pt_makes three_pt_attempts ft_makes ft_attempts rebounds offensive_rebounds"
            " assists turnovers personal_fouls"
        ).split()
    },
}
_ZONES = {
    "paint_attempts": "team_paint_attempts",
    "paint_makes": "team_paint_makes",
    "mid_range_attempts": "team_mid_range_attempts",
    "mid_range_makes": "team_mid_range_makes",
    "three_attempts_pbp": "team_three_attempts_pbp",
    "three_makes_pbp": "team_three_makes_pbp",
}


@dataclass(frozen=True)
class Equality:
    """A rule over some tables: a query that gives every pair that is compared, with a cause where the two differ.

    `tables` come with the one first that is rebuilt for it: the one that is built from the others.
    """

    rule: Rule
    tables: tuple[str, ...]
    sql: str
    raw: tuple[str, ...] = ()


def equalities(stage: Stage) -> Iterator[Result]:
    """The results of all that can be asked of the tables of the scope."""
    asked = {table.name for table in stage.tables}
    for each in (*_of_games(), *_of_every(stage.registry.ordered)):
        if each.tables[0] in asked and stage.built(*each.tables):
            yield from attempted(each.rule, each.tables[0], partial(ask, stage, each))


def ask(stage: Stage, equality: Equality) -> Iterator[Result]:
    """Compare on all dates that are examined of every table; a table with dates none of which could be compared is an error."""
    tables = stage.built(*equality.tables) or ()
    if not stage.dates(tables[0]):
        return
    shown = stage.show(tables, equality.raw)
    rows = stage.compare(equality.sql)
    compared, offending = sum(row[1] for row in rows), sum(row[2] for row in rows)
    figures = {
        "compared": compared,
        "dates": len(shown),
        "dates not compared": len(stage.dates(tables[0])) - len(shown),
        "beside": equality.tables[1:],
    }
    if not compared:
        yield not_made(equality.rule, tables[0].name, "nothing could be compared", figures, equality.sql)
        return
    other = tuple(name for name in equality.tables[1:] if name != equality.tables[0])
    offences = [Offence(tables[0].full_name, day, cause, beside=other) for day, _, count, cause in rows if count]
    beside = " and ".join(equality.tables[1:])
    said = f"{compared:,} rows{' beside ' + beside if beside else ''}, all equal"
    yield judged(
        equality.rule, tables[0].name, said, figures, offences, count=offending, asked=shown, query=equality.sql
    )


def differing(pairs: Mapping[str, tuple[str, str]], shown: str) -> str:
    """SQL for what differs first of some pairs, by name, with both values; NULL where nothing does."""
    cases = " ".join(
        f"WHEN ({one}) IS DISTINCT FROM ({other}) THEN concat({shown}, ': {name} ', {_text(one)}, ' beside ', {_text(other)})"
        for name, (one, other) in pairs.items()
    )
    return f"CASE {cases} END"


def shown_key(names: Iterable[str], alias: str = "") -> str:
    """SQL for a key as text: each name and its value."""
    prefix = f"{alias}." if alias else ""
    return "concat_ws(' ', " + ", ".join(f"'{name}', {prefix}{quoted(name)}" for name in names) + ")"


def _text(value: str) -> str:
    return f"COALESCE(CAST({value} AS VARCHAR), 'NULL')"


def _beside(names: Mapping[str, str], one: str, other: str) -> dict[str, tuple[str, str]]:
    return {name: (f"{one}.{quoted(name)}", f"{other}.{quoted(theirs)}") for name, theirs in names.items()}


def _of_games() -> Iterator[Equality]:
    """Rules about the three post-game tables."""
    summed = ", ".join(f"SUM({name}) AS {name}" for name in (*_SUMMED, "steals", "blocks", "defensive_rebounds"))
    sums = f"SELECT game_date, game_id, team_id, {summed} FROM analytics.{PLAYERS} WHERE NOT is_dnp GROUP BY ALL"
    side = _team("p")
    same = "ON t.game_id = p.game_id AND t.team_id = p.team_id"
    told = differing(_beside(_SUMMED, "p", "t"), side)
    yield Equality(
        PLAYER_SUMS,
        (PLAYERS, OFFENSE),
        f"SELECT p.game_date, {told} AS cause FROM ({sums}) AS p JOIN analytics.{OFFENSE} AS t {same}",
    )
    stops = {name: name for name in ("steals", "blocks", "defensive_rebounds")}
    told = differing(_beside(stops, "p", "t"), side)
    yield Equality(
        PLAYER_STOPS,
        (PLAYERS, DEFENSE),
        f"SELECT p.game_date, {told} AS cause FROM ({sums}) AS p JOIN analytics.{DEFENSE} AS t {same}",
    )
    yield _points(OFFENSE, "points_scored", "")
    yield _points(DEFENSE, "points_allowed", "opp_")
    yield _points(PLAYERS, "points", "")
    own = {"margin_of_victory": "margin_of_victory", "win_flag": "win_flag", "players_inactive": "players_inactive"}
    pairs = {name: (f"c.{theirs}", f"t.{name}") for name, theirs in _MIRRORED.items()}
    pairs |= {f"own {name}": (f"c.{name}", f"o.{name}") for name in own}
    yield Equality(
        MIRROR,
        (DEFENSE, OFFENSE),
        f"SELECT c.game_date, {differing(pairs, _team('c'))} AS cause FROM analytics.{DEFENSE} AS c"
        f" LEFT JOIN analytics.{OFFENSE} AS t ON t.game_id = c.game_id AND t.team_id = c.opponent_team_id"
        f" LEFT JOIN analytics.{OFFENSE} AS o ON o.game_id = c.game_id AND o.team_id = c.team_id",
    )
    yield from _zones()
    score = "CASE c.team_id WHEN g.home_team_id THEN g.home_points WHEN g.away_team_id THEN g.away_points END"
    against = "CASE c.team_id WHEN g.home_team_id THEN g.away_points WHEN g.away_team_id THEN g.home_points END"
    result = {
        "margin_of_victory": ("c.margin_of_victory", f"{score} - {against}"),
        "win_flag": ("c.win_flag", f"{score} > {against}"),
    }
    points = {
        OFFENSE: {"points_scored": ("c.points_scored", score)},
        DEFENSE: {"points_allowed": ("c.points_allowed", against)},
    }
    for name, shown in (
        (OFFENSE, _team("c")),
        (DEFENSE, _team("c")),
        (PLAYERS, _player("c")),
    ):
        told = differing({**points.get(name, {}), **result}, shown)
        yield Equality(
            SCORE,
            (name,),
            f"SELECT c.game_date, {told} AS cause FROM analytics.{name} AS c LEFT JOIN {GAMES} AS g ON g.game_id = c.game_id",
            (GAMES,),
        )


def _team(alias: str) -> str:
    return shown_key(("game_id", "team_id"), alias)


def _player(alias: str) -> str:
    return shown_key(("game_id", "player_id"), alias)


def _points(table: str, points: str, prefix: str) -> Equality:
    threes = f"{prefix}three_pt_makes"
    made = f"2 * ({prefix}fg_makes - {threes}) + 3 * {threes} + {prefix}ft_makes"
    key = "player_id" if table == PLAYERS else "team_id"
    told = differing({points: (points, made)}, shown_key(("game_id", key)))
    played = " WHERE NOT is_dnp" if table == PLAYERS else ""
    return Equality(POINTS, (table,), f"SELECT game_date, {told} AS cause FROM analytics.{table}{played}")


def _zones() -> Iterator[Equality]:
    made = "c.team_paint_makes + c.team_mid_range_makes + c.team_three_makes_pbp"
    exact = differing({"makes by zone": (made, "c.fg_makes")}, _team("c"))
    yield Equality(
        ZONES,
        (OFFENSE,),
        f"SELECT c.game_date, CASE WHEN c.shot_zone_attempts_gap = 0 THEN {exact} END AS cause"
        f" FROM analytics.{OFFENSE} AS c WHERE c.has_shot_zones",
    )
    made = "c.paint_makes + c.mid_range_makes + c.three_makes_pbp"
    shown = _player("c")
    near = differing({"makes by zone": (made, "c.fg_makes")}, shown)
    parts = differing({"assisted and unassisted makes": ("c.assisted_fg_makes + c.unassisted_fg_makes", made)}, shown)
    yield Equality(
        ZONES,
        (PLAYERS,),
        f"SELECT c.game_date, CASE WHEN ABS({made} - c.fg_makes) > 2 THEN {near} ELSE {parts} END AS cause"
        f" FROM analytics.{PLAYERS} AS c WHERE c.has_shot_zones",
    )
    summed = ", ".join(f"SUM({name}) AS {name}" for name in _ZONES)
    sums = (
        f"SELECT game_date, game_id, team_id, BOOL_AND(has_shot_zones) AS all_zoned, {summed} FROM analytics.{PLAYERS}"
        " WHERE NOT is_dnp GROUP BY ALL"
    )
    told = differing(_beside(_ZONES, "p", "t"), _team("p"))
    yield Equality(
        ZONE_SUMS,
        (PLAYERS, OFFENSE),
        f"SELECT p.game_date, CASE WHEN p.all_zoned AND t.has_shot_zones THEN {told} END AS cause FROM ({sums}) AS p"
        f" JOIN analytics.{OFFENSE} AS t ON t.game_id = p.game_id AND t.team_id = p.team_id",
    )


def _of_every(tables: Sequence[Table]) -> Iterator[Equality]:
    """Rules that hold wherever their columns are."""
    for table in tables:
        names = set(table.contract.column_names)
        if not {"game_id", "team_id", "opponent_team_id"} <= names:
            continue
        yield _in_the_game(table, names)
        if set(table.contract.key) == {"game_id", "team_id"}:
            yield _symmetric(table)
            mirrored = {name: f"opponent_{name}" for name in table.contract.column_names if f"opponent_{name}" in names}
            mirrored = {own: theirs for own, theirs in mirrored.items() if own not in ("team_id", "team_abbr")}
            if mirrored:
                yield _opposite(table, mirrored)


def _in_the_game(table: Table, names: set[str]) -> Equality:
    pairs = {
        "game_date": ("c.game_date", "g.game_date"),
        "season": ("c.season", "g.season"),
        "team_id": ("c.team_id IN (g.home_team_id, g.away_team_id)", "TRUE"),
        "opponent_team_id": ("c.opponent_team_id", "IF(c.team_id = g.home_team_id, g.away_team_id, g.home_team_id)"),
    }
    if "home_game" in names:
        pairs["home_game"] = ("c.home_game", "c.team_id = g.home_team_id")
    told = differing(pairs, shown_key(table.contract.key, "c"))
    return Equality(
        PLACE,
        (table.name,),
        f"SELECT c.game_date, {told} AS cause FROM {table.full_name} AS c LEFT JOIN {GAMES} AS g ON g.game_id = c.game_id",
        (GAMES,),
    )


def _symmetric(table: Table) -> Equality:
    pairs = {
        "rows of the game": ("c.team_rows", "2"),
        "opponent of the opponent": ("o.opponent_team_id", "c.team_id"),
        "home_game of the opponent": ("o.home_game", "NOT c.home_game"),
    }
    return Equality(
        SYMMETRY,
        (table.name,),
        f"SELECT c.game_date, {differing(pairs, _team('c'))} AS cause FROM (SELECT game_date, game_id, team_id, opponent_team_id,"
        f" home_game, COUNT(*) OVER (PARTITION BY game_id) AS team_rows FROM {table.full_name}) AS c"
        f" LEFT JOIN {table.full_name} AS o ON o.game_id = c.game_id AND o.team_id = c.opponent_team_id",
    )


def _opposite(table: Table, mirrored: Mapping[str, str]) -> Equality:
    pairs = {theirs: (f"c.{theirs}", f"o.{own}") for own, theirs in mirrored.items()}
    return Equality(
        OPPOSITE,
        (table.name,),
        f"SELECT c.game_date, {differing(pairs, _team('c'))} AS cause FROM {table.full_name} AS c"
        f" LEFT JOIN {table.full_name} AS o ON o.game_id = c.game_id AND o.team_id = c.opponent_team_id",
    )
