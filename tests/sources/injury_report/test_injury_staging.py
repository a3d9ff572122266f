"""Reports as rows of raw.injuries."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from reports import ROWS, payload_of, report

from backcourt.sources.injury_report.records import parse
from backcourt.warehouse.duckdb import Warehouse
from market_league import rows, store, unresolved

COLUMNS = ("player_id", "team_id", "feed", "status", "reason", "snapshot_at", "snapshot_quality", "game_date")


def test_rows(told: Warehouse, tmp_path: Path) -> None:
    """17:30 Eastern in January is 22:30 UTC; "Last, First" resolves, whoever may be two does not."""
    today, tomorrow = parse(payload_of(report(ROWS)))
    assert store(told, "injury_report", today, tmp_path, "today").added == 3
    assert store(told, "injury_report", tomorrow, tmp_path, "tomorrow").added == 0
    at = datetime.fromisoformat("2024-01-24 22:30:00")
    day = date(2024, 1, 24)
    lakers, hawks = 1610612747, 1610612737
    assert rows(told, "raw.injuries_current", COLUMNS) == [
        (11, lakers, "nba_injury_report", "out", "Injury/Illness - Knee; Sprain", at, "timed", day),
        (12, lakers, "nba_injury_report", "questionable", "Injury/Illness - Left Hip; Soreness", at, "timed", day),
        (13, hawks, "nba_injury_report", "probable", "Return to Competition Reconditioning", at, "timed", day),
    ]


def test_a_team_that_had_not_submitted_is_set_aside_by_name(told: Warehouse, tmp_path: Path) -> None:
    """It is no report on anybody, and can be seen beside the names that did not resolve."""
    today, _ = parse(payload_of(report(ROWS)))
    store(told, "injury_report", today, tmp_path)
    said = "is not one of Out, Doubtful, Questionable, Probable, Available"
    assert unresolved(told) == [
        ("column player_name: 'Alike, Two' may be any of 14, 15", 1),
        ("column player_name: no registered player is called 'Nobody, New'", 1),
        (f"column status: LA Clippers NOT YET SUBMITTED {said}", 1),
    ]


def test_a_date_of_which_nobody_had_submitted_has_no_row(told: Warehouse, tmp_path: Path) -> None:
    """So no table can take it for a date on which nobody is hurt."""
    _, tomorrow = parse(payload_of(report(ROWS)))
    assert store(told, "injury_report", tomorrow, tmp_path).unresolved == 2
    assert rows(told, "raw.injuries", ("player_id",)) == []
    assert [str(problem).split(" NOT")[0] for problem, _ in unresolved(told)] == [
        "column status: Boston Celtics",
        "column status: Miami Heat",
    ]
