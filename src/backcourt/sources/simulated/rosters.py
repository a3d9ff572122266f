"""A season off the court: trades and call-ups, injuries, and who can play on a date."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from backcourt.sources.simulated.people import Player, Squads
from backcourt.sources.simulated.teams import Team
from backcourt.sources.simulated.writer import Row

_SPELL_HAZARD = 0.0085  # new injuries per healthy player and day
_NEWSWORTHY = 9  # players of a squad on whom there are late decisions: the others might sit anyway
_PARTS = ("Knee", "Ankle", "Hamstring", "Back", "Shoulder", "Groin", "Wrist", "Foot", "Calf", "Thumb", "Hip")
_KINDS = ("Sprain", "Soreness", "Strain", "Contusion", "Inflammation")


@dataclass(frozen=True, slots=True)
class Health:
    """The truth about a player on a date, and what the last report before the game will call it."""

    plays: bool
    status: str
    reason: str


HEALTHY = Health(True, "available", "")
State = tuple[Player, Health]
States = dict[Team, list[State]]


class Rosters:
    """Who belongs to which team on every date of a season."""

    def __init__(self, seed: int, season: int, squads: Squads, first: date, opening: date, last: date) -> None:
        self._rng = Random(f"{seed}/{season}/rosters")
        self._seed = f"{seed}/{season}/health"
        self._first, self._opening, self._last = first, opening, last
        self.moves: list[Row] = []
        self._starts: list[date] = []
        self._states: list[dict[int, tuple[Player, ...]]] = []
        self._run(squads)
        squads_seen = [squad for state in self._states for squad in state.values()]
        self.players = {player.player_id: player for squad in squads_seen for player in squad}
        self._spells = {player_id: list(self._spells_of(player_id)) for player_id in sorted(self.players)}

    def on(self, day: date) -> dict[int, tuple[Player, ...]]:
        """The squads of a date, best player first."""
        return self._states[max(0, bisect_right(self._starts, day) - 1)]

    def states(self, team_id: int, day: date, rng: Random) -> list[State]:
        """The squad of a date, best player first, and whether each can play."""
        squad = self.on(day)[team_id]
        return [(player, self._health(player, day, place < _NEWSWORTHY, rng)) for place, player in enumerate(squad)]

    def _health(self, player: Player, day: date, newsworthy: bool, rng: Random) -> Health:
        """Hurt for a spell, or a late decision, or well."""
        for start, end, reason in self._spells[player.player_id]:
            if start <= day <= end:
                return Health(False, "out", reason)
        # Late decisions are called first and decided after, so that half of the questionable play.
        call = rng.random()
        if call > 0.067 or not newsworthy:
            return HEALTHY
        reason = _reason(rng)
        if call < 0.027:
            return Health(rng.random() < 0.5, "questionable", reason)
        if call < 0.034:
            return Health(rng.random() < 0.2, "doubtful", reason)
        return Health(rng.random() < 0.94, "probable", reason)

    def snapshots(self) -> Iterator[Row]:
        """Rows of the roster table: every squad, once a week, at noon UTC."""
        day = self._first
        while day <= self._last:
            for team, squad in self.on(day).items():
                for place, player in enumerate(squad):
                    status = "two_way" if place >= 15 else "active"
                    yield day, team, player.player_id, f"{day} 12:00:00", status
            day += timedelta(days=7)

    def transactions(self) -> list[Row]:
        """Rows of the transaction table, by date."""
        rows = [*self.moves, *self._list_moves()]
        return sorted(rows, key=lambda row: (row[0], row[1], row[3]))

    def _run(self, squads: Squads) -> None:
        state = {team: tuple(squad) for team, squad in squads.by_team.items()}
        self._keep(self._first, state)
        agents = list(squads.free_agents)
        for day, kind in self._plan(len(state), len(agents)):
            state = self._trade(day, state) if kind == "trade" else self._call_up(day, state, agents.pop())
            self._keep(day, state)

    def _keep(self, day: date, state: dict[int, tuple[Player, ...]]) -> None:
        self._starts.append(day)
        self._states.append(state)

    def _plan(self, teams: int, agents: int) -> list[tuple[date, str]]:
        """Dates of trades, in the middle of the season, and of call-ups, all through it."""
        rng, days = self._rng, (self._last - self._opening).days
        trades = [(int(days * (0.30 + 0.18 * rng.random())), "trade") for _ in range(max(1, teams // 3))]
        calls = [(int(days * (0.08 + 0.55 * rng.random())), "call") for _ in range(agents)]
        return [(self._opening + timedelta(days=offset), kind) for offset, kind in sorted(trades + calls)]

    def _trade(self, day: date, state: dict[int, tuple[Player, ...]]) -> dict[int, tuple[Player, ...]]:
        one, other = self._rng.sample(sorted(state), 2)
        depth = 2 + int(8 * self._rng.random())
        going, coming = state[one][depth], state[other][depth]
        for player, old, new in ((going, one, other), (coming, other, one)):
            self.moves.append((day, player.player_id, old, "traded_out", f"traded {player.name}"))
            self.moves.append((day, player.player_id, new, "traded_in", f"acquired {player.name}"))
        return {**state, one: _swap(state[one], going, coming), other: _swap(state[other], coming, going)}

    def _call_up(self, day: date, state: dict[int, tuple[Player, ...]], agent: Player) -> dict[int, tuple[Player, ...]]:
        team = self._rng.choice(sorted(state))
        leaving = state[team][-1 - int(2 * self._rng.random())]
        self.moves.append((day, leaving.player_id, team, "waived", f"waived {leaving.name}"))
        self.moves.append((day, agent.player_id, team, "signed", f"signed {agent.name} to a 10-day contract"))
        return {**state, team: _swap(state[team], leaving, agent)}

    def _spells_of(self, player_id: int) -> Iterator[tuple[date, date, str]]:
        rng = Random(f"{self._seed}/{player_id}")
        day = self._first
        while True:
            day += timedelta(days=1 + int(rng.expovariate(_SPELL_HAZARD)))
            if day > self._last:
                return
            kind = rng.random()
            mean = 2 if kind < 0.5 else 12 if kind < 0.85 else 50
            end = day + timedelta(days=int(rng.expovariate(1 / mean)))
            yield day, end, _reason(rng)
            day = end

    def _list_moves(self) -> Iterator[Row]:
        """Placements on and activations from the injured list: spells of a week and more of players under contract."""
        for player_id, spells in self._spells.items():
            for start, end, reason in spells:
                team = self._team_of(player_id, start)
                if (end - start).days < 7 or team is None:
                    continue
                injury = reason.split(" - ")[1].lower()
                yield start, player_id, team, "injured_list_placed", f"placed on IL with {injury}"
                back = end + timedelta(days=1)
                team = self._team_of(player_id, back)
                if back <= self._last and team is not None:
                    yield back, player_id, team, "injured_list_activated", "activated from IL"

    def _team_of(self, player_id: int, day: date) -> int | None:
        return next((team for team, squad in self.on(day).items() if _has(squad, player_id)), None)


def _has(squad: Iterable[Player], player_id: int) -> bool:
    return any(player.player_id == player_id for player in squad)


def _swap(squad: tuple[Player, ...], going: Player, coming: Player) -> tuple[Player, ...]:
    squad = (*(player for player in squad if player is not going), coming)
    return tuple(sorted(squad, key=lambda player: (-player.talent, player.player_id)))


def _reason(rng: Random) -> str:
    side = ("Left", "Right")[rng.random() < 0.5]
    return f"Injury/Illness - {side} {rng.choice(_PARTS)}; {rng.choice(_KINDS)}"
