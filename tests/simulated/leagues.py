"""Leagues that the tests share, and plain readers of their files."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

Line = dict[str, str]
SEASON = "2021-22"
COUNTS = [
    "points", "fg_made", "fg_attempted", "three_made", "three_attempted", "ft_made", "ft_attempted",
    "rebounds_offensive", "rebounds_defensive", "assists", "steals", "blocks", "turnovers", "fouls",
]  # fmt: skip


def read(folder: Path, table: str, season: str | None = SEASON) -> list[Line]:
    path = folder / (f"{table}_{season}.csv" if season else f"{table}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def counted(events: list[Line]) -> dict[tuple[str, str], dict[str, int]]:
    """Box-score counts by game and player, added up from play-by-play by hand."""
    sums: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    shooting = ""
    for event in events:
        kind, game, made = event["action_type"], event["game_id"], event["made"] == "true"
        if kind in ("2pt", "3pt", "freethrow"):
            shooting = event["team_id"]
        if not event["player_id"]:
            continue
        line = sums[game, event["player_id"]]
        line["points"] += int(event["points"])
        if kind in ("2pt", "3pt"):
            line["fg_attempted"] += 1
            line["fg_made"] += made
        if kind == "3pt":
            line["three_attempted"] += 1
            line["three_made"] += made
        if kind == "freethrow":
            line["ft_attempted"] += 1
            line["ft_made"] += made
        if kind == "rebound":
            line["rebounds_offensive" if event["team_id"] == shooting else "rebounds_defensive"] += 1
        if kind in ("steal", "block", "turnover", "foul"):
            line[f"{kind}s"] += 1
        if event["assist_player_id"]:
            sums[game, event["assist_player_id"]]["assists"] += 1
    return sums
