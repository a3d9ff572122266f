"""Things that go wrong with deliveries, done on purpose to the first season of a written league."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zlib import crc32

from backcourt.errors import UsageError
from backcourt.sources.simulated.writer import file_name

Line = dict[str, str]
Change = Callable[[Line], list[Line]]  # what becomes of a line: itself, another, two or none
Edit = tuple[str, tuple[str, ...], Change]  # a table, what a line must share with the chosen one, the change

GAME, TEAM, PLAYER = ("game_id",), ("game_id", "team_id"), ("game_id", "player_id")
_OF_A_RESULT = ("player_box", "team_box", "did_not_play", "shots", "play_by_play", "officials")
_OF_A_GAME = ("games", *_OF_A_RESULT, "game_lines", "player_lines")
_UNPLAYED = {"status": "postponed", "home_points": "", "away_points": "", "tip_actual_at": ""}


def _set(**values: str) -> Change:
    return lambda line: [line | values]


def _gone(line: Line) -> list[Line]:
    return []


def _one_assist_less(line: Line) -> list[Line]:
    return [line | {"assists": str(int(line["assists"]) - 1)}]


def _a_day_later(line: Line) -> list[Line]:
    names = [name for name in ("game_date", "tip_scheduled_at", "tip_actual_at") if line.get(name)]
    later = {name: str(datetime.fromisoformat(line[name]) + timedelta(days=1)) for name in names}
    return [line | later | {"game_date": later["game_date"][:10]}]


# What is said of a fault may name columns of the chosen line of player_box.
_ROW = "the player_box row of player {player_id} in game {game_id}"
FAULTS: dict[str, tuple[str, list[Edit]]] = {
    "assist_correction": (
        "Took one assist from player {player_id} and his team in game {game_id}.",
        [("player_box", PLAYER, _one_assist_less), ("team_box", TEAM, _one_assist_less)],
    ),
    "duplicate_row": (f"Wrote {_ROW} twice.", [("player_box", PLAYER, lambda line: [line, line])]),
    "late_game": ("Held back every player_box row of game {game_id}.", [("player_box", GAME, _gone)]),
    "missing_row": (f"Removed {_ROW}.", [("player_box", PLAYER, _gone)]),
    "moved_game": (
        "Moved game {game_id} of {game_date} to the next day in every file that names it.",
        [(table, GAME, _a_day_later) for table in _OF_A_GAME],
    ),
    "postponed_game": (
        "Postponed game {game_id}: no score, no box, no events.",
        [("games", GAME, _set(**_UNPLAYED)), *((table, GAME, _gone) for table in _OF_A_RESULT)],
    ),
    "text_in_number": (f"Wrote n/a as the points in {_ROW}.", [("player_box", PLAYER, _set(points="n/a"))]),
    "truncated_file": ("Cut player_box off in the middle of a row.", []),
    "unknown_game": (f"Moved {_ROW} to game 0029999999.", [("player_box", PLAYER, _set(game_id="0029999999"))]),
    "unknown_team": ("Gave team {team_id} the id 1 in game {game_id}.", [("team_box", TEAM, _set(team_id="1"))]),
    "unread_change": ("Renamed the arena of game {game_id}.", [("games", GAME, _set(arena="A renamed arena"))]),
    "vanished_rows": (
        "Removed about a third of the player_box rows.",
        [("player_box", (), lambda line: [line] if crc32(repr(line).encode()) % 10 > 2 else [])],
    ),
    "wrong_column": ("Renamed the column points of player_box to pts.", []),
}


def inject(folder: Path, fault: str, seed: int = 1) -> str:
    """Do a fault to a written league and say what was done to what; the same seed does the same."""
    if fault not in FAULTS:
        raise UsageError(f"There is no fault {fault!r}.", f"Known faults: {', '.join(FAULTS)}.")
    games = sorted(folder.glob("games_*.csv"))
    if not games:
        raise UsageError(f"{folder} holds no simulated league.", "Write one with write_league(folder, seasons).")
    season, rng = games[0].stem.removeprefix("games_"), Random(f"{seed}/{fault}")
    box = folder / file_name("player_box", season)
    chosen = rng.choice([line for line in _read(box) if line["season_type"] == "regular" and int(line["assists"])])
    said, edits = FAULTS[fault]
    for table, columns, change in edits:
        _edit(folder / file_name(table, season), {column: chosen[column] for column in columns}, change)
    content = box.read_bytes()
    if fault == "wrong_column":
        box.write_bytes(content.replace(b",points,", b",pts,", 1))
    if fault == "truncated_file":
        box.write_bytes(content[: content.rindex(b",", 0, len(content) * rng.randrange(50, 80) // 100)])
    return said.format(**chosen)


def _edit(path: Path, where: Line, change: Change) -> None:
    lines = [new for line in _read(path) for new in (change(line) if where.items() <= line.items() else [line])]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


def _read(path: Path) -> list[Line]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
