"""What is fuzzed: a parser of every document of every source, and how its documents are mutated."""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import cdn_payloads
import odds_payloads
import pros_payloads
import stats_payloads
from reports import ROWS, report
from reports import payload_of as report_payload
from test_bigdataball import COLUMNS, REQUEST, short_game
from test_espn import DAY as ESPN_DAY
from test_espn import board, finals_game, roster
from test_sportsdataverse import AUTHORED, parquet
from test_sportsdataverse import payload as release_payload

from backcourt.sources.bettingpros import records as pros_records
from backcourt.sources.bettingpros import requests as pros
from backcourt.sources.bigdataball import records as ball_records
from backcourt.sources.espn import records as espn_records
from backcourt.sources.espn import requests as espn
from backcourt.sources.injury_report import records as injury_records
from backcourt.sources.nba_cdn import records as cdn_records
from backcourt.sources.nba_cdn import requests as cdn
from backcourt.sources.nba_stats import records as stats_records
from backcourt.sources.nba_stats import requests as stats
from backcourt.sources.odds_api import records as odds_records
from backcourt.sources.odds_api import requests as odds
from backcourt.sources.payload import Batch, Payload, Request
from backcourt.sources.sportsdataverse.releases import open_release
from backcourt.warehouse.duckdb import Warehouse
from mutating import mutated, mutated_bytes, mutated_rows
from nba_game import DAY, GAME
from payloads import payload
from stats_ground import mapping_of, staged_file

Parse = Callable[[Payload], list[Batch]]


@dataclass(frozen=True)
class Target:
    """A document: `make(seed)` is a mutation of it, `parse` what reads it, `soak` how many of it a campaign reads."""

    make: Callable[[int], Payload]
    parse: Parse
    soak: int


def _json(request: Request, document: Any, parse: Parse, soak: int, of: Callable[..., Payload] = payload) -> Target:
    return Target(lambda seed: of(request, mutated(document, seed)), parse, soak)


def _pros(request: Request, body: bytes) -> Payload:
    return Payload(request, body, pros_payloads.FETCHED, "0" * 64)


def _odds(request: Request, body: bytes) -> Payload:
    return Payload(request, body, odds_payloads.BEFORE, "0" * 64)


def _game_file(seed: int) -> Payload:
    """A file of BigDataBall with harm to its rows, or to its bytes."""
    lines = [list(COLUMNS), *([line[name] for name in COLUMNS] for line in short_game())]
    whole = io.StringIO(newline="")
    csv.writer(whole).writerows(mutated_rows(lines, seed) if seed % 3 else lines)
    body = whole.getvalue().encode("utf-8", "surrogatepass")
    return payload(REQUEST, body if seed % 3 else mutated_bytes(body, seed))


_REPORT = report(ROWS)


def _report(seed: int) -> Payload:
    """An injury report with harm to its cells and rows, or to its bytes."""
    if seed % 3:
        return report_payload(mutated_bytes(_REPORT, seed))
    pages: Any = [mutated_rows(rows, seed + place) for place, rows in enumerate(ROWS)]
    cells = [[[_latin(cell) for cell in (*row, *[""] * 7)[:7]] for row in rows] for rows in pages]
    return report_payload(report(cells, packed=seed % 2 == 0))


def _latin(cell: str) -> str:
    return cell.encode("latin-1", "replace").decode("latin-1")[:2000]


_POINTS, _LINES = odds_payloads.POINTS, odds_payloads.LINES
_EVENTS = [{key: value for key, value in each.items() if key != "bookmakers"} for each in _LINES]
_BEFORE = odds_payloads.BEFORE

TARGETS: dict[str, Target] = {
    "nba_cdn schedule": _json(cdn.schedule("2024-25"), cdn_payloads.schedule(), cdn_records.parse, 8000),
    "nba_cdn box": _json(cdn.box(GAME), cdn_payloads.box(), cdn_records.parse, 8000),
    "nba_cdn plays": _json(cdn.plays(GAME), cdn_payloads.plays(), cdn_records.parse, 8000),
    "nba_stats box": _json(stats.box(GAME, DAY), stats_payloads.box(), stats_records.parse, 6000),
    "nba_stats plays": _json(stats.plays(GAME, DAY), stats_payloads.plays(), stats_records.parse, 6000),
    "nba_stats registry": _json(stats.registry("2024-25"), stats_payloads.registry(), stats_records.parse, 5000),
    "nba_stats player log": _json(
        stats.player_log("2024-25", "regular"), stats_payloads.player_log(), stats_records.parse, 5000
    ),
    "nba_stats team log": _json(
        stats.team_log("2024-25", "regular"), stats_payloads.team_log(), stats_records.parse, 5000
    ),
    "nba_stats chart": _json(
        stats.chart(GAME, DAY, "2024-25", "regular"), stats_payloads.chart(), stats_records.parse, 5000
    ),
    "odds_api points": _json(odds_payloads.LIVE_POINTS, _POINTS, odds_records.parse, 5000, _odds),
    "odds_api past points": _json(
        odds_payloads.PAST_POINTS, odds_payloads.wrapped(_POINTS), odds_records.parse, 5000, _odds
    ),
    "odds_api lines": _json(odds_payloads.LIVE_LINES, _LINES, odds_records.parse, 5000, _odds),
    "odds_api past lines": _json(
        odds_payloads.PAST_LINES, odds_payloads.wrapped(_LINES), odds_records.parse, 5000, _odds
    ),
    "odds_api events": _json(odds.events(odds_payloads.DAY), _EVENTS, odds_records.parse, 3000, _odds),
    "bettingpros offers": _json(
        pros.offers(pros_payloads.WARRIORS), pros_payloads.OFFERS, pros_records.parse, 6000, _pros
    ),
    "bettingpros events": _json(pros.events(pros_payloads.DAY), pros_payloads.EVENTS, pros_records.parse, 4000, _pros),
    "espn scoreboard": _json(espn.scoreboard(ESPN_DAY), board(finals_game()), espn_records.parse, 6000),
    "espn roster": _json(espn.roster("IND"), roster(), espn_records.parse, 5000),
    "bigdataball game": Target(_game_file, ball_records.parse, 5000),
    "injury_report": Target(_report, injury_records.parse, 400),
}


class Releases:
    """The releases of sportsdataverse, mutated in rows and bytes, and staged in a warehouse that must stay as it is."""

    def __init__(self, warehouse: Warehouse, folder: Path) -> None:
        self._warehouse, self._folder = warehouse, folder
        self._whole = {need: parquet(folder, rows()) for need, rows in AUTHORED.items()}

    def target(self, need: str) -> Target:
        """A release of a need, beside a schedule that is whole."""

        def parse(made: Payload) -> list[Batch]:
            beside = None if need == "games" else release_payload("games", self._whole["games"])
            with open_release(self._warehouse, made, beside) as releases:
                for each in releases:
                    staged_file(self._warehouse, mapping_of("sportsdataverse", each.kind), each.file)
            return []

        return Target(lambda seed: release_payload(need, self._mutated(need, seed)), parse, 300)

    def _mutated(self, need: str, seed: int) -> bytes:
        if seed % 2:
            return mutated_bytes(self._whole[need], seed)
        dice, rows = Random(seed), copy.deepcopy(AUTHORED[need]())
        for _ in range(dice.randint(1, 4)):
            row = dice.choice(rows)
            name, other = dice.choice(list(row)), dice.choice(list(row))
            harm = dice.randrange(5)
            if harm == 0:
                row[name] = None
            elif harm == 1:
                row[name] = dice.choice((-1, 0, 10**9, 1.5)) if isinstance(row[name], int | float) else "x" * 5000
            elif harm == 2:
                rows.append(dict(row))
            elif harm == 3:
                for each in rows:
                    each[f"{name}2"] = each.pop(name, None)
            elif type(row[name]) is type(row[other]):
                row[name], row[other] = row[other], row[name]
        uniform = [{name: row.get(name) for name in rows[0]} for row in rows]
        return parquet(self._folder, uniform)
