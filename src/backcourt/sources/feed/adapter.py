"""The sources that are fetched: what each can be asked, and how its answers are read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from backcourt.sources.local.mapping import FileMapping, read_mapping
from backcourt.sources.nba_cdn import records as cdn
from backcourt.sources.nba_cdn import requests as cdn_requests
from backcourt.sources.nba_stats import records as stats
from backcourt.sources.nba_stats import requests as stats_requests
from backcourt.sources.payload import Batch, Payload, Request

HERE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Adapter:
    """A source by its folder: the documents of a season and of a game, and the parser of all of them.

    The first document of a game is its box score. `kinds` are those of its records that are ingested;
    `current_season_only` says that it has no past schedules; `data` is `simulated` for a league that is served in its shape.
    Where its box scores do not say whether the game is over (not `says_when_over`), a game is asked for when the schedule
    has it as final.
    """

    name: str
    parse: Callable[[Payload], list[Batch]]
    of_season: Callable[[str], Sequence[Request]]
    of_game: Callable[[str, date], Sequence[Request]]
    kinds: Collection[str]
    current_season_only: bool = False
    data: str = "real"
    says_when_over: bool = True

    @cached_property
    def mappings(self) -> tuple[FileMapping, ...]:
        """What becomes of its records, one mapping per kind that is ingested."""
        return tuple(self._mapping(kind) for kind in sorted(self.kinds))

    @cached_property
    def grown(self) -> tuple[str, ...]:
        """The kinds of which a game has only its own part: the players whom a box score names are no registry."""
        return tuple(kind for kind in sorted(self.kinds) if self._mapping(kind).grows)

    def _mapping(self, kind: str) -> FileMapping:
        return read_mapping(HERE / self.name / "mappings" / f"{kind}.yaml")


_KINDS = "games teams players player_box team_box did_not_play shots play_by_play".split()

ADAPTERS = {
    each.name: each
    for each in (
        Adapter(
            name=cdn_requests.SOURCE,
            parse=cdn.parse,
            of_season=lambda season: [cdn_requests.schedule(season)],
            of_game=lambda game, day: [cdn_requests.box(game, day), cdn_requests.plays(game, day)],
            kinds=(*_KINDS, "officials"),
            current_season_only=True,
        ),
        Adapter(
            name=stats_requests.SOURCE,
            parse=stats.parse,
            of_season=lambda season: [stats_requests.schedule(season), stats_requests.registry(season)],
            of_game=lambda game, day: [stats_requests.box(game, day), stats_requests.plays(game, day)],
            kinds=_KINDS,
            says_when_over=False,
        ),
    )
}
"""By the name that `backcourt ingest` and BACKCOURT_SOURCES give them."""
