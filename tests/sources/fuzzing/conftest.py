"""Where the documents of all sources are authored."""

from __future__ import annotations

import sys
from pathlib import Path

for each in (
    "nba_cdn",
    "nba_stats",
    "odds_api",
    "bettingpros",
    "espn",
    "injury_report",
    "sportsdataverse",
    "bigdataball",
):
    sys.path.append(str(Path(__file__).parents[1] / each))
