"""The sources of snapshots: what each wants of the games in scope, given what the archive has, and how it is read.

A source says that in one place, `wanted`. It is asked for it again after each pull, until it wants nothing that was not
asked for yet: so the events of a date lead to the offers on each, and a first page to the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from backcourt.sources.bettingpros import records as pros
from backcourt.sources.bettingpros import requests as pros_requests
from backcourt.sources.bettingpros import wanted as pros_wanted
from backcourt.sources.bigdataball import records as ball
from backcourt.sources.bigdataball import requests as ball_requests
from backcourt.sources.bigdataball import wanted as ball_wanted
from backcourt.sources.espn import records as espn
from backcourt.sources.espn import requests as espn_requests
from backcourt.sources.espn import wanted as espn_wanted
from backcourt.sources.feed.asked import Asked
from backcourt.sources.http import Fetch
from backcourt.sources.injury_report import records as injury
from backcourt.sources.injury_report import requests as injury_requests
from backcourt.sources.injury_report import wanted as injury_wanted
from backcourt.sources.local.mapping import FileMapping, read_mapping
from backcourt.sources.odds_api import records as odds
from backcourt.sources.odds_api import requests as odds_requests
from backcourt.sources.odds_api import wanted as odds_wanted
from backcourt.sources.payload import Batch, Payload, Request

HERE = Path(__file__).resolve().parents[1]


def _none(_: Asked) -> Sequence[Request]:
    return ()


def _free(_: Asked) -> int:
    return 0


@dataclass(frozen=True)
class Follower:
    """A source of snapshots by its folder.

    `archived` finds the documents of the scope that became records, of whatever run; `max_age` says how long an archived
    answer serves. `later` is what the documents will cost in credits that are only discovered on the way. Without a scope
    the dates from `back` days ago to `ahead` days ahead are meant. `beside` are folders of sources whose code helps to read
    its documents. `found` takes documents into the archive that are not fetched; `needs_place` is the variable that says where
    the files of a purchase lie. Documents of the needs that are `replaced` are no snapshots: a newer one takes the place of the older;
    those of the needs that are `daily` say something anew on every day, though it be the same.
    """

    name: str
    parse: Callable[[Payload], list[Batch]]
    kinds: Collection[str]
    wanted: Callable[[Asked], Iterable[Request]]
    archived: Callable[[Asked], Iterable[Fetch]]
    max_age: Callable[[Asked, Request, Fetch], timedelta]
    none_at: Callable[[Request], Collection[int]]
    back: int
    ahead: int
    later: Callable[[Asked], int] = _free
    beside: tuple[str, ...] = ()
    found: Callable[[Asked], Sequence[Request]] = _none
    needs_place: str = ""
    replaced: Collection[str] = ()
    daily: Collection[str] = ()

    @cached_property
    def mappings(self) -> tuple[FileMapping, ...]:
        """What becomes of its records, one mapping per kind."""
        return tuple(read_mapping(HERE / self.name / "mappings" / f"{kind}.yaml") for kind in sorted(self.kinds))


FOLLOWERS = {
    each.name: each
    for each in (
        Follower(
            name=injury_requests.SOURCE,
            parse=injury.parse,
            kinds=(injury.KIND,),
            wanted=injury_wanted.wanted,
            archived=injury_wanted.archived,
            max_age=injury_wanted.max_age,
            none_at=injury_requests.none_at,
            back=30,
            ahead=1,
        ),
        Follower(
            name=odds_requests.SOURCE,
            parse=odds.parse,
            kinds=tuple(odds.KINDS.values()),
            wanted=odds_wanted.wanted,
            archived=odds_wanted.archived,
            max_age=odds_wanted.max_age,
            none_at=odds_requests.none_at,
            back=1,
            ahead=1,
            later=odds_wanted.later,
        ),
        Follower(
            name=pros_requests.SOURCE,
            parse=pros.parse,
            kinds=(pros.KIND,),
            wanted=pros_wanted.wanted,
            archived=pros_wanted.archived,
            max_age=pros_wanted.max_age,
            none_at=pros_requests.none_at,
            back=1,
            ahead=1,
        ),
        Follower(
            name=espn_requests.SOURCE,
            parse=espn.parse,
            kinds=espn_wanted.KINDS,
            wanted=espn_wanted.wanted,
            archived=espn_wanted.archived,
            max_age=espn_wanted.max_age,
            none_at=espn_wanted.none_at,
            back=1,
            ahead=0,
            replaced=(espn_wanted.SCOREBOARDS,),
            daily=(espn_wanted.ROSTERS,),
        ),
        Follower(
            name=ball_requests.SOURCE,
            parse=ball.parse,
            kinds=ball_wanted.KINDS,
            wanted=ball_wanted.wanted,
            archived=ball_wanted.archived,
            max_age=ball_wanted.max_age,
            none_at=ball_wanted.none_at,
            back=30,
            ahead=0,
            found=ball_wanted.found,
            needs_place="BACKCOURT_BIGDATABALL",
            replaced=(ball_wanted.NEED,),
        ),
    )
}
"""By the name that `backcourt ingest` and BACKCOURT_SOURCES give them."""
