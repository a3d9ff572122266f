"""Three real reports: of the hourly days before and after the columns settled, and of the quarterly ones."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from backcourt.seasons import EASTERN
from backcourt.sources.injury_report import requests
from backcourt.sources.injury_report.records import parse
from backcourt.sources.payload import Batch, Payload

pytestmark = pytest.mark.real


def read(samples: Path, *moment: int) -> tuple[Batch, Batch]:
    """A sample by the Eastern moment that it prints: today's batch and tomorrow's."""
    asked = requests.report(datetime(*moment, tzinfo=EASTERN))  # type: ignore[arg-type, misc]
    body = (samples / "injury_report" / f"{asked.subject[:10]}.pdf").read_bytes()
    today, tomorrow = parse(Payload(asked, body, datetime(2026, 3, 1, tzinfo=UTC), "0" * 16))
    return today, tomorrow


def statuses(batch: Batch) -> dict[object, int]:
    """Rows by status; None is a team that had not submitted."""
    return dict(Counter(row["current_status"] for row in batch.rows))


def of(batch: Batch, player: str) -> tuple[object, ...]:
    """What is said of a player."""
    (row,) = [row for row in batch.rows if row["player_name"] == player]
    return tuple(row[name] for name in ("game_time", "matchup", "team", "current_status", "reason"))


def shape(batch: Batch) -> tuple[object, ...]:
    """Date, rows, games and teams."""
    return batch.game_date, len(batch.rows), *(len({row[name] for row in batch.rows}) for name in ("matchup", "team"))


def test_2024(samples: Path) -> None:
    """12:30 of a day: one team of four had not submitted, and nobody had for the next day."""
    today, tomorrow = read(samples, 2024, 1, 4, 12, 30)
    assert shape(today) == (date(2024, 1, 4), 15, 2, 4)
    assert shape(tomorrow) == (date(2024, 1, 5), 28, 14, 28)
    assert statuses(today) == {"Out": 10, "Questionable": 2, "Doubtful": 1, "Probable": 1, None: 1}
    assert statuses(tomorrow) == {None: 28}
    assert [row["team"] for row in today.rows if row["player_name"] is None] == ["Milwaukee Bucks"]
    assert of(today, "McDermott, Doug") == (
        "07:30 (ET)",
        "MIL@SAS",
        "San Antonio Spurs",
        "Out",
        "Injury/Illness - Right Forearm; Contusion",
    )
    assert of(today, "Payton II, Gary")[1:4] == ("DEN@GSW", "Golden State Warriors", "Out")
    assert {row["report_time_et"] for row in tomorrow.rows} == {"2024-01-04 12:30:00"}


def test_2025(samples: Path) -> None:
    """Ten pages; three reasons are cut by the end of a page."""
    today, tomorrow = read(samples, 2025, 3, 8, 17, 30)
    assert shape(today) == (date(2025, 3, 8), 106, 8, 16)
    assert shape(tomorrow) == (date(2025, 3, 9), 48, 8, 16)
    assert statuses(today) == {"Out": 67, "Questionable": 14, "Probable": 13, "Available": 7, "Doubtful": 5}
    assert statuses(tomorrow) == {"Out": 26, "Available": 5, "Questionable": 4, "Probable": 2, None: 11}
    assert of(today, "White, Coby") == (
        "08:00 (ET)",
        "CHI@MIA",
        "Chicago Bulls",
        "Probable",
        "Injury/Illness - Right Toe; Sesamoiditis",
    )
    assert of(today, "James, LeBron")[2:] == (
        "Los Angeles Lakers",
        "Probable",
        "Injury/Illness - Left Foot; Injury Management",
    )
    assert of(today, "Boston, Brandon")[1:] == (
        "NOP@HOU",
        "New Orleans Pelicans",
        "Out",
        "Injury/Illness - Left Ankle; Stress Reaction",
    )
    assert of(today, "Nance Jr., Larry")[4] == "Injury/Illness - Right Medial Femoral Condyle; Fracture"
    assert of(tomorrow, "Jokic, Nikola")[1:4] == ("DEN@OKC", "Denver Nuggets", "Probable")


def test_2026(samples: Path) -> None:
    """In the days of quarterly reports."""
    today, tomorrow = read(samples, 2026, 2, 8, 15, 30)
    assert shape(today) == (date(2026, 2, 8), 53, 4, 8)
    assert shape(tomorrow) == (date(2026, 2, 9), 26, 10, 20)
    assert statuses(today) == {"Out": 36, "Available": 17}
    assert statuses(tomorrow) == {"Out": 4, "Doubtful": 2, "Questionable": 1, "Available": 1, None: 18}
    assert of(today, "Toppin, Obi") == (
        "03:00 (ET)",
        "IND@TOR",
        "Indiana Pacers",
        "Out",
        "Injury/Illness - Right Foot; Stress Fracture",
    )
    assert of(today, "Young, Trae")[2:] == (
        "Washington Wizards",
        "Out",
        "Injury/Illness - Right Knee; MCL Sprain; Quad Contusion",
    )
    assert of(tomorrow, "Ayton, Deandre")[3:] == ("Available", "Injury/Illness - Right Knee; Soreness")
