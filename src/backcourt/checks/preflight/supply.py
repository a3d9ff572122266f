"""Is what the sources promised there, game by game, and is there another source where one fails?"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from backcourt.checks.finding import Finding, Outcome
from backcourt.checks.preflight.ground import Ground
from backcourt.checks.slates import differing_query, listed, needs, slates
from backcourt.engine.origin import ingest_words
from backcourt.warehouse.duckdb import Warehouse


def raw_coverage(ground: Ground) -> Iterator[Finding]:
    """Per source and need: the games delivered are those promised, neither fewer nor others, on their dates; who has not
    what another source has is only warned of."""
    opened = ground.opened
    queries = {contract.name: differing_query(contract) for contract in needs(ground.registry)}
    found = list(slates(opened, ground.registry, ground.scope))
    for slate in found:
        subject = f"raw.{slate.need} of {slate.source}"
        figures = {
            "promised": slate.promised,
            "absent": [f"{game.game_id} {game.game_date} {game.problem}" for game in slate.absent],
            "strange": [f"{game.game_id} {game.game_date}" for game in slate.strange],
        }
        said = f"{slate.promised - len(slate.absent):,} of {slate.promised:,} final games"
        problems = []
        if slate.absent:
            problems.append(
                f"not there whole: {listed(slate.absent)}" + (", which other sources have" if not slate.lacking else "")
            )
        if slate.strange:
            problems.append(f"there, and not final on that date by the schedule: {listed(slate.strange)}")
        hint = ""
        if problems:
            seasons = {game.season for game in slate.differing if game.season}
            hint = f"Ask again with  backcourt {shlex.join(ingest_words(opened, slate.source, seasons))}"
        outcome: Outcome = "fail" if slate.lacking else "warn" if problems else "pass"
        said = ": ".join([said, "; ".join(problems)] if problems else [said])
        yield Finding("raw coverage", outcome, said, subject, figures, queries[slate.need], hint)
    if not found:
        yield Finding("raw coverage", "fail", "no source promised anything", hint="Run  backcourt ingest SOURCE")


def fallbacks(ground: Ground) -> Iterator[Finding]:
    """Per need: which sources cover how many games of the scope, and how many none does."""
    for name in ("games", *(contract.name for contract in needs(ground.registry))):
        by_source, uncovered = _covering(ground.opened, ground, name)
        figures = {"sources": by_source, "not_covered": uncovered}
        left = f"; {uncovered:,} games are not covered" if uncovered else ""
        if not by_source:
            hint = (
                "Nothing that needs it is expected there, or its columns are NULL; a source that has it would add them."
            )
            yield Finding("fallbacks", "warn", f"not covered by any source{left}", f"raw.{name}", figures, hint=hint)
            continue
        said = ", ".join(f"{source} covers {games:,} games" for source, games in by_source.items())
        alone = ", and no other source does" if len(by_source) == 1 else ""
        yield Finding("fallbacks", "pass", said + alone + left, f"raw.{name}", figures)


def _covering(opened: Warehouse, ground: Ground, name: str) -> tuple[dict[str, int], int]:
    """Per source, best first, the games of the scope that it covers; and the games that none covers."""
    rows = opened.rows(
        """SELECT s.game_date, s.season, s.games, c.source FROM ledger.schedule AS s
        LEFT JOIN (SELECT DISTINCT season, season_type, source FROM ledger.coverage WHERE table_name = $need) AS c
          ON c.season = s.season AND c.season_type = s.season_type
        LEFT JOIN ledger.sources AS r ON r.source = c.source AND r.table_name = $need ORDER BY r.rank, s.game_date""",
        {"need": name},
    )
    by_source: dict[str, int] = {}
    uncovered = 0
    for day, season, games, source in rows:
        if ground.scope.includes(day, season):
            if source is None:
                uncovered += games
            else:
                by_source[source] = by_source.get(source, 0) + games
    return by_source, uncovered
