"""A real season as a source would have handed it over day by day: cut at a date, with mistakes that are put right later.

What is delivered last is what the season's files hold: a correction is a figure that was one too low at first. So
the days together must end where one delivery of everything ends.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from backcourt.clock import Clock
from backcourt.sources.local.adapter import scan
from backcourt.sources.local.mapping import default_mappings
from backcourt.warehouse.duckdb import Warehouse

# How often, a game date: a statistic corrected, shots scraped anew, an arena spelled anew.
CORRECTED, RESCRAPED, RESPELLED = 0.25, 0.5, 0.2
STATISTICS = {"ast": ("ast",), "stl": ("stl",), "dreb": ("dreb", "reb"), "tov": ("tov",)}

_WHOLE = ("teams", "players", "arenas", "arena_distances")
_PLAYED = ("player_box", "team_box", "shots", "pbp")
# Listings of who did not play are there for a part of one season.
_LISTED = "dnp_{season}_partial"
# Registers that hold all seasons, by the date that their rows belong to; results, and what is known a day ahead.
_RESULTS = {"referee_assignments": "game_date"}
_AHEAD = {
    "game_lines_closing": "game_date_et",
    "game_lines_snapshots": "game_date_et",
    "player_props_points": "game_date_et",
    "injury_transactions_pst": "date",
    "injuries_official_report": "game_date",
    "injuries_other_feeds": "CAST(timezone('America/New_York', timezone('UTC', snapshot_utc)) AS DATE)",
}


@dataclass(frozen=True)
class MorningClock(Clock):
    """Noon Eastern on the day after a game date, and from then on as fast as any clock."""

    morning: date
    started: float

    @classmethod
    def after(cls, last: date) -> MorningClock:
        """The clock of the run that has the games of `last`."""
        return cls(last + timedelta(days=1), time.perf_counter())

    def now(self) -> datetime:
        """The moment of the replay."""
        noon = datetime(self.morning.year, self.morning.month, self.morning.day, 17, tzinfo=UTC)
        return noon + timedelta(seconds=time.perf_counter() - self.started)


@dataclass
class Season:
    """A season's files in memory, and what is wrong in them at first.

    With `past`, the seasons before it that come along whole, with registers that go back to their beginning.
    """

    folder: Path
    season: str
    past: tuple[str, ...] = ()
    memory: Warehouse = field(default_factory=lambda: Warehouse.in_memory(threads=2))

    def load(self) -> None:
        """Read the files, with nothing wrong in them."""
        for name in ("schedule", *_PLAYED):
            self._read(name, f"{name}_{self.season}", "")
        first, last = self.memory.rows("SELECT MIN(game_date), MAX(game_date) FROM schedule")[0]
        since = date.min if self.past else first
        for name, day in {**_RESULTS, **_AHEAD}.items():
            self._read(name, name, f" WHERE {day} BETWEEN DATE '{since}' AND DATE '{last}'")
        if self._is_listed:
            self._read("listed", _LISTED.format(season=self.season), "")
        self.memory.execute(
            "CREATE TABLE slips (what VARCHAR, game_id VARCHAR, player_id BIGINT, team_id BIGINT, game_date DATE, right_on DATE)"
        )

    @property
    def _is_listed(self) -> bool:
        return bool(self.past) and (self.folder / f"{_LISTED.format(season=self.season)}.parquet").exists()

    def _read(self, name: str, file: str, cut: str) -> None:
        path = str(self.folder / f"{file}.parquet").replace("'", "''")
        self.memory.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{path}'){cut}")

    def dates(self, season_type: str | None = None) -> list[date]:
        """The game dates of the season, or of one type of its games."""
        found = "SELECT DISTINCT game_date FROM player_box WHERE season_type = COALESCE(?, season_type) ORDER BY 1"
        return [row[0] for row in self.memory.rows(found, [season_type])]

    def games(self, day: date) -> int:
        """How many games were played on a date."""
        found: int = self.memory.value("SELECT COUNT(DISTINCT game_id) FROM player_box WHERE game_date = ?", [day])
        return found

    def err(self, dates: list[date], seed: int) -> None:
        """Throw the dice for some dates: what is wrong of a game until a day or two after the run that first had it."""
        dice = random.Random(seed)
        for day in dates:
            for what, often in (("statistic", CORRECTED), ("shots", RESCRAPED), ("arena", RESPELLED)):
                if dice.random() < often:
                    self._slip(what, day, dice)

    def _slip(self, what: str, day: date, dice: random.Random) -> None:
        statistic = dice.choice(list(STATISTICS))
        lines = self.memory.rows(
            f"SELECT game_id, player_id, team_id FROM player_box WHERE game_date = ? AND {statistic} > 0 ORDER BY 1, 2",
            [day],
        )
        named = statistic if what == "statistic" else what
        self.memory.insert("slips", [(named, *dice.choice(lines), day, day + timedelta(days=dice.choice((2, 3))))])

    def slips(self, *, of_statistics: bool) -> int:
        """How many figures are corrected, or how many games come anew in columns that nobody reads."""
        is_not = "" if of_statistics else "NOT "
        found: int = self.memory.value(
            f"SELECT COUNT(*) FROM slips WHERE {is_not}list_contains(?, what)", [list(STATISTICS)]
        )
        return found

    def deliver(self, last: date, into: Path) -> None:
        """Write what a source has on the morning after `last`."""
        into.mkdir(exist_ok=True)
        for name in self._whole():
            link = into / f"{name}.parquet"
            if not link.exists():
                link.symlink_to((self.folder / f"{name}.parquet").resolve())
        morning, ahead = last + timedelta(days=1), last + timedelta(days=2)
        self.memory.execute("CREATE OR REPLACE TEMP TABLE wrong AS SELECT * FROM slips WHERE right_on > ?", [morning])
        self._write(into / f"schedule_{self.season}.parquet", self._schedule(last, ahead))
        for name in _PLAYED:
            self._write(
                into / f"{name}_{self.season}.parquet", f"{self._played(name)} WHERE game_date <= DATE '{last}'"
            )
        if self._is_listed:
            path = into / f"{_LISTED.format(season=self.season)}.parquet"
            self._write(path, f"SELECT * FROM listed WHERE game_date <= DATE '{last}'")
        for registers, until in ((_RESULTS, last), (_AHEAD, morning)):
            for name, day in registers.items():
                self._write(into / f"{name}.parquet", f"SELECT * FROM {name} WHERE {day} <= DATE '{until}'")

    def _whole(self) -> list[str]:
        """The files that do not grow from day to day: registries, and of seasons before it all there is."""
        if not self.past:
            return list(_WHOLE)
        growing = {**_RESULTS, **_AHEAD}.keys()
        files = scan(self.folder, default_mappings()).files
        return [file.path.stem for file in files if file.season in (None, *self.past) and file.path.stem not in growing]

    def _write(self, path: Path, query: str) -> None:
        self.memory.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)".replace("\\", "\\\\"))

    def _schedule(self, last: date, ahead: date) -> str:
        """The regular season from the first day, later rounds two days ahead; no result of a game not yet played."""
        to_come = f"game_date > DATE '{last}'"
        return f"""SELECT * REPLACE (
            IF({to_come}, NULL, home_score) AS home_score, IF({to_come}, NULL, away_score) AS away_score,
            IF({to_come}, NULL, actual_tip_et) AS actual_tip_et, IF({to_come}, 'Scheduled', status) AS status,
            IF(game_id IN (SELECT game_id FROM wrong WHERE what = 'arena'), arena || ' Arena', arena) AS arena)
          FROM schedule WHERE season_type = 'Regular Season' OR game_date <= DATE '{ahead}'"""

    def _played(self, name: str) -> str:
        if name == "shots":
            return """SELECT * REPLACE (IF(game_id IN (SELECT game_id FROM wrong WHERE what = 'shots'), loc_x + 1, loc_x) AS loc_x)
              FROM shots"""
        if name == "pbp":
            return "SELECT * FROM pbp"
        who = "player_id" if name == "player_box" else "team_id"
        missed = ", ".join(
            f"""{column} - (SELECT COUNT(*) FROM wrong AS w WHERE w.what = '{statistic}' AND w.game_id = b.game_id
              AND w.{who} = b.{who}) AS {column}"""
            for statistic, columns in STATISTICS.items()
            for column in columns
        )
        return f"SELECT * REPLACE ({missed}) FROM {name} AS b"
