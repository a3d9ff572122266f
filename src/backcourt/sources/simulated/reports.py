"""The injury report before a game, as it was seen at three times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from backcourt.sources.simulated.market import FEED
from backcourt.sources.simulated.rosters import Health
from backcourt.sources.simulated.schedule import Fixture, at_eastern
from backcourt.sources.simulated.writer import Row, timestamp


def injury_rows(fixture: Fixture, team_id: int, player_id: int, health: Health, rng: Random) -> Iterator[Row]:
    """What the reports of the evening before, of noon and of the last hour say of a player; nothing of a well one."""
    if not health.reason:
        return
    evening, noon = at_eastern(fixture.game_date - timedelta(days=1), 17, 30), at_eastern(fixture.game_date, 12, 30)
    first = health.status
    if health.status == "out" and rng.random() < 0.12:
        first = "doubtful"
    elif health.status in ("questionable", "probable") and rng.random() < 0.3:
        first = "questionable"
    seen = [(noon, first), (fixture.tip - timedelta(minutes=45), health.status)]
    if rng.random() < 0.8:
        seen.insert(0, (evening, first))
    for moment, status in seen:
        row = (player_id, team_id, FEED, status, health.reason, timestamp(moment), "timed")
        yield fixture.game_date, *row
