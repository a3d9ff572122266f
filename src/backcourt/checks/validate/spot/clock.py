"""How long a player was on court, from the line-ups of the events of a game."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from backcourt.checks.validate.spot.raw import Line, Raw

QUARTER_MS, OVERTIME_MS = 720_000, 300_000
WITHIN_SECONDS = 60


class Clock:
    """Playing time by game and player; each game is gone through once."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._known: dict[str, dict[int, tuple[int, int]]] = {}

    def seconds(self, line: Line) -> int | None:
        """Exact seconds of the box score, else those of the line-ups if they are within a minute of its whole minutes."""
        if line.seconds_quality == "exact":
            exact: int | None = line.seconds_played
            return exact
        estimate = self._estimate(line)
        printed: int | None = line.seconds_played
        return printed if estimate is None else estimate[0]

    def quality(self, line: Line) -> str | None:
        """Where they come from."""
        if line.seconds_played is None or line.seconds_quality == "exact":
            return None if line.seconds_played is None else "exact"
        return "whole_minutes" if self._estimate(line) is None else "estimated"

    def fourth_quarter(self, line: Line) -> int | None:
        """Seconds in the fourth quarter, where the line-ups are believed."""
        estimate = self._estimate(line)
        return None if estimate is None else estimate[1]

    def _estimate(self, line: Line) -> tuple[int, int] | None:
        on_court = self._on_court(line.game_id).get(line.player_id)
        if on_court is None or line.seconds_played is None or abs(on_court[0] - line.seconds_played) > WITHIN_SECONDS:
            return None
        return on_court

    def _on_court(self, game_id: str) -> dict[int, tuple[int, int]]:
        if self._raw.is_collecting:
            self._raw.events(game_id)
            return {}
        if game_id not in self._known:
            self._known[game_id] = on_court(self._raw.events(game_id))
        return self._known[game_id]


def on_court(events: list[tuple[Any, ...]]) -> dict[int, tuple[int, int]]:
    """Per player the seconds in all and in the fourth quarter, to the nearest.

    The line-up after the last event at a clock stands until the next clock; that of a period's first event from its start.
    """
    periods: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for period, clock, index, players, *_ in events:
        if players is not None:
            periods[period].append((index, clock, players))
    all_ms: dict[int, int] = defaultdict(int)
    fourth_ms: dict[int, int] = defaultdict(int)
    for period, told in periods.items():
        told.sort()
        last_at = {clock: players for _, clock, players in told}
        clocks = sorted(last_at, reverse=True)
        length = QUARTER_MS if period <= 4 else OVERTIME_MS
        stretches = [(length - clocks[0], told[0][2])]
        stretches += [(clock - after, last_at[clock]) for clock, after in zip(clocks, [*clocks[1:], 0], strict=True)]
        for ms, players in stretches:
            if ms > 0:
                for player in players.split("|"):
                    all_ms[int(player)] += ms
                    if period == 4:
                        fourth_ms[int(player)] += ms
    return {player: ((ms + 500) // 1000, (fourth_ms[player] + 500) // 1000) for player, ms in list(all_ms.items())}
