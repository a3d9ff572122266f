"""The records in a payload of the NBA's statistics site."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backcourt.sources.nba.document import read
from backcourt.sources.nba.schedule import schedule_batches
from backcourt.sources.nba.shapes import ScheduleDocument
from backcourt.sources.nba_stats.box import box
from backcourt.sources.nba_stats.chart import chart
from backcourt.sources.nba_stats.logs import player_log, team_log
from backcourt.sources.nba_stats.plays import plays
from backcourt.sources.nba_stats.registry import registry
from backcourt.sources.nba_stats.requests import BOX, CHART, PLAYER_LOG, PLAYS, REGISTRY, SCHEDULE, TEAM_LOG
from backcourt.sources.payload import Batch, Payload, ShapeError


def _schedule(payload: Payload) -> list[Batch]:
    return schedule_batches(payload, read(payload, ScheduleDocument).leagueSchedule, payload.request.subject)


_PARSERS: Mapping[str, Callable[[Payload], list[Batch]]] = {
    SCHEDULE: _schedule,
    REGISTRY: registry,
    PLAYER_LOG: player_log,
    TEAM_LOG: team_log,
    BOX: box,
    PLAYS: plays,
    CHART: chart,
}


def parse(payload: Payload) -> list[Batch]:
    """The batches of a payload; raises ShapeError for one that is not what was asked for."""
    need = payload.request.need
    if need not in _PARSERS:
        raise ShapeError.at(payload, "request", f"there is no need {need!r}; known are {', '.join(_PARSERS)}")
    return _PARSERS[need](payload)
