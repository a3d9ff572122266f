"""Lines of a season as The Odds API would tell them: a past snapshot for every moment at which something was offered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from backcourt.sources.odds_api import requests
from backcourt.sources.simulated.wire.season import Document, Line, Season, as_json, utc

_EVEN = -110


def documents(season: Season) -> Iterator[Document]:
    """Game lines by date and moment, points lines by game and moment."""
    games = {game["game_id"]: game for game in season.games}
    for (day, at), lines in _grouped(season, "game_lines", "game_date").items():
        by_game = defaultdict(list)
        for line in lines:
            by_game[line["game_id"]].append(line)
        events = [_quoted(season, games[game_id], of_game) for game_id, of_game in by_game.items()]
        request = requests.game_lines_at(date.fromisoformat(day), utc(at))
        yield Document(request, as_json(_wrapped(events, utc(at))))
    for (game_id, at), lines in _grouped(season, "player_lines", "game_id").items():
        by_book = defaultdict(list)
        for line in lines:
            by_book[line["book"]].append(line)
        books = [_points_book(season, book, of_book) for book, of_book in by_book.items()]
        request = requests.player_points_at(_event_id(game_id), utc(at))
        yield Document(request, as_json(_wrapped(_event(season, games[game_id], books), utc(at))))


def _grouped(season: Season, table: str, by: str) -> dict[tuple[str, str], list[Line]]:
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in season.dated(table):
        groups[line[by], line["snapshot_at"]].append(line)
    return groups


def _wrapped(data: object, at: datetime) -> dict[str, object]:
    return {"timestamp": _text(at), "data": data}


def _event_id(game_id: str) -> str:
    return game_id.rjust(32, "e")


def _event(season: Season, game: Line, books: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": _event_id(game["game_id"]),
        "sport_key": "basketball_nba",
        "commence_time": _text(utc(game["tip_scheduled_at"])),
        "home_team": season.teams[game["home_team_id"]]["full_name"],
        "away_team": season.teams[game["away_team_id"]]["full_name"],
        "bookmakers": books,
    }


def _quoted(season: Season, game: Line, lines: Sequence[Line]) -> dict[str, Any]:
    home, away = (season.teams[game[f"{side}_team_id"]]["full_name"] for side in ("home", "away"))
    return _event(season, game, [_game_book(home, away, line) for line in lines])


def _game_book(home: str, away: str, line: Line) -> dict[str, Any]:
    """Moneylines, both sides of the spread and of the total."""
    spread, total = float(line["home_spread"]), float(line["total"])
    h2h = [{"name": home, "price": int(line["home_moneyline"])}, {"name": away, "price": int(line["away_moneyline"])}]
    spreads = [{"name": home, "price": _EVEN, "point": spread}, {"name": away, "price": _EVEN, "point": -spread}]
    totals = [{"name": side, "price": _EVEN, "point": total} for side in ("Over", "Under")]
    markets = {"h2h": h2h, "spreads": spreads, "totals": totals}
    return {"key": line["book"], "markets": [{"key": key, "outcomes": found} for key, found in markets.items()]}


def _points_book(season: Season, book: str, lines: Sequence[Line]) -> dict[str, Any]:
    outcomes = [
        {
            "name": side,
            "description": season.name_of(line["player_id"]),
            "price": int(line[column]),
            "point": float(line["line"]),
        }
        for line in lines
        for side, column in (("Over", "over_american"), ("Under", "under_american"))
    ]
    return {"key": book, "markets": [{"key": requests.POINTS_MARKET, "outcomes": outcomes}]}


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
