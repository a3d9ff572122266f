"""One game, possession by possession: the events of its play-by-play and its shots.

Everything else about a game (box scores, scores, minutes) is counted from the events, so nothing can disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from random import Random

from backcourt.sources.simulated.sides import Seat, Side
from backcourt.sources.simulated.spots import MID_RANGE, PAINT, SPOTS_PER_ZONE, THREE, Spot
from backcourt.sources.simulated.writer import Row

QUARTER, OVERTIME = 720, 300
FOUL_OUT, BONUS_FOULS, TIMEOUTS = 6, 5, 7
COMMON_FOUL, TURNOVER = 0.057, 0.119  # per chance: the stretch from gaining the ball to a shot or its loss
STEALS_BREAK, REBOUNDS_BREAK = 0.60, 0.19  # share of possessions that become a fast break
EQUALISER = 0.0010  # on a shot, per point behind: real leads shrink faster than luck alone explains
HOME_EDGE = 0.0066  # on every shot of the home team, and taken from every shot of the visitors
NO_TRIP: tuple[str, str, str] = ("", "", "")
Flags = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What happens to shots from a zone: spots and chances, before who shoots and who defends."""

    spots: Sequence[Spot]
    stopped: float  # by a foul
    and_one: float  # of those made
    blocked: float  # of those missed
    assisted: float  # of those made


_THREE = _Kind(THREE, 0.0059, 0.0075, 0.0131, 0.832)
_MID_RANGE = _Kind(MID_RANGE, 0.03, 0.016, 0.040, 0.437)
_PAINT = _Kind(PAINT, 0.099, 0.062, 0.235, 0.53)


class Game:
    """Plays one game; `events` and `shots` are rows of the raw tables, `starters` the ten who began."""

    def __init__(self, key: tuple[str, str, str], home: Side, away: Side, rng: Random, neutral: bool = False) -> None:
        self.game_id, self.date, self.season = key
        self.home, self.away, self.rng = home, away, rng
        self.edge = 0.0 if neutral else HOME_EDGE
        self.events: list[Row] = []
        self.shots: list[Row] = []
        self.starters = [seat.player_id for side in (home, away) for seat in side.five]
        self.period = self.clock = self.past = self.number = 0
        self.players_on = ""
        self._show_court()

    def play(self) -> None:
        """Four quarters, and overtimes until it is decided."""
        tip = [self.home, self.away]
        if self.rng.random() < 0.5:
            tip.reverse()
        for period in range(1, 5):
            self._period(period, QUARTER, tip[period in (2, 3)], tip[period not in (2, 3)])
        while self.home.points == self.away.points:
            first = self.rng.random() < 0.5
            self._period(self.period + 1, OVERTIME, tip[first], tip[not first])

    def _period(self, period: int, length: int, offence: Side, defence: Side) -> None:
        self.past += self.clock_of(self.period)
        self.period, self.clock = period, length
        for side in (self.home, self.away):
            side.team_fouls = 0
            if period > 1:
                self._substitute(side, 90)
        origin = "start"
        while self.clock > 0:
            origin = self._possession(offence, defence, origin)
            offence, defence = defence, offence

    @staticmethod
    def clock_of(period: int) -> int:
        """Seconds of a period; none before the first."""
        return 0 if period < 1 else QUARTER if period <= 4 else OVERTIME

    @property
    def now(self) -> int:
        """Seconds since the tip-off."""
        return self.past + self.clock_of(self.period) - self.clock

    def _possession(self, offence: Side, defence: Side, origin: str) -> str:
        """Play until the ball changes hands; says how it did."""
        rng = self.rng
        fast = rng.random() < (STEALS_BREAK if origin == "steal" else REBOUNDS_BREAK if origin == "rebound" else 0.02)
        turned = "true" if origin in ("steal", "turnover") else "false"
        seconds = 2 + int(5 * rng.random()) if fast else self._patience(offence)
        flags: Flags = ("true" if fast else "false", "false", turned)
        while True:
            if not self._run_clock(seconds):
                return "end"
            draw = 0.0 if self._must_foul(offence) else rng.random()
            if draw < COMMON_FOUL:
                end = self._common_foul(offence, defence, flags)
                if end:
                    return end
                seconds = 3 + int(9 * rng.random())
                continue
            if draw < COMMON_FOUL + TURNOVER:
                return self._turnover(offence, defence, flags)
            end = self._attempt(offence, defence, fast, flags)
            if end:
                return end
            fast = False
            flags = ("false", "true", turned)  # the offence has its own rebound
            seconds = 2 if rng.random() < 0.45 else 4 + int(10 * rng.random())

    def _patience(self, offence: Side) -> int:
        """Seconds to the first action: longer with a late lead, and to the last second of a quarter."""
        seconds = int(offence.pace * (6.6 + 16.6 * self.rng.random()))
        if self.clock < 34 and self.clock > 24 and self.rng.random() < 0.6:
            return self.clock - 29 if self.clock > 31 else 2
        if self.clock <= 24:
            behind = self.past + QUARTER >= 4 * QUARTER and self._margin(offence) < 0
            return min(seconds, 8) if behind else max(1, self.clock - 1 - int(3 * self.rng.random()))
        return seconds

    def _margin(self, side: Side) -> int:
        return side.points - (self.away if side.is_home else self.home).points

    def _run_clock(self, seconds: int) -> bool:
        """Let time pass; False when the period ends before anything happens."""
        if self.clock <= 1:
            self.clock = 0
            return False
        self.clock -= min(seconds, self.clock - (self.rng.random() < 0.7))
        return True

    def _must_foul(self, offence: Side) -> bool:
        """In the last half minute the team behind fouls on purpose."""
        late = self.period >= 4 and 1 < self.clock < 30
        return late and 1 <= self._margin(offence) <= 7 and self.rng.random() < 0.6

    def _common_foul(self, offence: Side, defence: Side, flags: Flags) -> str:
        """A foul away from a shot: two free throws in the bonus, else the ball from the side."""
        fouled = offence.pick("draws", self.rng)
        self._foul(defence, fouled)
        bonus = defence.team_fouls >= (BONUS_FOULS if self.period <= 4 else BONUS_FOULS - 1)
        self._stoppage(offence, defence, at_line=fouled if bonus else None)
        return self._trip(offence, defence, fouled, 2, flags) if bonus else ""

    def _foul(self, defence: Side, fouled: Seat) -> None:
        defence.team_fouls += 1
        self._charge(defence, defence.pick("foul", self.rng), fouled.player_id)

    def _charge(self, side: Side, seat: Seat, drawn: str) -> None:
        """Book a personal foul; the sixth takes him out."""
        seat.fouls += 1
        self._event("foul", seat.player_id, side.team_id, drawn=drawn)
        if seat.fouls >= FOUL_OUT:
            seat.share = -1.0
            fresh = [other for other in side.bench if other.share >= 0]
            if fresh and self.clock > 0:
                self._swap(side, seat, max(fresh, key=_meant))

    def _trip(
        self, offence: Side, defence: Side, shooter: Seat, throws: int, flags: Flags, kind: str = "personal"
    ) -> str:
        """Free throws; how the ball changed hands, or nothing when the offence has it still."""
        rng, chance = self.rng, shooter.player.free_throw
        made = False
        for throw in range(1, throws + 1):
            if throw == throws > 1 and self.clock > 0:
                self._stoppage(offence, defence, 0.55, at_line=shooter)
            made = rng.random() < chance
            offence.points += made
            self._event(
                "freethrow", shooter.player_id, offence.team_id, "true" if made else "false", int(made),
                (str(throw), str(throws), kind), flags=flags,
            )  # fmt: skip
            if not made and throw < throws:
                self._event("rebound", "", offence.team_id)
        if kind != "personal":
            return ""
        return "made" if made else self._rebound(offence, defence, 0.12, 0.04)

    def _turnover(self, offence: Side, defence: Side, flags: Flags) -> str:
        rng = self.rng
        draw = rng.random()
        if draw < 0.05:
            self._event("turnover", "", offence.team_id, flags=flags)
            self._stoppage(offence, defence)
            return "turnover"
        seat = offence.pick("turnover", rng)
        if draw < 0.60:
            thief = defence.pick("steal", rng)
            self._event("turnover", seat.player_id, offence.team_id, steal=thief.player_id, flags=flags)
            self._event("steal", thief.player_id, defence.team_id)
            return "steal"
        if draw < 0.72:
            self._event("turnover", seat.player_id, offence.team_id, flags=flags)
            self._charge(offence, seat, defence.pick("draws", rng).player_id)
        else:
            self._event("turnover", seat.player_id, offence.team_id, flags=flags)
        self._stoppage(offence, defence, 0.5)
        return "turnover"

    def _attempt(self, offence: Side, defence: Side, fast: bool, flags: Flags) -> str:
        """A shot, or the foul that stops one; how the ball changed hands, or nothing after an offensive rebound."""
        rng = self.rng
        shooter = offence.pick("usage", rng)
        player = shooter.player
        draw = rng.random()
        three = player.zone_three
        if fast:
            three *= 0.6
        elif self.period >= 4 and self.clock < 26 and self._margin(offence) == -3:
            three = 0.95
        if draw < three:
            kind, make, value = _THREE, player.make_three, 3
        elif draw < three + player.zone_mid and not fast:
            kind, make, value = _MID_RANGE, player.make_mid, 2
        else:
            kind, make, value = _PAINT, player.make_paint, 2
        draw = rng.random() / player.draws
        if draw < kind.stopped:
            self._foul(defence, shooter)
            return self._trip(offence, defence, shooter, value, flags)
        spot = kind.spots[int(SPOTS_PER_ZONE * rng.random())]
        chance = make + spot.luck + (self.edge if offence.is_home else -self.edge)
        chance += offence.attack - defence.defence - EQUALISER * self._margin(offence)
        if fast:
            chance += 0.065
        elif flags[1] == "true":
            chance += 0.045  # the defence is out of place after an offensive rebound
        if self.period >= 4 and self.clock < 150:
            chance += self._nerve(self._margin(offence))
        made = rng.random() < chance
        assist = block = ""
        if made:
            offence.points += value
            if rng.random() < kind.assisted / player.self_made**0.5:
                helper = shooter
                while helper is shooter:
                    helper = offence.pick("assist", rng)
                assist = helper.player_id
        elif rng.random() < kind.blocked:
            block = defence.pick("block", rng).player_id
        self._shot(shooter, offence, made, value, spot, assist, block, flags)
        if block:
            self._event("block", block, defence.team_id)
        if not made:
            return self._rebound(offence, defence, 0.222, 0.068)
        if rng.random() < kind.and_one * player.draws and self.clock > 0:
            self._charge_and_one(defence, shooter)
            return self._trip(offence, defence, shooter, 1, flags)
        if rng.random() < 0.045:
            self._stoppage(offence, defence, caller=defence)
        return "made"

    def _charge_and_one(self, defence: Side, shooter: Seat) -> None:
        # A foul that would take its man out would put substitutions between the shot and its free throw.
        fouler = defence.pick("foul", self.rng)
        if fouler.fouls + 1 >= FOUL_OUT:
            fouler = min(defence.five, key=lambda seat: seat.fouls)
        defence.team_fouls += 1
        self._charge(defence, fouler, shooter.player_id)

    @staticmethod
    def _nerve(margin: int) -> float:
        """Close games stay close at the end: the team behind hits, the team ahead tightens."""
        if margin == 0 or abs(margin) > 8:
            return 0.0
        return 0.10 if margin < 0 else -0.09

    def _rebound(self, offence: Side, defence: Side, own: float, out: float) -> str:
        """Who gets a miss; nothing when the offence keeps it."""
        if not self._run_clock(1 + (self.rng.random() < 0.4)):
            return "end"
        rng = self.rng
        draw = rng.random()
        if draw < own:
            self._event("rebound", offence.pick("offensive_rebound", rng).player_id, offence.team_id)
            return ""
        if draw < own + out:
            self._event("rebound", "", offence.team_id)
            self._stoppage(offence, defence, 0.5)
            return ""
        if draw < own + out + 0.044:
            self._event("rebound", "", defence.team_id)
            self._stoppage(offence, defence)
            return "made"
        self._event("rebound", defence.pick("defensive_rebound", rng).player_id, defence.team_id)
        return "rebound"

    def _stoppage(
        self, offence: Side, defence: Side, likely: float = 1.0, caller: Side | None = None, at_line: Seat | None = None
    ) -> None:
        """The ball is dead: perhaps a timeout, perhaps a technical, and then substitutions."""
        rng = self.rng
        if self.clock <= 0:
            return
        if not caller and rng.random() < 0.14:
            caller = offence
        if caller and caller.timeouts < TIMEOUTS:
            caller.timeouts += 1
            self._event("timeout", "", caller.team_id)
        if at_line is None and rng.random() < 0.033:
            self._technical(offence, defence)
        if rng.random() < likely:
            for side in (self.home, self.away):
                self._substitute(side, 170, at_line)

    def _technical(self, offence: Side, defence: Side) -> None:
        """A technical on a bench: no one's personal foul, one free throw of the other side's best shooter."""
        if self.rng.random() < 0.5:
            offence, defence = defence, offence
        self._event("foul", "", defence.team_id)
        best = max(offence.five, key=lambda seat: seat.player.free_throw)
        self._trip(offence, defence, best, 1, ("false", "false", "false"), "technical")

    def _substitute(self, side: Side, threshold: float, at_line: Seat | None = None) -> None:
        """Bring the minutes nearer to what each is meant to play; the end of a decided game is for the bench."""
        now = self.now
        if side.emptied or now - side.looked < 8 < self.clock:
            return
        side.looked = now
        if self.period == 4 and self.clock < 400 and abs(self._margin(side)) > 16 + self.clock / 25:
            self._empty_bench(side, [seat for seat in side.five if seat.entered < now and seat is not at_line])
            return
        for _ in range(3):
            out = seat = None
            surplus = deficit = -float(now)
            for player in side.five:
                over = player.banked + now - player.entered - player.share * now
                if over > surplus and player.entered < now and player is not at_line:
                    out, surplus = player, over
            for player in side.bench:
                short = player.share * now - player.banked
                if short > deficit and player.share > 0:
                    seat, deficit = player, short
            if not out or not seat or surplus + deficit < threshold:
                return
            self._swap(side, out, seat)

    def _empty_bench(self, side: Side, regulars: list[Seat]) -> None:
        side.emptied = True
        rest = sorted((seat for seat in side.bench if seat.share >= 0), key=_meant)
        for out, seat in zip(regulars, rest[:5], strict=False):
            self._swap(side, out, seat)

    def _swap(self, side: Side, out: Seat, seat: Seat) -> None:
        """Two events, as in real play-by-play: one goes, then one comes."""
        side.swap(out, seat, self.now)
        self.players_on = "|".join(player for player in self.players_on.split("|") if player != out.player_id)
        self._event("substitution", out.player_id, side.team_id)
        self._show_court()
        self._event("substitution", seat.player_id, side.team_id)

    def _show_court(self) -> None:
        self.players_on = "|".join(sorted(seat.player_id for side in (self.home, self.away) for seat in side.five))

    def _shot(
        self, shooter: Seat, side: Side, made: bool, value: int, spot: Spot, assist: str, block: str, flags: Flags
    ) -> None:
        text = "true" if made else "false"
        kind = "3pt" if value == 3 else "2pt"
        points = value if made else 0
        self._event(kind, shooter.player_id, side.team_id, text, points, NO_TRIP, assist, block, flags=flags)
        self.shots.append(
            (
                self.game_id, self.number, self.date, self.season, self.period, self.clock * 1000, shooter.player_id,
                side.team_id, value, text, spot.zone, "source", spot.distance_ft, assist, block, *flags, spot.basic,
                spot.area, spot.court_x, spot.court_y,
            )
        )  # fmt: skip

    def _event(
        self, kind: str, player: str, team: str, made: str = "", points: int = 0, trip: tuple[str, str, str] = NO_TRIP,
        assist: str = "", block: str = "", steal: str = "", drawn: str = "",
        flags: Flags = ("false", "false", "false"),
    ) -> None:  # fmt: skip
        self.number += 2 if kind == "substitution" else 1
        self.events.append(
            (
                self.game_id, len(self.events) + 1, self.date, self.season, self.number, self.period, self.clock * 1000,
                kind, player, team, made, points, *trip, assist, block, steal, drawn, *flags, self.home.points,
                self.away.points, self.players_on,
            )
        )  # fmt: skip


_meant = attrgetter("share")
