"""What an injury report looks like: its title, its columns, its words."""

from __future__ import annotations

import re

TITLE = re.compile(r"Injury Report: (\d{2}/\d{2}/\d{2} \d{2}:\d{2} [AP]M)")
FOOTER = re.compile(r"Page (\d{1,3}) of (\d{1,3})")
MATCHUP = re.compile(r"([A-Z]{3})@([A-Z]{3})")

COLUMNS = {
    "game_date": "Game Date",
    "game_time": "Game Time",
    "matchup": "Matchup",
    "team": "Team",
    "player_name": "Player Name",
    "current_status": "Current Status",
    "reason": "Reason",
}
"""The columns from left to right, with their headings."""

STATUSES = frozenset({"Out", "Doubtful", "Questionable", "Probable", "Available"})
NOT_SUBMITTED = "NOT YET SUBMITTED"
"""What stands for a team that has not said anything: not that nobody is hurt."""
