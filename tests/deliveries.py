"""What a source may say next: a league's files in memory, and every kind of change that a later delivery may bring.

Each change picks what it changes by numbers, so a sequence of changes is a list of numbers that can be shrunk. What is
taken out is kept, and comes back when a later change asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from backcourt.engine.registry import default_registry
from support import Line, read_csv, write_csv

_OF_A_RESULT = ("player_box", "team_box", "did_not_play", "shots", "play_by_play", "officials")


class Files:
    """The files of a league by table and season; `touched` are those that differ from what was delivered last."""

    def __init__(self, folder: Path, lines: dict[str, list[Line]], headers: dict[str, list[str]]) -> None:
        self.folder, self.lines, self.headers = folder, lines, headers
        self.taken: list[tuple[str, list[Line]]] = []
        self.touched: set[str] = set()

    @classmethod
    def read(cls, folder: Path) -> Files:
        """The files of a league's folder."""
        lines = {path.stem: read_csv(path) for path in sorted(folder.glob("*.csv"))}
        return cls(folder, lines, {name: list(of[0]) for name, of in lines.items()})

    def copied(self, folder: Path) -> Files:
        """The same files in another folder."""
        copy = Files(folder, {name: [dict(line) for line in lines] for name, lines in self.lines.items()}, self.headers)
        copy.taken = list(self.taken)
        return copy

    def deliver(self) -> set[str]:
        """Write the touched files; their names."""
        for name in self.touched:
            write_csv(self.folder / f"{name}.csv", self.lines[name], self.headers[name])
        written, self.touched = self.touched, set()
        return written

    def of(self, table: str) -> list[str]:
        """Names of the files of a table, oldest season first."""
        return [name for name in self.lines if table_of(name) == table]

    def pick(self, table: str, number: int) -> tuple[str, Line]:
        """A line of a table by number, of all its seasons, and the file it is in."""
        every = [(name, line) for name in self.of(table) for line in self.lines[name]]
        return every[number % len(every)]

    def game(self, number: int) -> tuple[str, Line]:
        """A game of the regular season by number, and the file it is in."""
        games = [(name, line) for name in self.of("games") for line in self.lines[name] if _is_regular(line)]
        return games[number % len(games)]

    def take(self, name: str, lines: list[Line]) -> None:
        """Take lines out of a file, to be brought back later."""
        if lines and len(lines) < len(self.lines[name]):
            gone = {id(line) for line in lines}
            self.lines[name] = [line for line in self.lines[name] if id(line) not in gone]
            self.taken.append((name, [dict(line) for line in lines]))
            self.touched.add(name)

    def bring_back(self, number: int) -> None:
        """Bring back lines that were taken out; one that stands under the same key gives way."""
        if self.taken:
            name, lines = self.taken.pop(number % len(self.taken))
            key = default_registry().raw[table_of(name)].key
            returning = {tuple(line[column] for column in key) for line in lines}
            kept = [line for line in self.lines[name] if tuple(line[column] for column in key) not in returning]
            self.lines[name] = kept + [dict(line) for line in lines]
            self.touched.add(name)
            self.agree_with_schedule()

    def agree_with_schedule(self) -> None:
        """Give every line that names a game the date and the kind that the schedule has for it."""
        games = {line["game_id"]: line for name in self.of("games") for line in self.lines[name]}
        for name, lines in self.lines.items():
            for line in lines:
                for column in ("game_date", "season_type"):
                    if "game_id" in line and line.get(column) not in (None, games[line["game_id"]][column]):
                        line[column] = games[line["game_id"]][column]
                        self.touched.add(name)

    def unplay(self, games: list[Line], status: str) -> None:
        """Make games unplayed: no score, no box; bringing back both is another change."""
        ids = {line["game_id"] for line in games}
        for table in _OF_A_RESULT:
            for name in self.of(table):
                self.take(name, [line for line in self.lines[name] if line["game_id"] in ids])
        for name in self.of("games"):
            mine = [line for line in self.lines[name] if line["game_id"] in ids]
            if mine:
                self.taken.append((name, [dict(line) for line in mine]))
                self.touched.add(name)
                for line in mine:
                    line.update(status=status, home_points="", away_points="", tip_actual_at="")


def table_of(name: str) -> str:
    """`player_box` of `player_box_2021-22`."""
    return name.partition("_20")[0]


def hold_back(files: Files, dates: int) -> None:
    """Let the last dates of the last season be still to come."""
    name = files.of("games")[-1]
    days = sorted({line["game_date"] for line in files.lines[name] if _is_regular(line)})[-dates:]
    for day in reversed(days):
        files.unplay([line for line in files.lines[name] if line["game_date"] == day], "scheduled")


def _is_regular(line: Line) -> bool:
    return line["game_id"].startswith("002")


def _set(files: Files, name: str, line: Line, **values: object) -> None:
    line.update({column: str(value) for column, value in values.items()})
    files.touched.add(name)


# --- changes: of which line, and how -----------------------------------------------------------------------------------


def _player_points(files: Files, which: int, how: int) -> None:
    name, line = files.pick("player_box", which)
    # The last of these is more than his team has: a check stops it until it is corrected again.
    _set(files, name, line, points=(int(line["points"] or 0) + how % 3 + 1) if how % 8 else 120)


def _team_points(files: Files, which: int, how: int) -> None:
    name, line = files.pick("team_box", which)
    _set(files, name, line, points=int(line["points"]) + how % 5 - 2)


def _team_shooting(files: Files, which: int, how: int) -> None:
    name, line = files.pick("team_box", which)
    _set(files, name, line, fg_attempted=int(line["fg_attempted"]) + how % 3 + 1)


def _swap_points(files: Files, which: int, how: int) -> None:
    (name, one), (other_name, other) = files.pick("player_box", which), files.pick("player_box", how)
    points = one["points"], other["points"]
    _set(files, name, one, points=points[1])
    _set(files, other_name, other, points=points[0])


def _unread(files: Files, which: int, how: int) -> None:
    table, column = (("games", "arena"), ("player_box", "fouls"), ("team_box", "steals"))[how % 3]
    name, line = files.pick(table, which)
    _set(files, name, line, **{column: f"Arena {how}" if column == "arena" else (int(line[column] or 0) + 1) % 9})


def _in_another_order(files: Files, which: int, how: int) -> None:
    name = list(files.lines)[which % len(files.lines)]
    at = how % len(files.lines[name])
    files.lines[name] = files.lines[name][at:] + files.lines[name][:at]
    files.touched.add(name)


def _deleted_row(files: Files, which: int, how: int) -> None:
    table = ("player_box", "rosters", "player_lines", "team_box")[how % 4]
    name, line = files.pick(table, which)
    files.take(name, [line])


def _late_box(files: Files, which: int, how: int) -> None:
    _, game = files.game(which)
    for name in files.of(("player_box", "team_box")[how % 2]):
        files.take(name, [line for line in files.lines[name] if line["game_id"] == game["game_id"]])


def _brought_back(files: Files, which: int, how: int) -> None:
    files.bring_back(-1 if how % 2 else which)


def _moved(files: Files, which: int, how: int) -> None:
    name, game = files.game(which)
    days = sorted({line["game_date"] for line in files.lines[name] if _is_regular(line)})
    days += [str(date.fromisoformat(days[-1]) + timedelta(days=1 + how % 3))]
    before, day = date.fromisoformat(game["game_date"]), date.fromisoformat(days[how % len(days)])
    tips = {
        column: datetime.fromisoformat(game[column]) + (day - before)
        for column in ("tip_scheduled_at", "tip_actual_at")
        if game[column]
    }
    _set(files, name, game, game_date=day, **tips)
    files.agree_with_schedule()


def _unplayed(files: Files, which: int, how: int) -> None:
    files.unplay([files.game(which)[1]], ("postponed", "cancelled", "scheduled")[how % 3])


def _no_longer_counts(files: Files, which: int, how: int) -> None:
    name, game = files.game(which)
    _set(files, name, game, season_type="regular" if game["season_type"] == "preseason" else "preseason")
    files.agree_with_schedule()


def _other_tip(files: Files, which: int, how: int) -> None:
    name, game = files.game(which)
    tip = datetime.fromisoformat(game["tip_scheduled_at"])
    _set(files, name, game, tip_scheduled_at=tip + timedelta(hours=(-9, -3, -1, 1)[how % 4]))


def _other_team(files: Files, which: int, how: int) -> None:
    """On a roster, or in a box score, where he then stands on the other side."""
    if how % 2:
        name, line = files.pick("player_box", which)
        is_home = "false" if line["is_home"] == "true" else "true"
        _set(files, name, line, team_id=line["opponent_team_id"], opponent_team_id=line["team_id"], is_home=is_home)
        return
    name, line = files.pick("rosters", which)
    teams = [team["team_id"] for team in files.lines["teams"]]
    team = teams[how // 2 % len(teams)]
    if not any({**line, "team_id": team}.items() <= other.items() for other in files.lines[name]):
        _set(files, name, line, team_id=team)


def _roster_snapshot(files: Files, which: int, how: int) -> None:
    """A team's newest roster once more, at another moment and without one of its players."""
    _, game = files.game(which)
    team, name = game["home_team_id"], f"rosters_{game['season']}"
    mine = [line for line in files.lines[name] if line["team_id"] == team]
    newest = [line for line in mine if line["snapshot_at"] == max(each["snapshot_at"] for each in mine)]
    moment = datetime.fromisoformat(game["tip_scheduled_at"]) + timedelta(hours=(-30, -2, 2, 7)[how % 4])
    about = {"game_date": str(moment.date()), "snapshot_at": str(moment)}
    if len(newest) > 1 and not any(about.items() <= line.items() for line in mine):
        files.lines[name] += [line | about for line in newest[1:]]
        files.touched.add(name)


def _line_snapshot(files: Files, which: int, how: int) -> None:
    name, line = files.pick("player_lines", which)
    quality = ("timed", "timed", "declared_closing", "date_only")[how % 4]
    (game,) = (game for each in files.of("games") for game in files.lines[each] if game["game_id"] == line["game_id"])
    moment = datetime.fromisoformat(game["tip_scheduled_at"]) + timedelta(minutes=(-20, 20)[how % 2])
    about = {
        "snapshot_quality": quality,
        "book": f"Book {how}",
        "snapshot_at": str(moment) if quality == "timed" else "",
    }
    if not any(about.items() <= other.items() for other in files.lines[name]):
        files.lines[name].append(line | about)
        files.touched.add(name)


def _other_code(files: Files, which: int, how: int) -> None:
    name, line = files.pick("teams", which)
    _set(files, name, line, tricode=f"T{how % 7}{which % 7}")


def _assists(files: Files, which: int, how: int) -> None:
    name, line = files.pick("player_box", which)
    more = how % 3 + 1
    _set(files, name, line, assists=int(line["assists"] or 0) + more)
    for team_name in files.of("team_box"):
        for team in files.lines[team_name]:
            if (team["game_id"], team["team_id"]) == (line["game_id"], line["team_id"]):
                _set(files, team_name, team, assists=int(team["assists"]) + more)


def _injury(files: Files, which: int, how: int) -> None:
    name, line = files.pick("injuries", which)
    status = ("out", "doubtful", "questionable", "probable", "available")[how % 5]
    if not any({**line, "status": status}.items() <= other.items() for other in files.lines[name]):
        _set(files, name, line, status=status)


Change = Callable[[Files, int, int], None]
CHANGES: dict[str, Change] = {
    "a column that nobody reads": _unread,
    "the same rows in another order": _in_another_order,
    "points of a player": _player_points,
    "points of a team": _team_points,
    "shooting of a team": _team_shooting,
    "points of two players swapped": _swap_points,
    "a deleted row": _deleted_row,
    "a late box score": _late_box,
    "what was taken out comes back": _brought_back,
    "a game on another date": _moved,
    "a game postponed or cancelled": _unplayed,
    "a game that no longer counts": _no_longer_counts,
    "another tip-off": _other_tip,
    "a player of another team": _other_team,
    "a roster": _roster_snapshot,
    "a line": _line_snapshot,
    "another code of a team": _other_code,
    "assists of a player and his team": _assists,
    "an injury report": _injury,
}
UNREAD = ("a column that nobody reads", "the same rows in another order", "assists of a player and his team")
"""Changes that make nothing due on the small league."""
ALL_TABLE_CHANGES = (
    "the same rows in another order",
    "assists of a player and his team",
    "what was taken out comes back",
    "a game on another date",
    "a game postponed or cancelled",
    "another tip-off",
    "a roster",
    "a line",
    "an injury report",
    "another code of a team",
)
"""Changes that break no check of the tables that ship."""
SMALL_CHANGES = tuple(name for name in CHANGES if name != "an injury report")
"""Changes of files that the small league has."""
