"""Where the documents of the NBA's content network are."""

from __future__ import annotations

from datetime import date

from backcourt.sources.payload import Request

SOURCE = "nba_cdn"
SCHEDULE, BOX, PLAYS = "schedule", "box", "play_by_play"

_BASE = "https://cdn.nba.com/static/json"
# Without the referer of its own site and a browser's name it answers 403 (since 2026-05-12).
_HEADERS = {
    "Accept": "application/json, text/plain, */*",
    "Referer": "https://www.nba.com/",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36",
}


def schedule(season: str) -> Request:
    """The schedule file; it holds the current season, and `season` says which that is expected to be."""
    return Request(SOURCE, SCHEDULE, season, f"{_BASE}/staticData/scheduleLeagueV2_1.json", headers=_HEADERS)


def box(game_id: str, game_date: date | None = None) -> Request:
    """The box score of a game, with who did not play, and why, and its officials."""
    return _of_game(BOX, game_id, game_date, f"boxscore/boxscore_{game_id}.json")


def plays(game_id: str, game_date: date | None = None) -> Request:
    """The play-by-play of a game, with the zones of its shots."""
    return _of_game(PLAYS, game_id, game_date, f"playbyplay/playbyplay_{game_id}.json")


def _of_game(need: str, game_id: str, game_date: date | None, path: str) -> Request:
    return Request(SOURCE, need, game_id, f"{_BASE}/liveData/{path}", headers=_HEADERS, game_date=game_date)
