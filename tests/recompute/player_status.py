"""What was last said of whether a player plays, from reports and the injured list."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from facts import Facts, Row, before

INJURED_LIST_DAYS = 180
ON_AND_OFF = ("injured_list_placed", "injured_list_activated")
WORST_FIRST = ("out", "doubtful", "questionable", "probable", "available")


class Status(NamedTuple):
    """The last word on him, and where it is from."""

    status: str | None
    source: str | None
    reason: str | None


NOTHING = Status(None, None, None)


def last_word(facts: Facts, game: Row, player_id: int) -> Status:
    """By his newest report from before the cut-off, of one moment the worst; else by the injured list."""
    said = facts.injuries.get((player_id, game.game_date), [])
    reports = [report for report in said if report.snapshot_quality == "timed" and report.status in WORST_FIRST]
    in_time = [report for report in reports if report.snapshot_at < game.cutoff_at]
    if not in_time:
        return injured_list(facts, game, player_id)
    newest = max(report.snapshot_at for report in in_time)
    worst = min((report for report in in_time if report.snapshot_at == newest), key=badness)
    return Status(worst.status, "report", worst.reason)


def badness(report: Row) -> tuple[int, str]:
    """The worst first; of equal ones the first by its reason."""
    return WORST_FIRST.index(report.status), report.reason or ""


def injured_list(facts: Facts, game: Row, player_id: int) -> Status:
    """He stands on it if placed in the last 180 days, and neither activated nor seen playing on a later date."""
    moves = [move for move in before(facts.transactions.get(player_id, []), game.game_date) if move.kind in ON_AND_OFF]
    of_the_last_date = [move for move in moves if move.game_date == moves[-1].game_date]
    placed = [move for move in of_the_last_date if move.kind == "injured_list_placed"]
    if not placed or placed[0].game_date < game.game_date - timedelta(days=INJURED_LIST_DAYS):
        return NOTHING
    played = before(facts.appearances.get(player_id, []), game.game_date)
    if played and played[-1].game_date > placed[0].game_date:
        return NOTHING
    note = min((move.notes for move in placed), key=lambda note: (of_note(note or "") != "out", note or ""))
    return Status(of_note(note or ""), "injured_list", note)


def of_note(note: str) -> str:
    """Out for a time or indefinitely; else he may be back any day."""
    return "out" if "out for" in note.lower() or "out indefinitely" in note.lower() else "doubtful"
