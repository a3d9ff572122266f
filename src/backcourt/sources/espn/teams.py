"""ESPN's ids and codes of the 30 teams; everything else it calls a team is none (all-star sides, opponents to be decided)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# ESPN's team id, the code that ESPN writes, the tricode of the NBA.
_TEAMS = (
    ("1", "ATL", "ATL"),
    ("2", "BOS", "BOS"),
    ("3", "NO", "NOP"),
    ("4", "CHI", "CHI"),
    ("5", "CLE", "CLE"),
    ("6", "DAL", "DAL"),
    ("7", "DEN", "DEN"),
    ("8", "DET", "DET"),
    ("9", "GS", "GSW"),
    ("10", "HOU", "HOU"),
    ("11", "IND", "IND"),
    ("12", "LAC", "LAC"),
    ("13", "LAL", "LAL"),
    ("14", "MIA", "MIA"),
    ("15", "MIL", "MIL"),
    ("16", "MIN", "MIN"),
    ("17", "BKN", "BKN"),
    ("18", "NY", "NYK"),
    ("19", "ORL", "ORL"),
    ("20", "PHI", "PHI"),
    ("21", "PHX", "PHX"),
    ("22", "POR", "POR"),
    ("23", "SAC", "SAC"),
    ("24", "SA", "SAS"),
    ("25", "OKC", "OKC"),
    ("26", "UTAH", "UTA"),
    ("27", "WSH", "WAS"),
    ("28", "TOR", "TOR"),
    ("29", "MEM", "MEM"),
    ("30", "CHA", "CHA"),
)

CODES: Mapping[str, str] = MappingProxyType({espn_id: code for espn_id, code, _ in _TEAMS})
"""The code that ESPN writes, by its team id."""

TRICODES: Mapping[str, str] = MappingProxyType({espn_id: tricode for espn_id, _, tricode in _TEAMS})
IDS: Mapping[str, str] = MappingProxyType({tricode: espn_id for espn_id, _, tricode in _TEAMS})
_ID_OF_CODE = {code: espn_id for espn_id, code, _ in _TEAMS}


def disagreement(espn_id: str, code: str) -> str | None:
    """What is wrong with an id and a code that ESPN gives of one team, or None; a team outside the 30 is not wrong.

    >>> disagreement("9", "GS"), disagreement("31", "EAST")
    (None, None)
    >>> disagreement("9", "NY")
    "team id 9 is called 'NY', known is 'GS'"
    """
    known = CODES.get(espn_id)
    if known is not None and known != code:
        return f"team id {espn_id} is called {code[:40]!r}, known is {known!r}"
    if known is None and code in _ID_OF_CODE:
        return f"team id {espn_id} is called {code!r}, which is team {_ID_OF_CODE[code]}"
    return None
