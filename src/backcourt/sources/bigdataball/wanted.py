"""What is wanted of a purchase: the file of each game that is over, below an address of the buyer's, or out of a folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path

from backcourt.errors import SourceError
from backcourt.sources.bigdataball.records import MAX_BYTES
from backcourt.sources.bigdataball.requests import SOURCE, play_by_play
from backcourt.sources.feed.age import FINAL
from backcourt.sources.feed.asked import Asked
from backcourt.sources.feed.games import Game
from backcourt.sources.http import Fetch
from backcourt.sources.payload import Request

KINDS = ("bigdataball_play_by_play", "bigdataball_shots")
NEED = "play_by_play"
_OF_GAME = re.compile(r".*-(\d{10})-.*\.csv")
_FOLDER = "file://"
"""What stands for a folder in an address: wherever it lies, its files are the same."""

_LATE = timedelta(days=3)
_SOON = timedelta(hours=6)


def wanted(asked: Asked) -> Iterator[Request]:
    """The files of the games that are over, where they lie below an address."""
    if _is_address(asked.place):
        yield from (_request(asked.place, game) for game in _over(asked))


def found(asked: Asked) -> list[Request]:
    """Take the files of a folder into the archive, as if they had been fetched; those that are there."""
    if not asked.place or _is_address(asked.place):
        return []
    files = _files(Path(asked.place).expanduser())
    requests = []
    for game in _over(asked):
        if game.game_id in files:
            requests.append(_request(_FOLDER, game))
            _keep(asked, requests[-1], files[game.game_id])
    return requests


def archived(asked: Asked) -> list[Fetch]:
    """The files of the games in scope."""
    return [fetch for game in asked.games for fetch in asked.answers(SOURCE, NEED, game.game_id)]


def max_age(asked: Asked, request: Request, newest: Fetch) -> timedelta:
    """A file is final; one that is missing may still be on its way some days after the game."""
    days = {game.game_id: game.game_date for game in asked.games}
    is_early = newest.digest is None and asked.today - days[request.subject] <= _LATE
    return _SOON if is_early else FINAL


def none_at(_: Request) -> Collection[int]:
    """A file that is not there yet, or was not bought."""
    return (404,)


def _over(asked: Asked) -> list[Game]:
    return [game for game in asked.games if game.is_final and game.home and game.away]


def _request(base: str, game: Game) -> Request:
    return play_by_play(base, game.game_id, game.game_date, game.away, game.home)


def _is_address(place: str) -> bool:
    return place.startswith(("http://", "https://"))


def _files(folder: Path) -> dict[str, Path]:
    """The files of a folder by the games in their names."""
    if not folder.is_dir():
        raise SourceError(f"{folder} is not a folder.", "Name the folder with the files that were bought.")
    matches = [(_OF_GAME.fullmatch(path.name), path) for path in sorted(folder.iterdir())]
    return {match[1]: path for match, path in matches if match}


def _keep(asked: Asked, request: Request, path: Path) -> None:
    """Archive a file unless it is the one that is there already."""
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)  # one that is larger is refused when it is read
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.", "Correct its rights.") from error
    newest = asked.archive.newest(request)
    if newest is None or newest.digest != hashlib.sha256(body).hexdigest():
        asked.archive.store(request, body, asked.now)
