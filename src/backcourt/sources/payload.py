"""What passes between the parts of a source: what is asked for, what came back, and the records that were in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from backcourt.errors import SourceError

Value = str | int | float | bool | None
Record = Mapping[str, Value]
"""One flat row of a source, in its own words; a mapping says what becomes of each column."""


@dataclass(frozen=True)
class Request:
    """One document of a source: where it is, and what it is about (a game, a date, a season).

    `params` may be shown and stored; a credential is no part of a request, the client adds it by `source`.
    `credits` is what it costs of a paid budget. `game_date` is the US/Eastern date that the schedule has for the game
    asked about, for documents that do not say it themselves.
    """

    source: str
    need: str
    subject: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = "application/json"
    credits: int = 0
    game_date: date | None = None

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in sorted(self.params.items()))
        return f"{self.url}?{query}" if query else self.url


@dataclass(frozen=True)
class Payload:
    """A document as it came: its bytes, what it answers, and when (UTC) it was fetched."""

    request: Request
    body: bytes
    fetched_at: datetime
    digest: str


@dataclass(frozen=True)
class Batch:
    """Records of one kind out of a payload: `kind` names their mapping, `game_date` and `game_id` what they are about.

    The kind `status` has no mapping and is never staged: its rows say what is there instead of a result. `subject` is
    the game (or whatever was asked for), `said` the source's words, `state` one of
      scheduled, live, postponed, cancelled   how the game stands; a live box score gives no other row
      placeholder, if_necessary               a game whose teams, or whose being played, other results decide
      exhibition                              no game of two of the 30 teams: nothing of it is stored
      empty                                   the answer is well formed and holds nothing
      partial                                 some rows of the game are there, so none of them is given
      unlinked                                an assist whose player the source does not tell apart
    """

    kind: str
    rows: Sequence[Record]
    season: str | None = None
    game_date: date | None = None
    game_id: str | None = None


class ShapeError(SourceError):
    """A payload is not in the documented shape; nothing of it is used."""

    @classmethod
    def at(cls, payload: Payload, where: str, said: str) -> ShapeError:
        return cls(
            f"{payload.request.source}, {payload.request.need} {payload.request.subject}: {where}: {said}.",
            f"The source may have changed its shape. Nothing of {payload.request} was used;"
            f" its bytes are archived as {payload.digest[:12]}.",
        )
