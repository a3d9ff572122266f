"""Season and date grammar, and the Eastern date of a moment.

Nothing here reads the clock: today is passed in.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from backcourt.errors import UsageError

EPOCH = date(2021, 10, 19)
"""The first game date that Backcourt promises: opening night of 2021-22."""

EASTERN = ZoneInfo("America/New_York")
PHASES = {2: "raw", 3: "analytics", 4: "precompute"}

_FIRST_YEAR, _LAST_YEAR = 1946, 2099
_SEASON_EXAMPLE = "2021-22  or  2021:2024"
_DATE_EXAMPLE = "2021-10-19:2021-11-19"


def eastern_date(moment: datetime) -> date:
    """The US/Eastern calendar date of a moment; a moment without a zone is UTC, as the warehouse stores it."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(EASTERN).date()


def parse_moment(text: str) -> datetime:
    """The moment of an `--as-of` value, in UTC: an ISO date (its first moment) or time; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        example = "2023-02-01  or  2023-02-01T18:30:00-05:00"
        raise UsageError.bad_scope("--as-of", text, "it is no ISO date or time", example) from None


def season_label(start_year: int) -> str:
    """The label of the season that starts in a year: 2021 is '2021-22'."""
    return f"{start_year}-{(start_year + 1) % 100:02d}"


def season_of(day: date) -> str:
    """The season a date falls in, for scopes only: 1 July to 30 June. A game's season is what the schedule says."""
    return season_label(day.year if day.month >= 7 else day.year - 1)


def season_window(label: str) -> tuple[date, date]:
    """First and last date of a season for scopes: 1 July and 30 June."""
    start = _start_year(label, label)
    return date(start, 7, 1), date(start + 1, 6, 30)


def parse_seasons(text: str) -> tuple[str, ...]:
    """Season labels, oldest first, of '2021-22', '2021', '2021:2024' or a list of these; raises UsageError."""
    years: set[int] = set()
    for term in _terms("--seasons", text, _SEASON_EXAMPLE):
        first, colon, last = (piece.strip() for piece in term.partition(":"))
        start = _start_year(first, text)
        end = _start_year(last, text) if colon else start
        if end < start:
            why = f"the first season {season_label(start)} is after the last {season_label(end)}"
            raise UsageError.bad_scope("--seasons", text, why, f"{end}:{start}")
        years.update(range(start, end + 1))
    return tuple(season_label(year) for year in sorted(years))


def seasons_flag(labels: Iterable[str]) -> str:
    """Season labels as `--seasons` takes them: start years, a run of them as a range."""
    years = sorted({int(label[:4]) for label in labels})
    if len(years) > 1 and years == list(range(years[0], years[-1] + 1)):
        return f"{years[0]}:{years[-1]}"
    return ",".join(map(str, years))


def _start_year(term: str, text: str) -> int:
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2}))?", term)
    if not match:
        why = f"{term!r} is neither a season nor a start year" if term else "a season is missing"
        raise UsageError.bad_scope("--seasons", text, why, _SEASON_EXAMPLE)
    year, label = int(match[1]), season_label(int(match[1]))
    if match[2] and term != label:
        raise UsageError.bad_scope("--seasons", text, f"the season that starts in {year} is {label}", label)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        why = f"{year} is not a start year from {_FIRST_YEAR} to {_LAST_YEAR}"
        raise UsageError.bad_scope("--seasons", text, why, _SEASON_EXAMPLE)
    return year


@dataclass(frozen=True)
class DateRange:
    """Dates from start to end, both included; None is an open end."""

    start: date | None
    end: date | None

    def __post_init__(self) -> None:
        if self.start and self.end and self.start > self.end:
            why = f"the first date {self.start} is after the last {self.end}"
            raise UsageError.bad_scope("--dates", f"{self.start}:{self.end}", why, f"{self.end}:{self.start}")

    def contains(self, day: date) -> bool:
        """Whether a date lies in the range."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def flag(self) -> str:
        """The range as `--dates` takes it."""
        if self.start is not None and self.start == self.end:
            return f"{self.start}"
        return f"{self.start or ''}:{self.end or ''}"

    def __str__(self) -> str:
        if self.start is None or self.end is None:
            return f"from {self.start}" if self.start else f"up to {self.end}" if self.end else "without end"
        return f"{self.start}" if self.start == self.end else f"{self.start} to {self.end}"


def parse_dates(text: str, today: date) -> tuple[DateRange, ...]:
    """Date ranges, as written, of a `--dates` value; `today` is the Eastern date. Raises UsageError.

    A term is a date, a month ('2021-12'), a calendar year ('2022'), 'today' or 'yesterday'; two terms with a colon
    are a range, one of them may be left out; commas make a list.
    """
    return tuple(_date_range(term, text, today) for term in _terms("--dates", text, _DATE_EXAMPLE))


def _date_range(term: str, text: str, today: date) -> DateRange:
    first, colon, last = (piece.strip() for piece in term.partition(":"))
    if not colon:
        return _period(first, text, today)
    if not first and not last:
        raise UsageError.bad_scope("--dates", text, "a range needs at least one date", _DATE_EXAMPLE)
    start = _period(first, text, today).start if first else None
    end = _period(last, text, today).end if last else None
    return DateRange(start, end)


def _period(term: str, text: str, today: date) -> DateRange:
    match term.lower():
        case "today":
            return DateRange(today, today)
        case "yesterday":
            return DateRange(today - timedelta(days=1), today - timedelta(days=1))
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", term):
        why = f"{term!r} is not a date, month, year, 'today' or 'yesterday'"
        raise UsageError.bad_scope("--dates", text, why, _DATE_EXAMPLE)
    numbers = [int(number) for number in term.split("-")]
    try:
        start = date(*[*numbers, 1, 1][:3])
    except ValueError:
        raise UsageError.bad_scope("--dates", text, *_no_such_date(term)) from None
    if len(numbers) == 3:
        return DateRange(start, start)
    last_month = start.month if len(numbers) == 2 else 12
    return DateRange(start, date(start.year, last_month, monthrange(start.year, last_month)[1]))


def _no_such_date(term: str) -> tuple[str, str]:
    year = int(term[:4])
    if term == season_label(year):
        return f"{term} is a season, for --seasons, and not a month", f"{year}-07-01:{year + 1}-06-30"
    return f"there is no date {term}", _DATE_EXAMPLE


def _terms(flag: str, text: str, example: str) -> list[str]:
    terms = [term.strip() for term in text.split(",")]
    if not all(terms):
        raise UsageError.bad_scope(flag, text, "it is empty, or has an empty place in its list", example)
    return terms


@dataclass(frozen=True)
class Scope:
    """What a command is asked to look at; an empty field means no limit."""

    dates: tuple[DateRange, ...] = ()
    seasons: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    phase: int | None = None

    def __post_init__(self) -> None:
        if self.phase is not None and self.phase not in PHASES:
            known = ", ".join(f"{number} ({name})" for number, name in PHASES.items())
            raise UsageError.bad_scope("--phase", str(self.phase), f"the phases are {known}", "3")

    def includes(self, game_date: date, season: str) -> bool:
        """Whether a game of that date and season is in scope."""
        in_dates = not self.dates or any(part.contains(game_date) for part in self.dates)
        return in_dates and (not self.seasons or season in self.seasons)

    def flags(self) -> tuple[str, ...]:
        """The scope as the command line takes it."""
        words: list[str] = []
        if self.dates:
            words += ["--dates", ",".join(part.flag() for part in self.dates)]
        if self.seasons:
            words += ["--seasons", seasons_flag(self.seasons)]
        if self.tables:
            words += ["--tables", ",".join(self.tables)]
        return (*words, "--phase", str(self.phase)) if self.phase is not None else tuple(words)

    def describe(self) -> str:
        """The scope in one sentence, to be echoed before work starts."""
        dates = f"game dates {_listed([str(part) for part in self.dates])}" if self.dates else "all game dates"
        parts = [dates, f"seasons {_listed(self.seasons)}" if self.seasons else "all seasons"]
        if self.phase is not None:
            parts.append(f"phase {self.phase} ({PHASES[self.phase]})")
        parts.append(f"tables {_listed(self.tables)}" if self.tables else "all tables")
        sentence = ", ".join(parts)
        return f"{sentence[0].upper()}{sentence[1:]}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
