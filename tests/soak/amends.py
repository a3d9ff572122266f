"""Corrections of a real season: its files delivered once more with something in them changed, deep in history.

A delivery is made of the rows that stand, so no file is written; it goes the way of any delivery from there on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from backcourt.engine.intake import Delivery, receive
from backcourt.engine.raw import columns_list, live
from backcourt.engine.registry import Registry
from backcourt.seasons import season_window
from backcourt.warehouse.duckdb import Warehouse
from support import clock

_OF_A_RESULT = ("player_box", "team_box", "did_not_play", "shots", "play_by_play", "officials")
_OF_A_GAME = ("games", *_OF_A_RESULT, "game_lines", "player_lines")


@dataclass
class Season:
    """A built warehouse of a real season, to be corrected; `hours` passes with each delivery."""

    warehouse: Warehouse
    registry: Registry
    rng: Random
    hours: int = 0
    cancelled: tuple[str, date] | None = None

    def game(self) -> tuple[str, date]:
        """Any game that was played."""
        games = self.warehouse.rows(
            "SELECT game_id, game_date FROM raw.games_current WHERE counts AND is_final ORDER BY game_id"
        )
        found: tuple[str, date] = self.rng.choice(games)
        return found

    def player(self, game_id: str) -> tuple[int, int]:
        """Any player of a game who appeared, and his team."""
        players = self.warehouse.rows(
            "SELECT player_id, team_id FROM raw.player_box_current WHERE game_id = ? AND appeared ORDER BY 1", [game_id]
        )
        found: tuple[int, int] = self.rng.choice(players)
        return found

    def say(self, table: str, *statements: str) -> None:
        """Deliver all that stands of a table again, stream by stream, after some statements on `staged`."""
        contract = self.registry.raw[table]
        self.hours += 1
        for source, stream, scope in self._streams(table):
            of_stream = "SELECT ingest_id FROM ledger.ingests WHERE table_name = ? AND stream = ?"
            self.warehouse.execute(
                f"CREATE OR REPLACE TEMP TABLE staged AS SELECT {columns_list(contract)},"
                " ROW_NUMBER() OVER (ORDER BY row_id) AS source_row, CAST(NULL AS VARCHAR) AS problem"
                f" FROM ({live(contract)}) WHERE ingest_id IN ({of_stream})",
                [table, stream],
            )
            for statement in statements:
                self.warehouse.execute(statement)
            derived = ", ".join(f"{each.name} = {each.derived}" for each in contract.columns if each.derived)
            if derived:
                self.warehouse.execute(f"UPDATE staged SET {derived}")
            windows = None if scope == "all" else tuple(season_window(season) for season in scope.split(","))
            delivery = Delivery(source, stream, scope, f"{self.hours}", quarantines=False, windows=windows)
            with self.warehouse.transaction():
                receive(self.warehouse, contract, delivery, clock(self.hours).now(), 1.0)

    def keep(self, table: str, game_id: str) -> None:
        """Keep what stands of a game, so that it can be said again."""
        contract = self.registry.raw[table]
        self.warehouse.execute(
            f"CREATE OR REPLACE TEMP TABLE kept_{table} AS SELECT {columns_list(contract)}"
            f" FROM ({live(contract)}) WHERE game_id = ?",
            [game_id],
        )

    def say_kept(self, table: str, game_id: str) -> None:
        """Say again what was kept of a game."""
        columns = columns_list(self.registry.raw[table])
        self.say(
            table,
            f"DELETE FROM staged WHERE game_id = '{game_id}'",
            f"INSERT INTO staged SELECT {columns}, 1000000 + ROW_NUMBER() OVER (), NULL FROM kept_{table}",
        )

    def _streams(self, table: str) -> list[tuple[str, str, str]]:
        rows = self.warehouse.rows(
            "SELECT source, stream, arg_max(scope, ingest_id) FROM ledger.ingests WHERE table_name = ? GROUP BY ALL ORDER BY 2",
            [table],
        )
        return [(source, stream, scope) for source, stream, scope in rows]


def assists(season: Season) -> None:
    """An assist more for a player and his team."""
    game, _ = season.game()
    player, team = season.player(game)
    season.say(
        "player_box", f"UPDATE staged SET assists = assists + 1 WHERE game_id = '{game}' AND player_id = {player}"
    )
    season.say("team_box", f"UPDATE staged SET assists = assists + 1 WHERE game_id = '{game}' AND team_id = {team}")


def free_throw(season: Season) -> None:
    """A free throw more for a player, his team and the score."""
    game, _ = season.game()
    player, team = season.player(game)
    one = "SET points = points + 1, ft_made = ft_made + 1, ft_attempted = ft_attempted + 1"
    season.say(
        "games",
        f"UPDATE staged SET home_points = home_points + 1 WHERE game_id = '{game}' AND home_team_id = {team}",
        f"UPDATE staged SET away_points = away_points + 1 WHERE game_id = '{game}' AND away_team_id = {team}",
    )
    season.say("player_box", f"UPDATE staged {one} WHERE game_id = '{game}' AND player_id = {player}")
    season.say("team_box", f"UPDATE staged {one} WHERE game_id = '{game}' AND team_id = {team}")


def plus_minus(season: Season) -> None:
    """What the score did while a player was on court."""
    game, _ = season.game()
    player, _ = season.player(game)
    season.say("player_box", f"UPDATE staged SET plus_minus = 7 WHERE game_id = '{game}' AND player_id = {player}")


def starter(season: Season) -> None:
    """Who started for a team."""
    game, _ = season.game()
    _, team = season.player(game)
    season.say("player_box", f"UPDATE staged SET starter = NOT starter WHERE game_id = '{game}' AND team_id = {team}")


def zones(season: Season) -> None:
    """Where a player's shots were taken from."""
    game, _ = season.game()
    player, _ = season.player(game)
    season.say(
        "shots",
        f"UPDATE staged SET zone = 'paint' WHERE game_id = '{game}' AND player_id = {player} AND zone <> 'three'",
    )


def prices(season: Season) -> None:
    """What was paid for the lines of a game."""
    game, _ = season.game()
    season.say("player_lines", f"UPDATE staged SET over_american = -150 WHERE game_id = '{game}'")
    season.say("game_lines", f"DELETE FROM staged WHERE game_id = '{game}' AND source_row % 2 = 0")


def reports(season: Season) -> None:
    """A day's injury reports, of which every third never was."""
    _, day = season.game()
    season.say("injuries", f"DELETE FROM staged WHERE game_date = DATE '{day}' AND source_row % 3 = 0")


def crew(season: Season) -> None:
    """Who officiated a game."""
    game, _ = season.game()
    season.say("officials", f"UPDATE staged SET official_id = official_id + 5000000 WHERE game_id = '{game}'")


def registries(season: Season) -> None:
    """Another code of a team, and another position of a player."""
    game, _ = season.game()
    player, team = season.player(game)
    season.say("teams", f"UPDATE staged SET tricode = 'QQQ' WHERE team_id = {team}")
    season.say("players", f"UPDATE staged SET position = 'G-C' WHERE player_id = {player}")


def tip(season: Season) -> None:
    """A game that tips off two hours earlier."""
    game, _ = season.game()
    season.say(
        "games",
        "UPDATE staged SET tip_scheduled_at = tip_scheduled_at - INTERVAL 2 HOUR,"
        f" tip_actual_at = tip_actual_at - INTERVAL 2 HOUR WHERE game_id = '{game}'",
    )


def moved(season: Season) -> None:
    """A game on a later date, on which neither team plays."""
    game, day = season.game()
    busy = {
        row[0]
        for row in season.warehouse.rows(
            "SELECT g.game_date FROM raw.games_current AS g JOIN raw.games_current AS m ON m.game_id = ?"
            " WHERE g.home_team_id IN (m.home_team_id, m.away_team_id) OR g.away_team_id IN (m.home_team_id, m.away_team_id)",
            [game],
        )
    }
    now = next(day + timedelta(days=more) for more in range(1, 60) if day + timedelta(days=more) not in busy)
    for table in _OF_A_GAME:
        season.say(table, f"UPDATE staged SET game_date = DATE '{now}' WHERE game_id = '{game}'")


def cancelled(season: Season) -> None:
    """A game that was not played after all; the next time it was."""
    if season.cancelled:
        game, _ = season.cancelled
        for table in ("games", *_OF_A_RESULT):
            season.say_kept(table, game)
        season.cancelled = None
        return
    game, day = season.game()
    for table in ("games", *_OF_A_RESULT):
        season.keep(table, game)
    season.say(
        "games",
        "UPDATE staged SET status = 'cancelled', home_points = NULL, away_points = NULL, tip_actual_at = NULL"
        f" WHERE game_id = '{game}'",
    )
    for table in _OF_A_RESULT:
        season.say(table, f"DELETE FROM staged WHERE game_id = '{game}'")
    season.cancelled = game, day


AMENDS: tuple[Callable[[Season], None], ...] = (
    assists, free_throw, plus_minus, starter, zones, prices, reports, crew, registries, tip, moved, cancelled,
)  # fmt: skip
