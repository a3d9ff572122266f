"""Things that go wrong with deliveries, done on purpose to a written league.

Each fault edits the files of the folder's first season and says in one sentence what it did to what.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

from backcourt.errors import UsageError
from backcourt.sources.simulated.writer import file_name

Line = dict[str, str]


class _Files:
    """Reads and rewrites the files of one season."""

    def __init__(self, folder: Path, season: str) -> None:
        self.folder, self.season = folder, season

    def path(self, table: str) -> Path:
        return self.folder / file_name(table, self.season)

    def read(self, table: str) -> list[Line]:
        with self.path(table).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def write(self, table: str, lines: list[Line], header: list[str] | None = None) -> None:
        """Write lines under a header; without one, that of the file stays."""
        if header is None:
            with self.path(table).open(encoding="utf-8", newline="") as file:
                header = next(csv.reader(file))
        with self.path(table).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)

    def played(self, rng: Random) -> Line:
        """Some final game of the regular season."""
        games = self.read("games")
        return rng.choice([line for line in games if line["season_type"] == "regular" and line["home_points"]])


def _assist_correction(files: _Files, rng: Random) -> str:
    box, teams = files.read("player_box"), files.read("team_box")
    line = rng.choice([line for line in box if int(line["assists"]) > 0])
    team = next(team for team in teams if (team["game_id"], team["team_id"]) == (line["game_id"], line["team_id"]))
    for corrected in (line, team):
        corrected["assists"] = str(int(corrected["assists"]) - 1)
    files.write("player_box", box)
    files.write("team_box", teams)
    return f"Took one assist from player {line['player_id']} and his team in game {line['game_id']}."


def _unread_change(files: _Files, rng: Random) -> str:
    games = files.read("games")
    line = rng.choice(games)
    line["arena"] = f"{line['arena']} (renamed)"
    files.write("games", games)
    return f"Renamed the arena of game {line['game_id']}."


def _late_game(files: _Files, rng: Random) -> str:
    game, box = files.played(rng)["game_id"], files.read("player_box")
    files.write("player_box", [line for line in box if line["game_id"] != game])
    return f"Held back every player_box row of game {game}."


def _missing_row(files: _Files, rng: Random) -> str:
    box = files.read("player_box")
    line = box.pop(rng.randrange(len(box)))
    files.write("player_box", box)
    return f"Removed the player_box row of player {line['player_id']} in game {line['game_id']}."


def _duplicate_row(files: _Files, rng: Random) -> str:
    box = files.read("player_box")
    line = rng.choice(box)
    files.write("player_box", [*box, line])
    return f"Wrote the player_box row of player {line['player_id']} in game {line['game_id']} twice."


def _text_in_number(files: _Files, rng: Random) -> str:
    box = files.read("player_box")
    line = rng.choice(box)
    line["points"] = "n/a"
    files.write("player_box", box)
    return f"Wrote n/a as the points of player {line['player_id']} in game {line['game_id']}."


def _wrong_column(files: _Files, rng: Random) -> str:
    box = files.read("player_box")
    renamed = [{"pts" if name == "points" else name: value for name, value in line.items()} for line in box]
    files.write("player_box", renamed, list(renamed[0]))
    return "Renamed the column points of player_box to pts."


def _unknown_team(files: _Files, rng: Random) -> str:
    teams = files.read("team_box")
    line = rng.choice(teams)
    was, line["team_id"] = line["team_id"], "1"
    files.write("team_box", teams)
    return f"Gave team {was} the unknown id 1 in the team_box row of game {line['game_id']}."


def _unknown_game(files: _Files, rng: Random) -> str:
    box = files.read("player_box")
    line = rng.choice(box)
    was, line["game_id"] = line["game_id"], "0029999999"
    files.write("player_box", box)
    return f"Moved the player_box row of player {line['player_id']} from game {was} to the unknown game 0029999999."


def _truncated_file(files: _Files, rng: Random) -> str:
    path = files.path("player_box")
    content = path.read_bytes()
    keep = content.rindex(b",", 0, len(content) * (50 + rng.randrange(30)) // 100)
    path.write_bytes(content[:keep])
    return f"Cut player_box off after {keep} of {len(content)} bytes, in the middle of a row."


def _vanished_rows(files: _Files, rng: Random) -> str:
    box = files.read("player_box")
    kept = [line for line in box if rng.random() > 0.3]
    files.write("player_box", kept)
    return f"Removed {len(box) - len(kept)} of {len(box)} player_box rows."


def _moved_game(files: _Files, rng: Random) -> str:
    game = files.played(rng)
    was = game["game_date"]
    now = str(date.fromisoformat(was) + timedelta(days=1))
    for path in sorted(files.folder.glob(f"*_{files.season}.csv")):
        table = path.name.removesuffix(f"_{files.season}.csv")
        lines = files.read(table)
        for line in lines:
            if line.get("game_id") == game["game_id"]:
                line["game_date"] = now
                if table == "games":
                    for column in ("tip_scheduled_at", "tip_actual_at"):
                        day, hour = line[column].split(" ")
                        line[column] = f"{date.fromisoformat(day) + timedelta(days=1)} {hour}"
        files.write(table, lines)
    return f"Moved game {game['game_id']} from {was} to {now} in every file that names it."


def _postponed_game(files: _Files, rng: Random) -> str:
    game = files.played(rng)["game_id"]
    games = files.read("games")
    for line in games:
        if line["game_id"] == game:
            line.update(status="postponed", home_points="", away_points="", tip_actual_at="")
    files.write("games", games)
    for table in ("player_box", "team_box", "did_not_play", "shots", "play_by_play", "officials"):
        files.write(table, [line for line in files.read(table) if line["game_id"] != game])
    return f"Postponed game {game}: no score, no box, no events."


FAULTS: dict[str, Callable[[_Files, Random], str]] = {
    "assist_correction": _assist_correction,
    "duplicate_row": _duplicate_row,
    "late_game": _late_game,
    "missing_row": _missing_row,
    "moved_game": _moved_game,
    "postponed_game": _postponed_game,
    "text_in_number": _text_in_number,
    "truncated_file": _truncated_file,
    "unknown_game": _unknown_game,
    "unknown_team": _unknown_team,
    "unread_change": _unread_change,
    "vanished_rows": _vanished_rows,
    "wrong_column": _wrong_column,
}


def inject(folder: Path, fault: str, seed: int = 1) -> str:
    """Do a fault to a written league and say what was done to what; the same seed does the same."""
    if fault not in FAULTS:
        raise UsageError(f"There is no fault {fault!r}.", f"Known faults: {', '.join(FAULTS)}.")
    games = sorted(folder.glob("games_*.csv"))
    if not games:
        raise UsageError(f"{folder} holds no simulated league.", "Write one with write_league(folder, seasons).")
    season = games[0].stem.removeprefix("games_")
    return FAULTS[fault](_Files(folder, season), Random(f"{seed}/{fault}"))
