"""The one name normaliser, and the one table of team spellings.

Sources spell a player in a dozen ways; joins by name work only if every one of them goes through `name_key`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from backcourt.errors import SourceError

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_LONG_SUFFIXES = {"junior": "jr", "senior": "sr"}

# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans(
    {
        "ı": "i",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ħ": "h",
        "ŧ": "t",
        "þ": "th",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ŋ": "n",
        "ĸ": "k",
        "ə": "e",
    }
)


def name_key(text: str) -> str:
    """The key of a player's name: lower-case ASCII letters and digits, `jr` to `iv` kept, `Last, First` turned round.

    Accents, case, blanks and punctuation make no difference. A name without a Latin letter or digit gives "",
    which is not a key to join on.
    """
    parts = [words for part in _ascii_lower(text).split(",") if (words := _words(part))]
    return "".join(_in_order(parts))


def _ascii_lower(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
    unmarked = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unmarked.casefold().translate(_LETTERS)


def _words(part: str) -> list[str]:
    words = ["".join(char for char in word if char.isascii() and char.isalnum()) for word in part.split()]
    return [word for word in words if word]


def _in_order(parts: list[list[str]]) -> list[str]:
    # A name of one word stays as it is, so that a key is its own key: "Jun Ior" is `junior`, and so is `junior`.
    if sum(len(part) for part in parts) > 1:
        parts = [[_LONG_SUFFIXES.get(word, word) for word in part] for part in parts]
    names, suffixes = [], []
    for part in parts:
        name, suffix = _split_suffix(part)
        suffixes += suffix
        if name:
            names.append(name)
    last_first = names[1:] + names[:1]
    return [word for name in last_first for word in name] + suffixes


def _split_suffix(words: list[str]) -> tuple[list[str], list[str]]:
    end = len(words)
    while end and words[end - 1] in _SUFFIXES:
        end -= 1
    return words[:end], words[end:]


# Tricode, NBA id, market, nickname, and whatever else sources write for it. Lower case, blanks and dots do not matter.
_TEAMS: tuple[tuple[str, int, str, str, tuple[str, ...]], ...] = (
    ("ATL", 1610612737, "Atlanta", "Hawks", ()),
    ("BKN", 1610612751, "Brooklyn", "Nets", ("BRK", "BK")),
    ("BOS", 1610612738, "Boston", "Celtics", ()),
    ("CHA", 1610612766, "Charlotte", "Hornets", ("CHO",)),
    ("CHI", 1610612741, "Chicago", "Bulls", ()),
    ("CLE", 1610612739, "Cleveland", "Cavaliers", ("Cavs",)),
    ("DAL", 1610612742, "Dallas", "Mavericks", ("Mavs",)),
    ("DEN", 1610612743, "Denver", "Nuggets", ()),
    ("DET", 1610612765, "Detroit", "Pistons", ()),
    ("GSW", 1610612744, "Golden State", "Warriors", ("GS", "Golden St.", "San Francisco")),
    ("HOU", 1610612745, "Houston", "Rockets", ()),
    ("IND", 1610612754, "Indiana", "Pacers", ("Indianapolis",)),
    ("LAC", 1610612746, "Los Angeles Clippers", "Clippers", ("LA Clippers", "L.A. Clippers")),
    ("LAL", 1610612747, "Los Angeles Lakers", "Lakers", ("LA Lakers", "L.A. Lakers")),
    ("MEM", 1610612763, "Memphis", "Grizzlies", ()),
    ("MIA", 1610612748, "Miami", "Heat", ()),
    ("MIL", 1610612749, "Milwaukee", "Bucks", ()),
    ("MIN", 1610612750, "Minnesota", "Timberwolves", ("Minneapolis", "Wolves", "T-Wolves")),
    ("NOP", 1610612740, "New Orleans", "Pelicans", ("NO", "NOR", "Pels")),
    ("NYK", 1610612752, "New York", "Knicks", ("NY",)),
    ("OKC", 1610612760, "Oklahoma City", "Thunder", ("Okla City",)),
    ("ORL", 1610612753, "Orlando", "Magic", ()),
    ("PHI", 1610612755, "Philadelphia", "76ers", ("PHL", "Sixers", "Philadelphia Sixers")),
    ("PHX", 1610612756, "Phoenix", "Suns", ("PHO",)),
    ("POR", 1610612757, "Portland", "Trail Blazers", ("Blazers", "Portland Blazers")),
    ("SAC", 1610612758, "Sacramento", "Kings", ()),
    ("SAS", 1610612759, "San Antonio", "Spurs", ("SA",)),
    ("TOR", 1610612761, "Toronto", "Raptors", ()),
    ("UTA", 1610612762, "Utah", "Jazz", ("UTAH", "UTH", "Salt Lake City")),
    ("WAS", 1610612764, "Washington", "Wizards", ("WSH",)),
)


def _spellings(tricode: str, market: str, nickname: str, others: tuple[str, ...]) -> tuple[str, ...]:
    full = market if market.endswith(nickname) else f"{market} {nickname}"
    return (tricode, market, nickname, full, *others)


TEAM_IDS: Mapping[str, int] = MappingProxyType({tricode: team_id for tricode, team_id, *_ in _TEAMS})
TEAM_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {tricode: (market.removesuffix(f" {nickname}"), nickname) for tricode, _, market, nickname, _ in _TEAMS}
)
"""City or region, and nickname, by tricode."""
TEAM_SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        spelling: tricode
        for tricode, _, market, nickname, others in _TEAMS
        for spelling in _spellings(tricode, market, nickname, others)
    }
)
_SPELLING_BY_KEY = {name_key(spelling): spelling for spelling in TEAM_SPELLINGS}


def team_tricode(text: str) -> str:
    """The canonical tricode of a team, whatever a source calls it; raises SourceError for a name it does not know."""
    spelling = _SPELLING_BY_KEY.get(name_key(text))
    if spelling is None:
        raise SourceError(f"There is no team {text!r}.", _nearest_teams(text))
    return TEAM_SPELLINGS[spelling]


def _nearest_teams(text: str) -> str:
    key = name_key(text)
    if key in {"la", "losangeles"}:
        return "Los Angeles has two teams: write LAC (Clippers) or LAL (Lakers)."
    near = [_SPELLING_BY_KEY[match] for match in get_close_matches(key, _SPELLING_BY_KEY, n=3, cutoff=0.4)]
    if near:
        return f"Did you mean {', '.join(near)}? If it is a new spelling, add it to _TEAMS in backcourt/names.py."
    return f"Known tricodes: {', '.join(TEAM_IDS)}."


# Books that changed hands or are written with a region; the key is the spelling without case and punctuation.
_BOOKS = MappingProxyType(
    {
        "mgm": "betmgm",
        "pointsbet": "pointsbetus",
        "unibetus": "unibet",
        "williamhillus": "caesars",
        "draftkingspick6": "draftkings_pick6",
    }
)


def book_key(text: str) -> str:
    """The one spelling of a bookmaker.

    >>> book_key("BetOnline.ag"), book_key("mgm")
    ('betonlineag', 'betmgm')
    """
    key = "".join(letter for letter in text.casefold() if letter.isalnum())
    return _BOOKS.get(key, key)
