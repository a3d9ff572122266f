"""Who is expected before tip-off, against who then appeared: recall and precision over the look-back.

    python benchmarks/population.py --warehouse PATH

Counted after each team's fifth game of the season, over games whose box score is there. "Recall" is the share of those who
appeared that were expected, "precision" the share of those expected that appeared. The look-back is in games of the team.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from backcourt.engine.registry import TABLES
from backcourt.engine.shared import expand
from backcourt.warehouse.duckdb import Warehouse

LOOK_BACKS = (3, 5, 8, 10, 12, 15, 20, 30, 41, 82)
CHOSEN = 12
LIMIT = f"team_games_since < {CHOSEN}"
SEASON_TYPES = ("regular", "playoffs")


def create_population(warehouse: Warehouse, name: str, sql: str) -> None:
    """Store who a spine expects, after each team's fifth game and where a box score tells who appeared."""
    warehouse.execute(
        f"""CREATE TEMP TABLE {name} AS
        WITH expected AS ({sql}), schedule AS ({expand("SELECT * FROM shared.team_schedule", TABLES / "shared")})
        SELECT e.game_id, e.player_id, e.season, e.season_type, e.expected_because, b.player_id IS NOT NULL AS appeared
        FROM expected AS e
        JOIN schedule AS s ON s.game_id = e.game_id AND s.team_id = e.team_id AND s.game_number > 5
        LEFT JOIN appearances AS b ON b.game_id = e.game_id AND b.player_id = e.player_id
        WHERE e.game_id IN (SELECT game_id FROM appearances)"""
    )


def create_appearances(warehouse: Warehouse) -> None:
    """Store who appeared, after each team's fifth game."""
    warehouse.execute(
        f"""CREATE TEMP TABLE appearances AS
        WITH schedule AS ({expand("SELECT * FROM shared.team_schedule", TABLES / "shared")})
        SELECT b.game_id, b.player_id, s.season, s.season_type
        FROM raw.player_box_current AS b
        JOIN schedule AS s ON s.game_id = b.game_id AND s.team_id = b.team_id AND s.game_number > 5
        WHERE b.appeared"""
    )


def recall_and_precision(warehouse: Warehouse, name: str, season_type: str, where: str = "TRUE") -> tuple[float, float]:
    """Of a stored population, those rows that `where` admits."""
    hits, expected, appeared = warehouse.rows(
        f"""SELECT COUNT(*) FILTER (WHERE appeared), COUNT(*),
          (SELECT COUNT(*) FROM appearances WHERE season_type = $type)
        FROM {name} WHERE season_type = $type AND {where}""",
        {"type": season_type},
    )[0]
    return hits / appeared, hits / expected


def spine_with(limit: int) -> str:
    """The spine with another look-back than the one that ships."""
    text = expand((TABLES / "spines" / "expected_players.sql").read_text(encoding="utf-8"), TABLES / "shared")
    assert text.count(LIMIT) == 2, f"the spine no longer says {LIMIT}"
    wider = text.replace("t.played - d.played < 82", "t.played - d.played < 1000")
    return wider.replace(LIMIT, f"team_games_since < {limit}")


def main() -> None:
    """Print the curve, what each sign adds at the chosen look-back, and who is missed."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--warehouse", type=Path, required=True)
    with Warehouse.open(arguments.parse_args().warehouse, read_only=True) as warehouse:
        create_appearances(warehouse)
        print(f"{'look-back':>9}  " + "  ".join(f"{kind + ' recall':>16} {'precision':>9}" for kind in SEASON_TYPES))
        for limit in LOOK_BACKS:
            create_population(warehouse, f"population_{limit}", spine_with(limit))
            figures = [recall_and_precision(warehouse, f"population_{limit}", kind) for kind in SEASON_TYPES]
            print(f"{limit:>9}  " + "  ".join(f"{recall:>16.4f} {precision:>9.4f}" for recall, precision in figures))
        _signs(warehouse)
        _missed(warehouse)


def _signs(warehouse: Warehouse) -> None:
    print(f"\nAt {CHOSEN} games, by what says that he belongs (share of all who appeared, share that appeared):")
    for kind in SEASON_TYPES:
        for sign in ("appeared", "roster", "moved", "activated", "line", "report"):
            where = f"expected_because = '{sign}'"
            rows = warehouse.value(
                f"SELECT COUNT(*) FROM population_{CHOSEN} WHERE season_type = ? AND {where}", [kind]
            )
            if rows:
                recall, precision = recall_and_precision(warehouse, f"population_{CHOSEN}", kind, where)
                print(f"  {kind:9} {sign:10} {rows:>7} rows {recall:>8.4f} {precision:>8.4f}")


def _missed(warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        f"""WITH earlier AS (
          SELECT m.game_id, m.player_id, MAX(o.game_date) AS last_date, arg_max(o.team_id, o.game_date) AS last_team
          FROM (SELECT game_id, player_id FROM appearances ANTI JOIN population_{CHOSEN} USING (game_id, player_id)) AS m
          JOIN raw.player_box_current AS b ON b.game_id = m.game_id AND b.player_id = m.player_id
          LEFT JOIN raw.player_box_current AS o ON o.player_id = m.player_id AND o.game_date < b.game_date AND o.appeared
          GROUP BY m.game_id, m.player_id)
        SELECT CASE WHEN e.last_date IS NULL THEN 'first game on record'
            WHEN e.last_team <> b.team_id THEN 'first game for another team'
            WHEN b.season <> o.season THEN 'back from another season'
            ELSE 'back with his team after more than {CHOSEN} of its games' END AS why, COUNT(*)
        FROM earlier AS e JOIN raw.player_box_current AS b ON b.game_id = e.game_id AND b.player_id = e.player_id
        LEFT JOIN raw.player_box_current AS o ON o.player_id = e.player_id AND o.game_date = e.last_date
        GROUP BY why ORDER BY COUNT(*) DESC"""
    )
    print(f"\nAppeared and not expected at {CHOSEN} games:")
    for why, count in rows:
        print(f"  {count:>5}  {why}")


if __name__ == "__main__":
    main()
