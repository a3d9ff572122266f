"""Facts for the page that no warehouse has to be built for: every state, a nasty text in every place, a quality, runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from backcourt.engine.runs import Run
from backcourt.report.html.calendar import LOOKS
from backcourt.report.html.facts import Cell, Facts, Verdict
from backcourt.report.quality import QualityReport, WeekLine
from backcourt.report.status import LastCertificate
from support import NOON

NASTY = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">'\"&"
SEASONS = {"2021-22": date(2021, 10, 19), "2022-23": date(2022, 10, 18)}
TABLES = ("player_game_summary", "upcoming_player_game_context", "ml_feature_store")
NOW = NOON.replace(tzinfo=None)


def cells(dates: int = 40) -> tuple[Cell, ...]:
    """Three tables on every third day of two seasons: of the first table and season one date in each state, then verified."""
    made = []
    for table in TABLES:
        for season, first in SEASONS.items():
            for number in range(dates):
                state = (
                    list(LOOKS)[number]
                    if (table, season) == (TABLES[0], "2021-22") and number < len(LOOKS)
                    else "verified"
                )
                day = first + timedelta(days=3 * number)
                cause = "" if state == "verified" else f"{state}: {NASTY}"
                rows = 10 if state == "verified" else 7
                made.append(
                    Cell(
                        table, day, season, state, cause, 2, 1 if state == "not_covered" else 0, 10, rows, "run-1", NOW
                    )
                )
    return tuple(made)


def run(number: int, outcome: str = "complete") -> Run:
    return Run(
        run_id=f"run-{number}", command="backfill", scope="All.", started_at=NOW, ended_at=NOW, seconds=12.5, outcome=outcome,
        unit="season", threads=1, host=NASTY, pid=7, considered=1200, skipped=1000, cut_off=3, outside=2, recomputed=195, changed=190,
        unchanged=5, failed=1, blocked=2, rows=4321, skip_rate=0.8375, seconds_saved=1.0, ordinal=number,
        stopped=None, not_run=0,
    )  # fmt: skip


def facts() -> Facts:
    """Everything that the page can show, nasty wherever a text comes from elsewhere."""
    shares = ((0.0, 0.25, 0.5, 0.25), (0.9, 0.1, 0.0, 0.0))
    weeks = tuple(WeekLine(season, week, 800, shares[week - 1]) for season in SEASONS for week in (1, 2))
    return Facts(
        kind="simulated",
        as_of=None,
        made_at=NOON,
        scope="All game dates, all seasons, all tables.",
        tables=TABLES,
        cells=cells(),
        runs=(run(2, "incomplete"), run(1)),
        runs_in_all=70,
        quality=QualityReport("simulated", ("high", "medium", "low", "insufficient"), weeks, ()),
        certificate=LastCertificate("c", NASTY, 20, "passed", 240, 0, NOW),
        verdicts=(
            Verdict(
                "validate", "fail", NOW, NASTY, {"pass": 30, "warn": 1, "fail": 1, "error": 0},
                (("points add up", NASTY, "fail", NASTY, NASTY), ("column health", "", "warn", "a share drifted", "")),
            ),
        ),
    )  # fmt: skip


def empty() -> Facts:
    """A warehouse in which nothing is expected."""
    return replace(
        facts(), cells=(), tables=(), runs=(), runs_in_all=0, quality=None, certificate=None, verdicts=(), kind=None
    )
