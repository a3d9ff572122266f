"""Box scores counted from the events of a game, and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from backcourt.sources.simulated.writer import Row

# The order of the counts in the box tables.
COUNTS = 15
POINTS, FG, THREE, FT, OFFENSIVE, DEFENSIVE, ASSISTS, STEALS, BLOCKS, TURNOVERS, FOULS, PLUS_MINUS = (
    0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14,
)  # fmt: skip
_SIMPLE = {"steal": STEALS, "block": BLOCKS, "turnover": TURNOVERS, "foul": FOULS}


class Box:
    """The lines of one game by player id: fifteen counts, and whole seconds on court."""

    def __init__(self, events: Sequence[Row], starters: Sequence[str], home: frozenset[str]) -> None:
        self.lines: dict[str, list[int]] = {player: [0] * COUNTS for player in starters}
        self.seconds = dict.fromkeys(starters, 0)
        self._home = home
        self._since = dict.fromkeys(starters, (0, 0))  # when who is on court came on, and the margin then
        self._count(events)

    def appeared(self, player: str) -> bool:
        """Time on court or any statistic; the margin while he was on is none."""
        return player in self.lines and (self.seconds[player] > 0 or any(self.lines[player][:PLUS_MINUS]))

    def team(self, players: frozenset[str]) -> list[int]:
        """The sums of a team's lines; its plus-minus is the final margin."""
        sums = [sum(line[place] for player, line in self.lines.items() if player in players) for place in range(COUNTS)]
        return [*sums[:PLUS_MINUS], sums[PLUS_MINUS] // 5]

    def _count(self, events: Sequence[Row]) -> None:
        lines, now, margin = self.lines, 0, 0
        shooting_team = ""
        for event in events:
            period, clock_ms, kind, player, team, made, points = event[5:12]
            assist, home, away = event[15], event[22], event[23]
            if kind == "2pt" or kind == "3pt" or kind == "freethrow":
                self._shot(lines[player], kind, made == "true", points)
                shooting_team, margin = team, home - away
                if assist:
                    lines[assist][ASSISTS] += 1
            elif not player:  # an event of the team: nobody's
                continue
            elif kind == "rebound":
                lines[player][OFFENSIVE if team == shooting_team else DEFENSIVE] += 1
            elif kind == "substitution":
                now = elapsed(period, clock_ms)
                self._pass_the_door(player, now, margin)
            else:
                lines[player][_SIMPLE[kind]] += 1
        end = elapsed(events[-1][5], 0)
        for player in list(self._since):
            self._pass_the_door(player, end, margin)

    @staticmethod
    def _shot(line: list[int], kind: str, made: bool, points: int) -> None:
        line[POINTS] += points
        if kind == "freethrow":
            line[FT] += made
            line[FT + 1] += 1
            return
        line[FG] += made
        line[FG + 1] += 1
        if kind == "3pt":
            line[THREE] += made
            line[THREE + 1] += 1

    def _pass_the_door(self, player: str, now: int, margin: int) -> None:
        """A substitution takes off who is on court and puts on who is not."""
        if player not in self._since:
            self._since[player] = (now, margin)
            self.lines.setdefault(player, [0] * COUNTS)
            self.seconds.setdefault(player, 0)
            return
        came, margin_then = self._since.pop(player)
        self.seconds[player] += now - came
        gained = margin - margin_then
        self.lines[player][PLUS_MINUS] += gained if player in self._home else -gained


def elapsed(period: int, clock_ms: int) -> int:
    """Whole seconds since the tip-off."""
    past = 720 * (period - 1) if period <= 5 else 2880 + 300 * (period - 5)
    return past + (720 if period <= 4 else 300) - clock_ms // 1000


def team_minutes(periods: int) -> int:
    """Minutes of five players: 240, and 25 for every overtime."""
    return 240 + 25 * (periods - 4)
