"""The grammar of --seasons, --dates and --as-of, and the Eastern date of a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backcourt.errors import UsageError
from backcourt.seasons import (
    EPOCH,
    DateRange,
    Scope,
    eastern_date,
    parse_dates,
    parse_moment,
    parse_seasons,
    season_label,
    season_of,
    season_window,
    seasons_flag,
)

TODAY = date(2024, 3, 1)
DAYS = st.dates(date(1950, 1, 1), date(2090, 12, 31))
YEARS = st.integers(1946, 2099)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("2021-22", ("2021-22",)),
        ("2021", ("2021-22",)),
        ("1999", ("1999-00",)),
        ("2021:2024", ("2021-22", "2022-23", "2023-24", "2024-25")),
        ("2021-22:2022-23", ("2021-22", "2022-23")),
        ("2021 : 2021", ("2021-22",)),
        ("2023, 2021", ("2021-22", "2023-24")),
        ("2021:2022,2022-23", ("2021-22", "2022-23")),
    ],
)
def test_seasons_are_read(text: str, labels: tuple[str, ...]) -> None:
    """Labels, start years, ranges and lists, oldest first and each once."""
    assert parse_seasons(text) == labels


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2024:2021", "2024-25 is after the last 2021-22"),
        ("2021-23", "the season that starts in 2021 is 2021-22"),
        ("2021-12", "the season that starts in 2021 is 2021-22"),
        ("2021-2022", "neither a season nor a start year"),
        ("last", "'last' is neither"),
        ("1890", "1890 is not a start year"),
        ("2021:", "a season is missing"),
        ("", "it is empty"),
        ("2021,,2022", "an empty place in its list"),
        ("٢٠٢١", "neither a season nor a start year"),
    ],
)
def test_nonsense_seasons_are_refused(text: str, why: str) -> None:
    """The error names the flag, the whole value and the reason."""
    with pytest.raises(UsageError) as caught:
        parse_seasons(text)
    assert f"--seasons {text!r}" in caught.value.message
    assert why in caught.value.message
    assert "--seasons" in caught.value.hint


@given(YEARS, YEARS)
def test_a_range_of_seasons_is_its_years(first: int, last: int) -> None:
    """As many seasons as years, in order; reversed is refused."""
    if first > last:
        with pytest.raises(UsageError, match="is after the last"):
            parse_seasons(f"{first}:{last}")
    else:
        assert parse_seasons(f"{first}:{last}") == tuple(season_label(year) for year in range(first, last + 1))


@given(DAYS)
def test_a_date_lies_in_the_window_of_its_season(day: date) -> None:
    """`season_of` and `season_window` agree, and windows meet without gap or overlap."""
    start, end = season_window(season_of(day))
    assert start <= day <= end
    assert season_of(start - timedelta(days=1)) != season_of(day) != season_of(end + timedelta(days=1))
    assert parse_seasons(season_of(day)) == (season_of(day),)


def test_a_season_runs_from_july_to_june() -> None:
    """The boundary days."""
    assert season_of(date(2022, 6, 30)) == "2021-22"
    assert season_of(date(2022, 7, 1)) == "2022-23"
    assert season_of(EPOCH) == "2021-22"
    assert season_window("2021-22") == (date(2021, 7, 1), date(2022, 6, 30))


def _range(start: str, end: str) -> DateRange:
    return DateRange(date.fromisoformat(start) if start else None, date.fromisoformat(end) if end else None)


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("2021-10-19", [("2021-10-19", "2021-10-19")]),
        ("2021-10-19:2021-11-19", [("2021-10-19", "2021-11-19")]),
        ("2021-10-19,2021-10-22", [("2021-10-19", "2021-10-19"), ("2021-10-22", "2021-10-22")]),
        ("2021-12", [("2021-12-01", "2021-12-31")]),
        ("2024-02", [("2024-02-01", "2024-02-29")]),
        ("2022", [("2022-01-01", "2022-12-31")]),
        ("2021-12:2022-02", [("2021-12-01", "2022-02-28")]),
        ("2022:2023", [("2022-01-01", "2023-12-31")]),
        ("today", [("2024-03-01", "2024-03-01")]),
        ("Yesterday", [("2024-02-29", "2024-02-29")]),
        ("2024-02-01:yesterday", [("2024-02-01", "2024-02-29")]),
        ("2021-10-19:", [("2021-10-19", "")]),
        (":2021-11-19", [("", "2021-11-19")]),
        (" 2021-12 , today ", [("2021-12-01", "2021-12-31"), ("2024-03-01", "2024-03-01")]),
    ],
)
def test_dates_are_read(text: str, ranges: list[tuple[str, str]]) -> None:
    """Every form that the help text promises."""
    assert parse_dates(text, TODAY) == tuple(_range(*pair) for pair in ranges)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2021-02-30", "there is no date 2021-02-30"),
        ("2021-13", "there is no date 2021-13"),
        ("2021-00", "there is no date 2021-00"),
        ("2021-12-00", "there is no date 2021-12-00"),
        ("0000", "there is no date 0000"),
        ("2021-22", "2021-22 is a season, for --seasons"),
        ("1999-00", "1999-00 is a season, for --seasons"),
        ("tomorrow", "'tomorrow' is not a date"),
        ("10/19/2021", "is not a date"),
        ("2021-1-5", "is not a date"),
        (":", "needs at least one date"),
        ("", "it is empty"),
        ("2021-10-19,", "an empty place in its list"),
        ("2021-10-19:2021-10-20:2021-10-21", "is not a date"),
    ],
)
def test_nonsense_dates_are_refused(text: str, why: str) -> None:
    """The error names the flag, the whole value and the reason."""
    with pytest.raises(UsageError) as caught:
        parse_dates(text, TODAY)
    assert f"--dates {text!r}" in caught.value.message
    assert why in caught.value.message
    assert "--dates" in caught.value.hint


@given(DAYS, DAYS)
def test_a_range_holds_its_days_and_refuses_to_be_reversed(first: date, last: date) -> None:
    """Both ends belong to the range; a reversed one names both dates."""
    if first > last:
        with pytest.raises(UsageError) as caught:
            parse_dates(f"{first}:{last}", TODAY)
        assert str(first) in caught.value.message
        assert str(last) in caught.value.message
        return
    (found,) = parse_dates(f"{first}:{last}", TODAY)
    assert found.contains(first)
    assert found.contains(last)
    assert not found.contains(first - timedelta(days=1))
    assert not found.contains(last + timedelta(days=1))


@given(DAYS, DAYS)
def test_months_years_and_open_ends_hold_exactly_their_days(day: date, other: date) -> None:
    """A month is its days, a year is its days, an open end has none."""
    (month,), (year,) = parse_dates(f"{day:%Y-%m}", TODAY), parse_dates(f"{day:%Y}", TODAY)
    assert month.contains(other) == ((day.year, day.month) == (other.year, other.month))
    assert year.contains(other) == (day.year == other.year)
    (onwards,), (until,) = parse_dates(f"{day}:", TODAY), parse_dates(f":{day}", TODAY)
    assert onwards.contains(other) == (other >= day)
    assert until.contains(other) == (other <= day)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2021-10-19T23:30:00+00:00", "2021-10-19"),
        ("2021-10-20T02:00:00+00:00", "2021-10-19"),
        ("2021-10-20T03:59:59+00:00", "2021-10-19"),
        ("2021-10-20T04:00:00+00:00", "2021-10-20"),
        ("2022-01-15T04:59:59+00:00", "2022-01-14"),
        ("2022-01-15T05:00:00+00:00", "2022-01-15"),
        # clocks go forward on 2022-03-13 at 07:00 UTC and back on 2022-11-06 at 06:00 UTC
        ("2022-03-13T04:59:59+00:00", "2022-03-12"),
        ("2022-03-13T05:00:00+00:00", "2022-03-13"),
        ("2022-03-14T03:59:59+00:00", "2022-03-13"),
        ("2022-03-14T04:00:00+00:00", "2022-03-14"),
        ("2022-11-06T03:59:59+00:00", "2022-11-05"),
        ("2022-11-06T04:00:00+00:00", "2022-11-06"),
        ("2022-11-07T04:59:59+00:00", "2022-11-06"),
        ("2022-11-07T05:00:00+00:00", "2022-11-07"),
        ("2022-01-15T06:00:00+09:00", "2022-01-14"),
        ("2022-01-15T04:00:00", "2022-01-14"),
    ],
)
def test_a_moment_has_an_eastern_date(moment: str, day: str) -> None:
    """Late games belong to the evening they began, on both days the clocks change too."""
    assert eastern_date(datetime.fromisoformat(moment)) == date.fromisoformat(day)


@given(
    st.integers(1_175_000_000, 3_700_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.integers(-14, 14),
)
def test_the_eastern_date_is_a_matter_of_the_moment_alone(moment: datetime, offset: int) -> None:
    """The zone a moment is written in does not matter, and New York is four or five hours behind UTC."""
    assert eastern_date(moment.astimezone(timezone(timedelta(hours=offset)))) == eastern_date(moment)
    assert eastern_date(moment) in {(moment - timedelta(hours=hours)).date() for hours in (4, 5)}


def test_an_empty_scope_holds_everything() -> None:
    """No limit, and it says so."""
    assert Scope().includes(date(2021, 10, 19), "2021-22")
    assert Scope().describe() == "All game dates, all seasons, all tables."


def test_a_scope_holds_what_every_limit_holds() -> None:
    """Dates are joined by or, dates and seasons by and."""
    scope = Scope(dates=parse_dates("2021-12,2022-10", TODAY), seasons=("2021-22",))
    assert scope.includes(date(2021, 12, 25), "2021-22")
    assert not scope.includes(date(2022, 1, 1), "2021-22")
    assert not scope.includes(date(2022, 10, 18), "2022-23")


def test_a_scope_describes_itself_in_one_sentence() -> None:
    """The line that is echoed before work starts."""
    scope = Scope(
        dates=parse_dates("2021-10-19:2021-11-19,2021-12-25,2022-01-01:", TODAY),
        seasons=parse_seasons("2021:2022"),
        tables=("player_daily_cache",),
        phase=4,
    )
    assert scope.describe() == (
        "Game dates 2021-10-19 to 2021-11-19, 2021-12-25 and from 2022-01-01, seasons 2021-22 and 2022-23, "
        "phase 4 (precompute), tables player_daily_cache."
    )
    assert Scope(dates=parse_dates(":2021-11-19", TODAY)).describe().startswith("Game dates up to 2021-11-19,")


@pytest.mark.parametrize(
    ("labels", "flag"),
    [
        (["2021-22"], "2021"),
        (["2022-23", "2021-22", "2021-22"], "2021:2022"),
        (["2021-22", "2023-24"], "2021,2023"),
        (["2021-22", "2022-23", "2023-24", "2024-25"], "2021:2024"),
    ],
)
def test_seasons_are_written_as_they_are_read(labels: list[str], flag: str) -> None:
    """In the shortest way."""
    assert seasons_flag(labels) == flag
    assert parse_seasons(flag) == tuple(sorted(set(labels)))


def test_a_scope_is_written_as_it_is_read() -> None:
    """Flag by flag; no flag is no limit."""
    text = "2021-10-19:2021-11-19,2021-12-25,2022-01-01:,:2020-01-01"
    ranges = parse_dates(text, TODAY)
    scope = Scope(dates=ranges, seasons=("2021-22", "2022-23"), tables=("a", "b"), phase=3)
    words = ("--dates", text, "--seasons", "2021:2022", "--tables", "a,b", "--phase", "3")
    assert scope.flags() == words
    assert Scope().flags() == ()


def test_an_unknown_phase_is_refused() -> None:
    """The error lists the phases."""
    with pytest.raises(UsageError, match=r"--phase '5': the phases are 2 \(raw\), 3 \(analytics\), 4 \(precompute\)"):
        Scope(phase=5)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-02-01", "2023-02-01T00:00:00+00:00"),
        (" 2023-02-01T12:30 ", "2023-02-01T12:30:00+00:00"),
        ("2023-02-01 12:30:15.25", "2023-02-01T12:30:15.250000+00:00"),
        ("2023-02-01T12:30Z", "2023-02-01T12:30:00+00:00"),
        ("2023-02-01T19:30-05:00", "2023-02-02T00:30:00+00:00"),
    ],
)
def test_a_moment_is_in_utc(text: str, moment: str) -> None:
    """A date is its first moment, a time without a zone is UTC."""
    assert parse_moment(text).isoformat() == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2023", "2023-02-30", "2023-02-01T25:00", "9999-12-31T23:00-05:00"])
def test_no_moment(text: str) -> None:
    """With what was said and what to say instead."""
    with pytest.raises(UsageError, match=r"--as-of .*it is no ISO date or time") as raised:
        parse_moment(text)
    assert "2023-02-01" in raised.value.hint
