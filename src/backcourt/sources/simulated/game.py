"""One game, possession by possession; the box score is counted where its event is written, so the two agree."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

from backcourt.sources.simulated.court import MID_RANGE, PAINT, THREE, Zone
from backcourt.sources.simulated.sides import Seat, Side
from backcourt.sources.simulated.writer import boolean

Event = dict[str, Any]

_QUARTER, _OVERTIME = 720, 300
_MOST_FOULS, _BONUS_FOULS, _MOST_TIMEOUTS = 5, 5, 7
_COMMON_FOUL, _TURNOVER = 0.080, 0.117  # per chance: the stretch from gaining the ball to a shot or its loss
_TEAM_TURNOVER, _STOLEN = 0.05, 0.545
_TIMEOUT, _TECHNICAL, _CHANGES, _DEAD_AFTER_BASKET = 0.195, 0.025, 0.37, 0.045  # per stoppage; per basket
_KEEPS_MISS, _KEEPS_THROW = 0.277, 0.16  # the offence's share of rebounds
_OUT = {True: 0.21, False: 0.09}  # share of those of the offence, and of the defence, that are a team's
_FAST_BREAK = {"steal": 0.60, "rebound": 0.19}  # by how the ball was won
_EASIER_FAST, _EASIER_SECOND = 0.065, 0.045  # the defence is out of place
_HOME_EDGE = 0.0066  # on every shot of the home team, and taken from every shot of the visitors
_EQUALISER, _LATE_EQUALISER = 0.0010, 0.045  # on a shot, per point behind: real leads shrink faster than luck explains
_KEPT = ""  # the ball did not change hands

_FG, _THREE, _FT = (("fg_attempted", "fg_made"), ("three_attempted", "three_made"), ("ft_attempted", "ft_made"))
_SHOTS = {"2pt": (_FG,), "3pt": (_FG, _THREE), "freethrow": (_FT,)}
_ACTS = {"steal": "steals", "block": "blocks", "turnover": "turnovers", "foul": "fouls"}
_ROLES = ("assist_player_id", "block_player_id", "steal_player_id", "foul_drawn_player_id")
_FLAG_NAMES = ("is_fast_break", "is_second_chance", "is_from_turnover")
_FLAGS: dict[tuple[bool, ...], Event] = {
    flags: dict(zip(_FLAG_NAMES, map(boolean, flags), strict=True)) for flags in product((False, True), repeat=3)
}


class Game:
    """Plays one game; `events` and `shots` are rows of the raw tables, the box score is with the sides' seats."""

    def __init__(self, key: Event, home: Side, away: Side, rng: Random, *, neutral: bool) -> None:
        self.home, self.away, self.rng = home, away, rng
        self._edge: float = 0.0 if neutral else _HOME_EDGE
        self.offence, self.defence = home, away
        self.events: list[Event] = []
        self.shots: list[Event] = []
        self.period = self.clock = self.played = 0
        self._moment = (False, False, False)  # on a fast break, after an offensive rebound, after a turnover
        nulls = dict.fromkeys(("free_throw_number", "free_throw_total", "free_throw_kind", *_ROLES), "")
        self._now = {**key, **nulls, **_FLAGS[self._moment], "score_home": 0, "score_away": 0}
        self._show_court()

    def play(self) -> None:
        """Four quarters, and overtimes until it is decided."""
        tip = self.rng.sample((self.home, self.away), 2)
        while self.period < 4 or self.home.points == self.away.points:
            self.offence, self.defence = tip if self.period % 3 == 0 else tip[::-1]
            self.period += 1
            self.clock = _QUARTER if self.period <= 4 else _OVERTIME
            self._now["period"], self._now["clock_ms"] = self.period, 1000 * self.clock
            self.home.team_fouls = self.away.team_fouls = 0
            self._substitute()
            won = "start"
            while self.clock > 0:
                won = self._possession(won)
                self.offence, self.defence = self.defence, self.offence

    def _possession(self, won: str) -> str:
        """Play until the ball changes hands; says how it did."""
        rng = self.rng
        self._moment = (rng.random() < _FAST_BREAK.get(won, 0.02), False, won in ("steal", "turnover"))
        least, more = (2.0, 5.0) if self._moment[0] else (6.6, 15.95)
        seconds = int(self.offence.style["pace"] * (least + more * rng.random()))
        while self._run_clock(seconds):
            draw = rng.random()
            if draw < _COMMON_FOUL:
                lost = self._foul(self.offence.pick("usage", rng), 0)
            elif draw < _COMMON_FOUL + _TURNOVER:
                lost = self._lose_ball()
            else:
                lost = self._attempt()
            if lost != _KEPT:
                return lost
            seconds = 2 + int(10 * rng.random() ** 2)
        return "end"

    def _run_clock(self, seconds: int) -> bool:
        """Let time pass for the ten on court; False when the period ends before anything happens."""
        in_time = seconds < self.clock or (self.clock > 1 and self.rng.random() < 0.7)
        seconds = min(seconds, self.clock - in_time)
        self.clock -= seconds
        self._now["clock_ms"] = 1000 * self.clock
        self.played += seconds
        for seat in self.home.five + self.away.five:
            seat.seconds += seconds
        return in_time

    def _lose_ball(self) -> str:
        offence, defence, draw = self.offence, self.defence, self.rng.random()
        thief = defence.pick("steal", self.rng) if draw < _STOLEN else None
        steal: Event = {"steal_player_id": thief.player_id} if thief else {}
        seat = offence.pick("usage", self.rng) if draw < 1 - _TEAM_TURNOVER else None
        self._event("turnover", offence, seat, **steal, **_FLAGS[self._moment])
        if thief:
            self._event("steal", defence, thief)
        else:
            self._stoppage()
        return "steal" if thief else "turnover"

    def _attempt(self) -> str:
        """A shot, or the foul that stops one."""
        rng = self.rng
        shooter = self.offence.pick("usage", rng)
        zone = self._zone(shooter)
        if rng.random() < zone.stopped:
            return self._foul(shooter, zone.value)
        if not self._shoot(shooter, zone):
            return self._rebound(_KEEPS_MISS)
        if rng.random() < zone.and_one:
            return self._foul(shooter, 1)
        if rng.random() < _DEAD_AFTER_BASKET:
            self._stoppage()
        return "made"

    def _zone(self, shooter: Seat) -> Zone:
        draw, fast = self.rng.random(), self._moment[0]
        three = shooter.skills["three"] * (0.6 if fast else 1.0)
        if draw < three:
            return THREE
        return MID_RANGE if not fast and draw < three + (1 - three) * shooter.skills["mid_range"] else PAINT

    def _shoot(self, shooter: Seat, zone: Zone) -> bool:
        rng, offence, defence = self.rng, self.offence, self.defence
        where, luck = zone.spots[int(len(zone.spots) * rng.random())]
        made = rng.random() < shooter.skills[f"make_{zone.name}"] + luck + self._advantage()
        details: Event = dict(_FLAGS[self._moment])
        blocker = defence.pick("block", rng) if not made and rng.random() < zone.blocked else None
        if blocker:
            details["block_player_id"] = blocker.player_id
        if made and rng.random() < zone.assisted * offence.style["passing"]:
            while (helper := offence.pick("assist", rng)) is shooter:
                pass
            details["assist_player_id"] = helper.player_id
            helper.counts["assists"] += 1
        event = self._event(f"{zone.value}pt", offence, shooter, made * zone.value, **details)
        self.shots.append({**event, **where, "shot_value": zone.value})
        if blocker:
            self._event("block", defence, blocker)
        return made

    def _advantage(self) -> float:
        """What the sides and the moment add to a shot; close games stay close at the end."""
        offence, margin = self.offence, self.offence.points - self.defence.points
        late = self.period >= 4 and self.clock < 150 and abs(margin) <= 8
        chance = (
            offence.style["attack"] - self.defence.style["defence"] - margin * (_LATE_EQUALISER if late else _EQUALISER)
        )
        chance += self._edge if offence.is_home else -self._edge
        return chance + _EASIER_FAST * self._moment[0] + _EASIER_SECOND * self._moment[1]

    def _trip(self, shooter: Seat, throws: int) -> str:
        """A trip to the free-throw line."""
        made = False
        for throw in range(1, throws + 1):
            trip = {"free_throw_number": throw, "free_throw_total": throws, "free_throw_kind": "personal"}
            made = self._throw(self.offence, shooter, trip | _FLAGS[self._moment])
            if not made and throw < throws:
                self._event("rebound", self.offence)
        if not made:
            return self._rebound(_KEEPS_THROW)
        self._stoppage()
        return "made"

    def _throw(self, side: Side, shooter: Seat, details: Event) -> bool:
        made = self.rng.random() < shooter.skills["free_throw"]
        self._event("freethrow", side, shooter, int(made), **details)
        return made

    def _rebound(self, own: float) -> str:
        """Who gets a miss: a player, or a team when the ball is out."""
        if not self._run_clock(1 + (self.rng.random() < 0.4)):
            return "end"
        kept = self.rng.random() < own * self.offence.style["boards"]
        out = self.rng.random() < _OUT[kept]
        if kept:
            self._moment = (False, True, self._moment[2])
        side, skill = (self.offence, "offensive_rebound") if kept else (self.defence, "defensive_rebound")
        self._event("rebound", side, None if out else side.pick(skill, self.rng))
        if out:
            self._stoppage()
        return _KEPT if kept else "rebound"

    def _foul(self, drawn: Seat, throws: int) -> str:
        """A foul and what it is worth; one away from a shot is worth two throws in the bonus, else only the ball."""
        side = self.defence
        fouler = side.pick("foul", self.rng)
        if fouler.counts["fouls"] == _MOST_FOULS:  # nobody is ever sent off: he leaves it to a careful team-mate
            fouler = min(side.five, key=lambda seat: seat.counts["fouls"])
        side.team_fouls += 1
        self._event("foul", side, fouler, foul_drawn_player_id=drawn.player_id)
        if throws or side.team_fouls >= _BONUS_FOULS:
            return self._trip(drawn, throws or 2)
        self._stoppage()
        return _KEPT

    def _stoppage(self) -> None:
        """The ball is dead: perhaps a timeout, perhaps a technical on a bench, and then substitutions."""
        rng = self.rng
        caller, other = (self.home, self.away)[:: 1 if rng.random() < 0.5 else -1]
        if rng.random() < _TIMEOUT and caller.timeouts < _MOST_TIMEOUTS:
            caller.timeouts += 1
            self._event("timeout", caller)
        if rng.random() < _TECHNICAL:
            self._event("foul", caller)
            best = max(other.five, key=lambda seat: seat.skills["free_throw"])
            self._throw(other, best, {"free_throw_number": 1, "free_throw_total": 1, "free_throw_kind": "technical"})
        if rng.random() < _CHANGES:
            self._substitute()

    def _substitute(self) -> None:
        """Two events for each who comes, as in real play-by-play: one goes, then one comes."""
        lead = abs(self.home.points - self.away.points)
        decided = self.period == 4 and self.clock < 400 and lead > 16 + self.clock / 25
        for side in (self.home, self.away):
            wanted, five = side.wanted(self.played, decided), side.five
            coming = [seat for seat in wanted if seat not in five]
            for out, seat in zip([seat for seat in five if seat not in wanted], coming, strict=True):
                rest = [other for other in side.five if other is not out]
                for on_court, who in ((rest, out), ([*rest, seat], seat)):
                    side.field(on_court)
                    self._show_court()
                    self._event("substitution", side, who)

    def _show_court(self) -> None:
        self._now["players_on"] = "|".join(sorted([seat.player_id for seat in self.home.five + self.away.five]))

    def _event(
        self, kind: str, side: Side, seat: Seat | None = None, points: int | None = None, **details: Any
    ) -> Event:
        """Write an event and count it; one with points, if none, is an attempt to score."""
        if seat:
            self._count(kind, side, seat, points or 0)
        number = len(self.events) + 1
        event = {**self._now, "event_index": number, "action_number": 2 * number, "action_type": kind, **details}
        event["team_id"], event["player_id"] = side.team_id, seat.player_id if seat else ""
        event["made"], event["points"] = "" if points is None else boolean(points > 0), points or 0
        self.events.append(event)
        return event

    def _count(self, kind: str, side: Side, seat: Seat, points: int) -> None:
        counts = seat.counts
        for attempted, made in _SHOTS.get(kind, ()):
            counts[attempted] += 1
            counts[made] += points > 0
        if kind in _ACTS:
            counts[_ACTS[kind]] += 1
        elif kind == "rebound":
            counts["rebounds_offensive" if side is self.offence else "rebounds_defensive"] += 1
        elif points:
            counts["points"] += points
            side.points += points
            self._now["score_home"], self._now["score_away"] = self.home.points, self.away.points
            for each in (self.home, self.away):
                for on in each.five:
                    on.counts["plus_minus"] += points if each is side else -points
