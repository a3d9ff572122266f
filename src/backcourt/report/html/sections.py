"""The other parts of the page: headline, what is not verified, quality, runs, certificate and findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from backcourt.report.html.facts import Cell, Facts, Verdict
from backcourt.report.html.markup import Child, Html, el, join
from backcourt.report.quality import QualityReport, WeekLine

GROUPS_SHOWN = 60
_GOOD = ("complete", "passed", "pass")


def headline(facts: Facts) -> Html:
    """A few figures that tell how things are."""
    return el(
        "div", _share(facts), _last_run(facts), _certificate(facts), map(_verdict, facts.verdicts), class_="cards"
    )


def _share(facts: Facts) -> Html:
    tables: dict[str, list[bool]] = {}
    for cell in facts.expected:
        tables.setdefault(cell.table, []).append(cell.state == "verified")
    if not tables:
        return _card("Verified", "nothing expected", "no game in this scope is covered by a source", is_good=False)
    shares = {table: sum(each) / len(each) for table, each in tables.items()}
    slowest = min(shares, key=lambda table: (shares[table], table))
    count = f"{sum(map(sum, tables.values())):,} of {len(facts.expected):,} partitions"
    what = (
        f"{count}; every table is complete" if facts.is_complete else f"of {slowest}, furthest behind; {count} in all"
    )
    # Rounded down: only what is whole is 100 %.
    return _card("Verified", f"{int(shares[slowest] * 1000) / 10:.1f} %", what, is_good=facts.is_complete)


def _last_run(facts: Facts) -> Html:
    if not facts.runs:
        return _card("Last run", "none", "backcourt backfill", is_good=False)
    last = facts.runs[0]
    outcome = "killed" if last.outcome == "running" else last.outcome
    what = f"{last.started_at:%Y-%m-%d %H:%M} UTC: {last.recomputed:,} recomputed, {last.failed:,} failed, {last.blocked:,} blocked"
    return _card("Last run", outcome, what, is_good=outcome in _GOOD)


def _certificate(facts: Facts) -> Html:
    last = facts.certificate
    if last is None:
        return _card("Certificate", "none", "backcourt verify --certify", is_good=None)
    sample = "" if last.sample is None else f", a sample of {last.sample} dates"
    what = f"{last.certified_at:%Y-%m-%d %H:%M} UTC: {last.compared:,} partitions compared, {last.mismatches:,} differing{sample}"
    return _card("Certificate", last.outcome, what, is_good=last.outcome in _GOOD)


def _verdict(one: Verdict) -> Html:
    counts = ", ".join(f"{count:,} {outcome}" for outcome, count in one.counts.items())
    good = None if one.outcome == "warn" else one.outcome in _GOOD
    return _card(one.kind.capitalize(), one.outcome, f"{one.reviewed_at:%Y-%m-%d %H:%M} UTC: {counts}", is_good=good)


def _card(name: str, figure: str, what: str, *, is_good: bool | None) -> Html:
    look = {True: "good", False: "bad", None: "open"}[is_good]
    return el("div", el("h2", name), el("p", figure, class_="figure"), el("p", what), class_=f"card {look}")


def trouble(facts: Facts) -> Html:
    """What is not verified, dates in a row together."""
    groups = _groups(facts)
    if not groups:
        return Html()
    rows = [
        (table, state.replace("_", " "), str(cells[0].game_date), str(cells[-1].game_date), len(cells), cause)
        for table, state, cause, cells in groups[:GROUPS_SHOWN]
    ]
    left = len(groups) - GROUPS_SHOWN
    more = el("p", f"{left:,} more; ", el("code", "backcourt status --failures"), " has them.") if left > 0 else None
    count = f"{sum(len(cells) for *_, cells in groups):,} partitions"
    heads = ("table", "state", "first", "last", "dates", "why")
    return _part("Not verified", count, _table(heads, rows, figures=(4,), texts=(5,)), more)


def _groups(facts: Facts) -> list[tuple[str, str, str, list[Cell]]]:
    """Runs of dates of a table in the same state, with the cause of the first one."""
    found = []
    for (table, season, state), each in groupby(facts.expected, key=lambda cell: (cell.table, cell.season, cell.state)):
        cells = list(each)
        if state != "verified":
            found.append((table, state, cells[0].cause, cells))
        del season
    return found


def quality(report: QualityReport | None) -> Html:
    """The feature store by week: a bar for each week of a season, the tiers on top of each other."""
    if report is None or not report.weeks:
        return Html()
    last = max(line.week for line in report.weeks)
    seasons = {season: list(lines) for season, lines in groupby(report.weeks, key=lambda line: line.season)}
    rows = [
        el("tr", el("th", season, scope="row"), _weeks(lines, last, report.tiers, is_first=number == 0))
        for number, (season, lines) in enumerate(sorted(seasons.items(), reverse=True))
    ]
    head = el("tr", el("td"), [el("th", str(week), scope="col") for week in range(1, last + 1)])
    items = [el("li", el("span", class_=f"swatch t-{place}"), el("b", tier)) for place, tier in enumerate(report.tiers)]
    bars = el(
        "table",
        el("colgroup", el("col", class_="names"), el("col", span=last)),
        *(el("thead", head), el("tbody", rows)),
        class_="weeks",
        role="grid",
        aria_label="Quality by week of season",
    )
    return _part(
        "Quality of the feature store", "tiers by week of season", el("ul", items, class_="legend"), _scroll(bars)
    )


def _weeks(lines: Sequence[WeekLine], last: int, tiers: Sequence[str], *, is_first: bool) -> list[Html]:
    by_week = {line.week: line for line in lines}
    boxes = []
    for week in range(1, last + 1):
        line = by_week.get(week)
        if line is None:
            boxes.append(el("td"))
            continue
        parts = [
            el("span", class_=f"t-{place}", style=f"height:{share * 100:.2f}%")
            for place, share in enumerate(line.shares)
            if share
        ]
        shares = [f"{tier} {share:.1%}" for tier, share in zip(tiers, line.shares, strict=True)]
        told = "\n".join((f"week {week}: {line.rows:,} rows", *shares))
        is_entry = is_first and week == min(by_week)
        boxes.append(el("td", el("div", parts), class_="p", title=told, tabindex="0" if is_entry else None))
    return boxes


def history(facts: Facts) -> Html:
    """The runs, newest first."""
    heads = (
        "run",
        "outcome",
        "seconds",
        "considered",
        "recomputed",
        "changed",
        "skip rate",
        "failed",
        "blocked",
        "rows",
        "process",
    )
    rows = [
        (
            *(one.run_id, "killed" if one.outcome == "running" else one.outcome),
            *(None if one.seconds is None else f"{one.seconds:,.1f}", one.considered, one.recomputed, one.changed),
            *(None if one.skip_rate is None else f"{one.skip_rate:.1%}", one.failed, one.blocked, one.rows),
            f"{one.pid} on {one.host}",
        )
        for one in facts.runs
    ]
    if not rows:
        return Html()
    count = f"the newest {len(rows)} of {facts.runs_in_all:,}" if facts.runs_in_all > len(rows) else "newest first"
    return _part("Runs", count, _table(heads, rows, figures=range(2, 10)))


def findings(verdicts: Iterable[Verdict]) -> Html:
    """What the newest rounds of checks did not pass."""
    parts = []
    for one in verdicts:
        if one.findings:
            heads = ("check", "subject", "outcome", "what it said", "hint")
            parts.append(_part(f"Findings of {one.kind}", one.scope, _table(heads, one.findings, texts=(3, 4))))
    return join(parts)


def _part(name: str, note: str, *children: Child) -> Html:
    return el("section", el("h2", name, " ", el("small", note)), *children)


def _scroll(child: Html) -> Html:
    return el("div", child, class_="scroll")


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[Child]], *, figures: Iterable[int] = (), texts: Iterable[int] = ()
) -> Html:
    """A table; `figures` are the columns to the right, `texts` those that may take several lines."""
    kinds = {**dict.fromkeys(texts, "t"), **dict.fromkeys(figures, "n")}
    looks = [kinds.get(place) for place in range(len(heads))]
    head = el("tr", [el("th", text, scope="col", class_=look) for text, look in zip(heads, looks, strict=True)])
    body = [
        el("tr", [el("td", "-" if cell is None else cell, class_=look) for cell, look in zip(row, looks, strict=True)])
        for row in rows
    ]
    return _scroll(el("table", el("thead", head), el("tbody", body), class_="list"))
