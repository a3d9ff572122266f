"""Who is expected before tip-off, against who then appeared: recall and precision over the look-back, and what each sign adds.

    python benchmarks/population.py --warehouse PATH

Counted after each team's fifth game of the season, over games whose box score is there. "Recall" is the share of those who
appeared that were expected, "precision" the share of those expected that appeared. The look-back is in games of the team.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

from backcourt.engine.registry import TABLES
from backcourt.engine.shared import expand
from backcourt.warehouse.duckdb import Warehouse

LOOK_BACKS = (3, 5, 8, 10, 12, 15, 20, 30, 41, 82)
CHOSEN = 12
LIMIT = f"team_games_since < {CHOSEN}"
SEASON_TYPES = ("regular", "playoffs")

RECALL, PRECISION = 0.98, 0.65
"""What a population must reach."""
FORESIGHT = 0.85
"""Precision that none reaches who does not know who played: of those seen in the last three games 0.77 appear."""

STORED = "SELECT game_id, player_id, team_id, season, season_type, expected_because FROM analytics.upcoming_player_game_context"
"""The population as the built tables hold it."""

STEPS, LINES, REPORTS = "raw.transactions_current", "raw.player_lines_current", "raw.injuries_current"

BEFORE = f"""SELECT g.game_id, i.player_id FROM {REPORTS} AS i JOIN raw.games_scheduled AS g ON g.game_date = i.game_date
  WHERE i.snapshot_quality = 'timed' AND i.snapshot_at < g.cutoff_at"""
LISTED_OUT = """SELECT game_id, player_id FROM analytics.upcoming_player_game_context
  WHERE player_status = 'out' AND player_status_source"""

# What is said of a player before the cut-off, as a condition on the members of a team.
SAID = {
    "has a line": f"(game_id, player_id) IN (SELECT (game_id, player_id) FROM {LINES})",
    "report lets him play": f"""(game_id, player_id) IN (SELECT (game_id, player_id) FROM ({BEFORE}
      AND i.status IN ('available', 'probable', 'questionable')))""",
    "report says out": f"(game_id, player_id) IN (SELECT (game_id, player_id) FROM ({LISTED_OUT} = 'report'))",
    "injured list, out": f"(game_id, player_id) IN (SELECT (game_id, player_id) FROM ({LISTED_OUT} = 'injured_list'))",
}
WITH_LINES = f"game_id IN (SELECT game_id FROM {LINES})"
WITH_REPORTS = f"game_id IN (SELECT game_id FROM ({BEFORE}))"


class Figures(NamedTuple):
    """How good a population is; `expected` is its size."""

    recall: float
    precision: float
    expected: int

    @property
    def problems(self) -> list[str]:
        """Which of the two it does not reach, or whether it is too good to be true."""
        checks = (
            (self.recall < RECALL, f"recall {self.recall:.4f}, below {RECALL}"),
            (self.precision < PRECISION, f"precision {self.precision:.4f}, below {PRECISION}"),
            (self.precision > FORESIGHT, f"precision {self.precision:.4f}, as if it were known who played"),
        )
        return [text for is_wrong, text in checks if is_wrong]


def create_population(warehouse: Warehouse, name: str, sql: str) -> None:
    """Store who a spine expects, after each team's fifth game and where a box score tells who appeared."""
    warehouse.execute(
        f"""CREATE TEMP TABLE {name} AS
        WITH expected AS ({sql}), schedule AS ({expand("SELECT * FROM shared.team_schedule", TABLES / "shared")})
        SELECT e.game_id, e.player_id, e.season, e.season_type, e.expected_because, b.player_id IS NOT NULL AS appeared
        FROM expected AS e
        JOIN schedule AS s ON s.game_id = e.game_id AND s.team_id = e.team_id AND s.game_number > 5
        LEFT JOIN appearances AS b ON b.game_id = e.game_id AND b.player_id = e.player_id AND b.team_id = e.team_id
        WHERE e.game_id IN (SELECT game_id FROM appearances)"""
    )


def create_appearances(warehouse: Warehouse) -> None:
    """Store who appeared, after each team's fifth game."""
    warehouse.execute(
        f"""CREATE TEMP TABLE appearances AS
        WITH schedule AS ({expand("SELECT * FROM shared.team_schedule", TABLES / "shared")})
        SELECT b.game_id, b.player_id, b.team_id, s.season, s.season_type
        FROM raw.player_box_current AS b
        JOIN schedule AS s ON s.game_id = b.game_id AND s.team_id = b.team_id AND s.game_number > 5
        WHERE b.appeared"""
    )


def recall_and_precision(
    warehouse: Warehouse, name: str, season_type: str, games: str = "TRUE", where: str = "TRUE"
) -> Figures:
    """Of a stored population's rows that `where` admits, and of whoever appeared, both in those `games` only."""
    hits, expected, appeared = warehouse.rows(
        f"""SELECT COUNT(*) FILTER (WHERE appeared), COUNT(*),
          (SELECT COUNT(*) FROM appearances WHERE season_type = $type AND {games})
        FROM {name} WHERE season_type = $type AND {games} AND {where}""",
        {"type": season_type},
    )[0]
    return Figures(hits / appeared if appeared else 0, hits / expected if expected else 0, expected)


def spine(without: tuple[str, ...] = ()) -> str:
    """The spine that ships, with some of its sources empty."""
    text = expand((TABLES / "spines" / "expected_players.sql").read_text(encoding="utf-8"), TABLES / "shared")
    for source in without:
        assert source in text, f"the spine no longer reads {source}"
        text = text.replace(source, f"(SELECT * FROM {source} WHERE FALSE)")
    return text


def spine_with(limit: int) -> str:
    """The spine with another look-back than the one that ships."""
    text = spine()
    assert text.count(LIMIT) == 2, f"the spine no longer says {LIMIT}"
    return text.replace(LIMIT, f"team_games_since < {limit}")


def main() -> None:
    """Print the curve, its chosen point by season, what each sign adds, and who is missed."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--warehouse", type=Path, required=True)
    with Warehouse.open(arguments.parse_args().warehouse, read_only=True) as warehouse:
        create_appearances(warehouse)
        _curve(warehouse)
        seasons = [season for (season,) in warehouse.rows("SELECT DISTINCT season FROM appearances ORDER BY season")]
        _steps(warehouse, seasons)
        _said(warehouse, seasons)
        _missed(warehouse, seasons)


def _curve(warehouse: Warehouse) -> None:
    print(f"{'look-back':>9}  " + "  ".join(f"{kind + ' recall':>16} {'precision':>9}" for kind in SEASON_TYPES))
    for limit in LOOK_BACKS:
        create_population(warehouse, f"population_{limit}", spine_with(limit))
        figures = [recall_and_precision(warehouse, f"population_{limit}", kind) for kind in SEASON_TYPES]
        print(f"{limit:>9}  " + "  ".join(f"{each.recall:>16.4f} {each.precision:>9.4f}" for each in figures))


def _steps(warehouse: Warehouse, seasons: list[str]) -> None:
    """Box scores alone, then with one more source each, in the games that have that source."""
    others = {STEPS: "TRUE", LINES: WITH_LINES, REPORTS: WITH_REPORTS}
    create_population(warehouse, "box_alone", spine(tuple(others)))
    create_population(warehouse, "everything", spine())
    print(f"\nAt {CHOSEN} games: box scores alone, with one more source, with all; in games that have the source:")
    for source, games in others.items():
        name = f"box_and_{source.split('.')[1]}"
        create_population(warehouse, name, spine(tuple(other for other in others if other != source)))
        for season, kind, scope in _scopes(warehouse, seasons, games):
            three = [recall_and_precision(warehouse, each, kind, scope) for each in ("box_alone", name, "everything")]
            shown = "   ".join(f"{each.recall:.4f} {each.precision:.4f} {each.expected:>6}" for each in three)
            print(f"  {source:25} {season} {kind:9} {shown}")


def _said(warehouse: Warehouse, seasons: list[str]) -> None:
    """Each sign on its own among the members of a team, and the population without those who are listed as out."""
    print(
        "\nEach sign on its own, among all whose newest sign names the team (share of who appeared, share that appeared):"
    )
    own = {
        f"appeared, last {CHOSEN}": ("population_12", "TRUE", "expected_because = 'appeared'"),
        f"activated, last {CHOSEN}": ("population_12", "TRUE", "expected_because = 'activated'"),
        "has a line": ("population_82", WITH_LINES, SAID["has a line"]),
        "report lets him play": ("population_82", WITH_REPORTS, SAID["report lets him play"]),
        "report says out": ("population_12", WITH_REPORTS, SAID["report says out"]),
        "all but those": ("population_12", WITH_REPORTS, f"NOT {SAID['report says out']}"),
        "injured list, out": ("population_12", "TRUE", SAID["injured list, out"]),
        "all but these": ("population_12", "TRUE", f"NOT {SAID['injured list, out']}"),
    }
    for sign, (name, games, where) in own.items():
        for season, kind, scope in _scopes(warehouse, seasons, games):
            made = recall_and_precision(warehouse, name, kind, scope, where)
            print(f"  {sign:20} {season} {kind:9} {made.expected:>6} rows {made.recall:>8.4f} {made.precision:>8.4f}")


def _scopes(warehouse: Warehouse, seasons: list[str], games: str) -> list[tuple[str, str, str]]:
    """Season, kind and condition of those in which there are such games."""
    made = [(season, kind, f"season = '{season}' AND {games}") for kind in SEASON_TYPES for season in seasons]
    exists = "SELECT COUNT(*) FROM appearances WHERE season_type = ?"
    return [each for each in made if warehouse.value(f"{exists} AND {each[2]}", [each[1]])]


def _missed(warehouse: Warehouse, seasons: list[str]) -> None:
    rows = warehouse.rows(
        f"""WITH missed AS (
          SELECT b.game_id, b.player_id, b.team_id, b.game_date, b.season, b.seconds_played, b.points
          FROM appearances
          ANTI JOIN (FROM population_{CHOSEN} WHERE appeared) USING (game_id, player_id)
          JOIN raw.player_box_current AS b USING (game_id, player_id)),
        earlier AS (
          SELECT m.game_id, m.player_id, MAX(o.game_date) AS last_date, arg_max(o.team_id, o.game_date) AS last_team,
            arg_max(o.season, o.game_date) AS last_season
          FROM missed AS m JOIN raw.player_box_current AS o ON o.player_id = m.player_id AND o.game_date < m.game_date
          WHERE o.appeared GROUP BY m.game_id, m.player_id)
        SELECT CASE WHEN e.last_date IS NULL THEN 'first game on record'
            WHEN e.last_team <> m.team_id THEN 'first game for another team'
            WHEN e.last_season <> m.season THEN 'back from another season'
            ELSE 'back with his team after more than {CHOSEN} of its games' END AS why,
          COUNT(*), MEDIAN(m.seconds_played) / 60, AVG(m.points), COUNT(*) FILTER (WHERE m.seconds_played >= 1200),
          {", ".join(f"COUNT(*) FILTER (WHERE m.season = '{season}')" for season in seasons)}
        FROM missed AS m LEFT JOIN earlier AS e ON e.game_id = m.game_id AND e.player_id = m.player_id
        GROUP BY why ORDER BY COUNT(*) DESC"""
    )
    absent = warehouse.rows(
        f"""SELECT COUNT(*), COUNT(*) FILTER (player_status IN ('out', 'doubtful')),
          COUNT(*) FILTER (COALESCE(player_status, '') NOT IN ('out', 'doubtful') AND team_games_since_seen > 0)
        FROM population_{CHOSEN} JOIN analytics.upcoming_player_game_context USING (game_id, player_id)
        WHERE NOT appeared"""
    )[0]
    print(f"\nAppeared and not expected at {CHOSEN} games; median minutes, mean points, 20 minutes or more, by season:")
    for why, count, minutes, points, long, *by_season in rows:
        print(f"  {count:>5}  {minutes:>5.1f} {points:>5.1f} {long:>4}  {by_season}  {why}")
    print(
        "\nExpected and did not appear: {:,}, of them {:,} listed as out or doubtful, {:,} others not seen"
        " in the team's last game".format(*absent)
    )


if __name__ == "__main__":
    main()
