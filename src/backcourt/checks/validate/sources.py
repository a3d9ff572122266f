"""What several sources say of one game is compared, and what a person put in a source's place is held against it.

Nothing is quarantined for it: which source stands is settled by the order of sources, and these findings tell where that matters.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from backcourt.checks.validate.result import Offence, Result, Rule, attempted, judged
from backcourt.checks.validate.stage import Stage
from backcourt.engine.contract import Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.ranks import MANUAL, ranked
from backcourt.engine.raw import live, same_columns, standing_rows
from backcourt.seasons import season_of

AGREE = Rule(
    "sources_agree", "sources", "warning",
    "two sources that have a game whole say the same of it: score, points, starters, who appeared, minutes within one",
)  # fmt: skip
CURRENT = Rule(
    "overrides_current", "sources", "warning",
    "the row that a manual value was put into is still the row that its source has",
)  # fmt: skip
RULES = (AGREE, CURRENT)

# By need: what is compared as it is, and what may be apart by so much.
_COMPARED = {
    "games": ({"home_points": 0, "away_points": 0, "game_date": 0}, "concat('game ', a.game_id)"),
    "team_box": ({"points": 0}, "concat('game ', a.game_id, ' team ', a.team_id)"),
    "player_box": (
        {"points": 0, "seconds_played": 60, "starter": 0, "appeared": 0},
        "concat('game ', a.game_id, ' ', a.player_name, ' (', a.player_id, ')')",
    ),
}


def source_rules(stage: Stage) -> Iterator[Result]:
    """The results for every need that several sources have, and for the manual rows of every table."""
    for need in sorted(set(_COMPARED) & set(stage.registry.raw)):
        if len([source for source in ranked(stage.warehouse, need) if source != MANUAL]) > 1:
            yield from attempted(AGREE, f"raw.{need}", partial(_agree, stage, stage.registry.raw[need]))
    corrected = stage.warehouse.rows("SELECT DISTINCT table_name FROM ledger.overrides ORDER BY ALL")
    for (need,) in corrected:
        if need in stage.registry.raw:
            yield from attempted(CURRENT, f"raw.{need}", partial(_current, stage, stage.registry.raw[need]))


def _agree(stage: Stage, contract: Contract) -> Iterator[Result]:
    query = _differing(contract)
    compared, found = 0, []
    for day, season, cause in stage.warehouse.rows(query):
        if stage.scope.includes(day, season):
            compared += 1
            found += [_offence(contract, day, cause)] if cause else []
    yield judged(
        AGREE,
        contract.full_name,
        f"{compared:,} rows that several sources have, all equal",
        {"compared": compared},
        found,
        query=query,
        hint="See which source stands with  backcourt sources;  change that with  backcourt sources order,"
        " or a single value with  backcourt ingest manual",
    )


def _differing(contract: Contract) -> str:
    """SQL: date and season of every row that two sources have of a game that both have whole, and where they differ."""
    columns, shown = _COMPARED[contract.name]
    whole_a, whole_b = (
        f"EXISTS (SELECT 1 FROM whole AS w WHERE w.game_id = {alias}.game_id AND w.source = {alias}.source)"
        for alias in "ab"
    )
    row = f"""SELECT a.game_date, a.season, {_first_difference(columns, shown)} AS cause
    FROM live AS a JOIN live AS b ON {same_columns(contract.key, "a", "b")} AND a.rank < b.rank WHERE {whole_a} AND {whole_b}"""
    alone = f"""
    UNION ALL SELECT a.game_date, a.season, concat({shown}, ' appeared: ', a.source, ' TRUE, ', o.source, ' without a row')
    FROM live AS a JOIN whole AS o ON o.game_id = a.game_id AND o.source <> a.source
    WHERE a.appeared AND NOT EXISTS (
      SELECT 1 FROM live AS b WHERE b.source = o.source AND {same_columns(contract.key, "a", "b")})
      AND {whole_a}"""
    return f"""WITH live AS (
      SELECT l.*, s.rank FROM ({live(contract)}) AS l
      JOIN ledger.sources AS s ON s.source = l.source AND s.table_name = '{contract.name}' WHERE l.source <> '{MANUAL}'),
    whole AS (SELECT game_id, source FROM live GROUP BY game_id, source HAVING {contract.whole})
    {row}{alone if "appeared" in contract.column_names else ""} ORDER BY 1, 3"""


def _first_difference(columns: dict[str, int], shown: str) -> str:
    """SQL for the first column in which two rows differ, with both values; what a source does not say is no difference."""
    cases = []
    for name, tolerance in columns.items():
        one, other = f"a.{quoted(name)}", f"b.{quoted(name)}"
        differs = f"abs({one} - {other}) > {tolerance}" if tolerance else f"{one} <> {other}"
        cases.append(
            f"WHEN {differs} THEN concat({shown}, ' {name}: ', a.source, ' ', {one}, ', ', b.source, ' ', {other})"
        )
    return f"CASE {' '.join(cases)} END"


def _current(stage: Stage, contract: Contract) -> Iterator[Result]:
    query = _moved(contract, standing_rows(stage.warehouse, contract, manual=False))
    rows = [row for row in stage.warehouse.rows(query) if _is_asked(stage, contract, row[0], row[1])]
    found = [_offence(contract, day, cause) for day, _, cause in rows if cause]
    yield judged(
        CURRENT,
        contract.full_name,
        f"{len(rows):,} manual values, each in the row that it was put into",
        {"values": len(rows)},
        found,
        query=query,
        hint="Look at the value, then take or remove its line and  backcourt ingest manual FILE",
    )


def _is_asked(stage: Stage, contract: Contract, day: date, season: str) -> bool:
    return not contract.is_dated or stage.scope.includes(day, season or season_of(day))


def _moved(contract: Contract, sources: str) -> str:
    """SQL: date and season of every manual value, and what became of the row that it stands in place of."""
    key = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in contract.key)
    season = "season" if "season" in contract.column_names else "''"
    # The columns of an override come into one text, and so does the value that the source has now.
    now = " ".join(f"WHEN '{name}' THEN CAST(t.{quoted(name)} AS VARCHAR)" for name in contract.column_names)
    value = "concat(o.row_key, ' ', o.column_name, ': ')"
    return f"""WITH told AS (
      SELECT CAST(to_json(struct_pack({key})) AS VARCHAR) AS own_key, {season} AS own_season, row_id AS own_row, source AS own_source,
        * FROM ({sources}))
    SELECT o.game_date, COALESCE(t.own_season, ''), CASE
      WHEN t.own_row IS NULL
        THEN concat({value}, o.source, ' has that row no longer; the value ', COALESCE(o.value, 'none'), ' stands nowhere')
      WHEN t.own_row <> o.source_row_id
        THEN concat({value}, t.own_source, ' has another row than when ', COALESCE(o.value, 'none'), ' was put in place of ',
          COALESCE(o.replaced, 'none'), '; it says ', COALESCE(CASE o.column_name {now} END, 'none'), ' now')
      END AS cause
    FROM ledger.overrides AS o LEFT JOIN told AS t ON t.own_key = o.row_key WHERE o.table_name = '{contract.name}'
    ORDER BY 1, 3"""


def _offence(contract: Contract, day: date, cause: str) -> Offence:
    return Offence(contract.full_name, day, cause, refused=False)
