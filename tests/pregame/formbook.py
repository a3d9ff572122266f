"""What the tests of pre-game tables share: corrections of a league's box scores, and the form of a player by hand."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from backcourt.engine.registry import Registry
from backcourt.sources.simulated import LeagueSize
from backcourt.warehouse.duckdb import Warehouse
from support import SEASON, Line, Workshop, read_csv

LEAGUE = LeagueSize(teams=4, dates=24)
"""One game a date, twelve for each team: a window of ten games fills, and a team is absent on half of the dates."""

FILES = (f"games_{SEASON}", f"player_box_{SEASON}", f"rosters_{SEASON}", "players", "teams")
STATISTICS = {
    "seconds_played": 3000, "points": 60, "fg_made": 20, "fg_attempted": 40, "three_made": 9, "three_attempted": 20, "ft_made": 20,
    "ft_attempted": 25, "rebounds_offensive": 10, "rebounds_defensive": 20, "assists": 20, "steals": 9, "blocks": 9, "turnovers": 9,
    "fouls": 6, "plus_minus": 40,
}  # fmt: skip
"""The columns of a box score that may be corrected, with the largest value a correction gives them."""


@dataclass(frozen=True)
class Form:
    """What a row of player_form says, computed by hand."""

    games_used_10: int
    points_10: int | None
    points_avg_10: float | None
    points_std_10: float | None
    games_used_14d: int
    last_played: date | None


def copied_shop(warehouse: Warehouse, registry: Registry, league: Path, into: Path) -> Workshop:
    """An open warehouse fed from a copy of the league, so that its files may be corrected."""
    shutil.copytree(league, into)
    return Workshop(warehouse, registry, into)


def played_dates(shop: Workshop) -> list[date]:
    """The dates with games that count, in order."""
    return sorted(
        {date.fromisoformat(line["game_date"]) for line in shop.read("games") if line["season_type"] == "regular"}
    )


def correct(shop: Workshop, game_id: str, player_id: str, **values: int) -> None:
    """Give a player's line in a game other values and deliver the file again."""
    box = shop.read("player_box")
    (line,) = [line for line in box if (line["game_id"], line["player_id"]) == (game_id, player_id)]
    line.update({name: str(value) for name, value in values.items()})
    shop.write("player_box", box)
    shop.ingest(hours=1)


def lines_of(shop: Workshop, player_id: str) -> list[Line]:
    """The lines of the games that a player appeared in, oldest first."""
    lines = [line for line in shop.read("player_box") if line["player_id"] == player_id and appeared(line)]
    return sorted(lines, key=lambda line: line["game_date"])


def appeared(line: Line) -> bool:
    """With playing time, or any statistic."""
    counts = ("points", "fg_attempted", "ft_attempted", "rebounds_offensive", "rebounds_defensive")
    counts += ("assists", "steals", "blocks", "turnovers", "fouls")
    return int(line["seconds_played"] or 0) > 0 or any(int(line[name] or 0) for name in counts)


def most_played(shop: Workshop, without: Iterable[str] = ()) -> str:
    """The player with most games; a date on which his team does not play comes after his first."""
    box = [line for line in shop.read("player_box") if appeared(line) and line["player_id"] not in set(without)]
    games: dict[str, int] = {}
    for line in box:
        games[line["player_id"]] = games.get(line["player_id"], 0) + 1
    return max(sorted(games), key=lambda player: games[player])


def form_by_hand(folder: Path) -> dict[tuple[str, int], Form]:
    """Game and player of every row that must exist, with the player's form before that day, from the files alone."""
    games = [line for line in read_csv(folder / f"games_{SEASON}.csv") if line["season_type"] == "regular"]
    rosters = read_csv(folder / f"rosters_{SEASON}.csv")
    box = [line for line in read_csv(folder / f"player_box_{SEASON}.csv") if appeared(line)]
    expected: dict[tuple[str, int], Form] = {}
    for game in games:
        for team in (game["home_team_id"], game["away_team_id"]):
            cutoff = datetime.fromisoformat(game["tip_scheduled_at"])
            seen = [r for r in rosters if r["team_id"] == team and datetime.fromisoformat(r["snapshot_at"]) < cutoff]
            newest = max(r["snapshot_at"] for r in seen)
            for row in (r for r in seen if r["snapshot_at"] == newest):
                day = date.fromisoformat(game["game_date"])
                expected[game["game_id"], int(row["player_id"])] = _form(
                    [b for b in box if b["player_id"] == row["player_id"]], day
                )
    return expected


def _form(lines: list[Line], day: date) -> Form:
    before = sorted(
        (line for line in lines if date.fromisoformat(line["game_date"]) < day), key=lambda line: line["game_date"]
    )
    points = [int(line["points"]) for line in before[-10:]]
    count, total = len(points), sum(points)
    recent = [line for line in before if date.fromisoformat(line["game_date"]) >= day - timedelta(days=14)]
    squares = count * sum(one * one for one in points) - total * total
    return Form(
        games_used_10=count,
        points_10=total if points else None,
        points_avg_10=total / count if points else None,
        points_std_10=math.sqrt(squares / (count * (count - 1))) if count > 1 else None,
        games_used_14d=len(recent),
        last_played=date.fromisoformat(before[-1]["game_date"]) if before else None,
    )
