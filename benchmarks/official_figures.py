"""Season 2021-22 beside the league's official figures: which agree to the digit, and by how much the others differ.

    python benchmarks/official_figures.py --warehouse PATH --official official_2021-22_sample.csv

The warehouse must hold the season, built. TS% and eFG% follow from the box score; usage, pace and ratings rest on
possession counts, and the league counts possessions from the play-by-play, we from the box score.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from statistics import correlation, mean

from backcourt.warehouse.duckdb import Warehouse

TEAM = """SELECT t.team_id,
  SUM(t.points_scored) / (2 * SUM(100 * t.fg_attempts + 44 * t.ft_attempts) / 100) AS ts_pct,
  SUM(2 * t.fg_makes + t.three_pt_makes) / (2 * SUM(t.fg_attempts)) AS efg_pct,
  SUM(t.possessions_hundredths + o.possessions_hundredths) / 200 / COUNT(*)
    / (SUM(t.game_seconds) / 2880 / COUNT(*)) AS pace,
  10000 * SUM(t.points_scored) / SUM(t.possessions_hundredths) AS off_rating,
  10000 * SUM(o.points_scored) / SUM(o.possessions_hundredths) AS def_rating
FROM analytics.team_offense_game_summary AS t
JOIN analytics.team_offense_game_summary AS o ON o.game_id = t.game_id AND o.team_id = t.opponent_team_id
WHERE t.season = '2021-22' AND t.season_type = 'regular' GROUP BY t.team_id"""

PLAYER = """SELECT player_id,
  SUM(points) / (2 * SUM(100 * fg_attempts + 44 * ft_attempts) / 100) AS ts_pct,
  SUM(2 * fg_makes + three_pt_makes) / (2 * SUM(fg_attempts)) AS efg_pct,
  SUM(usage_rate * seconds_played) / SUM(seconds_played) AS usg_pct
FROM analytics.player_game_summary
WHERE season = '2021-22' AND season_type = 'regular' AND NOT is_dnp GROUP BY player_id"""


def main() -> None:
    """Print one line per figure: how many agree to three decimals, mean difference, largest, correlation."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--warehouse", type=Path, required=True)
    arguments.add_argument("--official", type=Path, required=True)
    given = arguments.parse_args()
    with given.official.open(encoding="utf-8") as file:
        official = list(csv.DictReader(file))
    with Warehouse.open(given.warehouse, read_only=True) as warehouse:
        players = {row[0]: row[1:] for row in warehouse.rows(PLAYER)}
        teams = {row[0]: row[1:] for row in warehouse.rows(TEAM)}
    print(f"{'figure':18} {'n':>3} {'equal to 3 dp':>14} {'mean diff':>10} {'largest':>8} {'corr':>7}")
    for name, position in (("ts_pct", 0), ("efg_pct", 1), ("usg_pct", 2), ("e_usg_pct", 2)):
        _line(f"player {name}", [row for row in official if row["kind"] == "player"], players, name, position)
    whole = [row for row in official if row["kind"] == "team" and row["games"] == "82"]
    for position, name in enumerate(("ts_pct", "efg_pct", "pace", "off_rating", "def_rating")):
        _line(f"team {name}", whole, teams, name, position)
        if position > 1:
            _line(f"team e_{name}", whole, teams, f"e_{name}", position)


def _line(label: str, rows: list[dict[str, str]], ours: dict[int, tuple[float, ...]], name: str, position: int) -> None:
    pairs = [(ours[int(row["id"])][position], float(row[name])) for row in rows if row[name]]
    differences = [mine - theirs for mine, theirs in pairs]
    equal = sum(abs(round(mine, 3) - theirs) < 0.0005 for mine, theirs in pairs)
    figures = f"{equal:>14} {mean(differences):>+10.4f} {max(differences, key=abs):>+8.4f}"
    print(f"{label:18} {len(pairs):>3} {figures} {correlation(*zip(*pairs, strict=True)):>7.4f}")


if __name__ == "__main__":
    main()
