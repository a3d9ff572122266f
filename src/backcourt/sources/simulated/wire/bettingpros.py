"""Points lines of a season as BettingPros would tell them: the books' main lines as they stood each time it is asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backcourt.sources.bettingpros import requests
from backcourt.sources.simulated.wire.season import Document, Line, Season, as_json, utc

BOOKS: Mapping[str, int] = {"Alder": 901, "Birch": 902, "Cedar": 903}
"""The numbers of the league's books."""
_PAGE = 10


def documents(season: Season) -> Iterator[Document]:
    """Pages of offers on every game, for each look of its books: asked when the last of them had moved."""
    events = {game["game_id"]: _event(season, game) for game in season.games}
    for (game_id, _), lines in _looks(season).items():
        asked = max(utc(line["snapshot_at"]) for line in lines)
        players: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            players[line["player_id"]].append(line)
        offers = [_offer(season, events[game_id], player, of_player) for player, of_player in players.items()]
        pages = -(-len(offers) // _PAGE)
        for page in range(1, pages + 1):
            listed = offers[_PAGE * (page - 1) : _PAGE * page]
            body = {"offers": listed, "_pagination": {"page": page, "total_pages": pages}}
            yield Document(requests.offers(events[game_id], page), as_json(body), asked)


def _event(season: Season, game: Line) -> requests.Event:
    teams = (season.teams.get(game[f"{side}_team_id"]) for side in ("home", "away"))
    home, away = (team["tricode"] if team else "STAR" for team in teams)
    return requests.Event(int(game["game_id"]), utc(game["tip_scheduled_at"]), home=home, visitor=away)


def _looks(season: Season) -> dict[tuple[str, int], list[Line]]:
    """The lines of a game by how often a book had been looked at."""
    looks: dict[tuple[str, int], list[Line]] = defaultdict(list)
    seen: Counter[tuple[str, str]] = Counter()
    before: dict[tuple[str, str], str] = {}
    for line in season.dated("player_lines"):
        book = line["game_id"], line["book"]
        if before.get(book) != line["snapshot_at"]:
            before[book] = line["snapshot_at"]
            seen[book] += 1
        looks[line["game_id"], seen[book]].append(line)
    return looks


def _offer(season: Season, event: requests.Event, player: str, lines: Sequence[Line]) -> dict[str, Any]:
    return {
        "market_id": requests.POINTS_MARKET,
        "event_id": event.id,
        "participants": [{"name": season.name_of(player)}],
        "selections": [
            {"selection": side, "books": [_book(line, f"{side}_american") for line in lines]}
            for side in ("over", "under")
        ],
    }


def _book(line: Line, column: str) -> dict[str, Any]:
    quote = {"line": float(line["line"]), "cost": int(line[column]), "updated": line["snapshot_at"], "main": True}
    return {"id": BOOKS[line["book"]], "lines": [quote]}
