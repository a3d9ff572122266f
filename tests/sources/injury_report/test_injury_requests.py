"""Where the report of a moment is: both schemes of names, and the hours between them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from backcourt.errors import UsageError
from backcourt.seasons import EASTERN
from backcourt.sources.injury_report import requests

FOLDER = "https://ak-static.cms.nba.com/referee/injury/Injury-Report_"


def eastern(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=EASTERN)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        (eastern(2024, 1, 4, 12, 30), "2024-01-04_12PM"),
        (eastern(2025, 3, 8, 17, 30), "2025-03-08_05PM"),
        (eastern(2024, 1, 5, 0, 30), "2024-01-05_12AM"),
        (eastern(2025, 12, 19, 15, 30), "2025-12-19_03PM"),
        (eastern(2025, 12, 19, 15, 45), "2025-12-19_03_45PM"),
        (eastern(2025, 12, 19, 16, 30), "2025-12-19_04_30PM"),
        (eastern(2025, 12, 19, 17, 30), "2025-12-19_05PM"),
        (eastern(2025, 12, 22, 8, 30), "2025-12-22_08AM"),
        (eastern(2025, 12, 22, 9, 0), "2025-12-22_09_00AM"),
        (eastern(2026, 2, 8, 15, 30), "2026-02-08_03_30PM"),
        (eastern(2026, 2, 9, 0, 0), "2026-02-09_12_00AM"),
    ],
)
def test_names(moment: datetime, name: str) -> None:
    """The hour alone, then hour and minutes; a moment may come in any zone."""
    for same in (moment, moment.astimezone(UTC)):
        request = requests.report(same)
        assert request.url == f"{FOLDER}{name}.pdf"
        assert (request.subject, request.media) == (moment.strftime("%Y-%m-%d %H:%M"), "application/pdf")
    assert requests.none_at(request) == {403, 404}


@pytest.mark.parametrize(
    "moment",
    [
        eastern(2025, 3, 8, 17, 0),
        eastern(2025, 12, 19, 16, 45),
        eastern(2026, 2, 8, 15, 31),
        eastern(2025, 3, 8, 17, 30, 1),
    ],
)
def test_a_moment_without_a_report(moment: datetime) -> None:
    """It is not asked for: the host would answer that there is none."""
    with pytest.raises(UsageError, match="No injury report is made") as caught:
        requests.report(moment)
    assert "The one before is" in caught.value.hint


def test_the_moments_of_a_day() -> None:
    """One an hour, one a quarter of an hour, and the day of the change."""
    hourly = requests.moments(date(2025, 3, 8))
    assert (len(hourly), hourly[0], hourly[-1]) == (24, eastern(2025, 3, 8, 0, 30), eastern(2025, 3, 8, 23, 30))
    assert len(requests.moments(date(2026, 2, 8))) == 96
    assert len(requests.moments(date(2025, 12, 22))) == 9 + 60
    assert len(requests.moments(date(2025, 12, 19))) == 16 + 4 + 7


@pytest.mark.parametrize(
    ("before", "last"),
    [
        (eastern(2024, 1, 24, 19, 0), eastern(2024, 1, 24, 18, 30)),
        (eastern(2024, 1, 24, 18, 30), eastern(2024, 1, 24, 17, 30)),
        (eastern(2024, 1, 24, 18, 30, 1), eastern(2024, 1, 24, 18, 30)),
        (eastern(2024, 1, 24, 0, 10), eastern(2024, 1, 23, 23, 30)),
        (eastern(2026, 2, 8, 15, 30), eastern(2026, 2, 8, 15, 15)),
        (eastern(2025, 12, 22, 9, 0), eastern(2025, 12, 22, 8, 30)),
        (eastern(2025, 12, 19, 17, 0), eastern(2025, 12, 19, 16, 30)),
    ],
)
def test_the_last_before_a_cut_off(before: datetime, last: datetime) -> None:
    """Strictly before, as everything that a pre-game row may know."""
    assert requests.last_before(before.astimezone(UTC)) == last
