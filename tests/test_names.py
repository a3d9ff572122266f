"""One normaliser for every source: the names that once lost joins, and the laws it keeps."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backcourt.errors import SourceError
from backcourt.names import TEAM_IDS, TEAM_SPELLINGS, name_key, team_tricode

NAMES = [
    # the names that the predecessor lost
    ("Luka Dončić", "lukadoncic"),
    ("Nikola Jokić", "nikolajokic"),
    ("Kristaps Porziņģis", "kristapsporzingis"),
    ("Dennis Schröder", "dennisschroder"),
    ("Alperen Şengün", "alperensengun"),
    ("Jaren Jackson Jr.", "jarenjacksonjr"),
    ("Robert Williams III", "robertwilliamsiii"),
    ("Tim Hardaway Jr.", "timhardawayjr"),
    ("D'Angelo Russell", "dangelorussell"),
    ("D’Angelo Russell", "dangelorussell"),
    ("Shai Gilgeous-Alexander", "shaigilgeousalexander"),
    ("Zubac, Ivica", "ivicazubac"),
    ("O.G. Anunoby", "oganunoby"),
    ("OG Anunoby", "oganunoby"),
    ("Austin Rivers", "austinrivers"),
    # suffixes, in every order
    ("Porter Jr., Michael", "michaelporterjr"),
    ("Porter, Michael Jr.", "michaelporterjr"),
    ("Jackson, Jaren, Jr.", "jarenjacksonjr"),
    ("Smith, Jr., Dennis", "dennissmithjr"),
    ("Tim Hardaway, Jr.", "timhardawayjr"),
    ("Tim Hardaway Junior", "timhardawayjr"),
    ("Gary Payton Senior", "garypaytonsr"),
    ("Williams III, Robert", "robertwilliamsiii"),
    ("Gary Payton II", "garypaytonii"),
    ("Lonnie Walker IV", "lonniewalkeriv"),
    ("Jaden Ivey", "jadenivey"),
    ("Srđan Jrković", "srdanjrkovic"),
    # letters that do not decompose
    ("Ömer Aşık", "omerasik"),
    ("İlyasova, Ersan", "ersanilyasova"),
    ("Nikola Đurišić", "nikoladurisic"),
    ("Łukasz Kołodziej", "lukaszkolodziej"),
    ("Søren Ærø", "sorenaero"),
    ("Karl Weiß", "karlweiss"),
    ("KARL WEISS", "karlweiss"),
    ("Þór Œuvre", "thoroeuvre"),
    # blanks, width, case
    ("  LeBron   JAMES ", "lebronjames"),
    ("ＬｅＢｒｏｎ　Ｊａｍｅｓ", "lebronjames"),
    ("Karl-Anthony Towns", "karlanthonytowns"),
    ("P_J_ Washington", "pjwashington"),
    ("Nenê", "nene"),
    ("", ""),
    ("Владимир", ""),
]

SUFFIXES = ["jr", "sr", "ii", "iii", "iv"]
WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=9).filter(
    lambda word: word not in {*SUFFIXES, "junior", "senior"}
)
MARKED = {"a": "áàâäãåāăą", "c": "çćč", "d": "đď", "e": "éèêëēė", "i": "íìîïīı", "l": "ł", "n": "ñńņ", "o": "óòöøō"}


@pytest.mark.parametrize(("text", "key"), NAMES)
def test_a_name_has_its_key(text: str, key: str) -> None:
    """Every known trouble, one line each."""
    assert name_key(text) == key


def _holds_for_any_text(text: str) -> None:
    key = name_key(text)
    assert re.fullmatch(r"[a-z0-9]*", key)
    assert name_key(key) == key


@given(st.text())
@example("Jun-ior")
@example("ﬁrst, ſecond")
def test_a_key_is_ascii_and_its_own_key(text: str) -> None:
    """Applying the normaliser twice changes nothing, and nothing but [a-z0-9] comes out."""
    _holds_for_any_text(text)


@pytest.mark.soak
@settings(max_examples=25_000, deadline=None)
@given(st.text())
def test_a_key_is_ascii_and_its_own_key_for_long(text: str) -> None:
    """The same law, over many more texts."""
    _holds_for_any_text(text)


@given(st.lists(WORD, min_size=1, max_size=3), st.data())
def test_accents_and_case_never_matter(words: list[str], data: st.DataObject) -> None:
    """Marking or capitalising letters keeps the key."""
    plain = " ".join(words)
    marked = "".join(data.draw(st.sampled_from([char, char.upper(), *MARKED.get(char, "")])) for char in plain)
    assert name_key(marked) == name_key(plain) == "".join(words)


@given(st.lists(WORD, min_size=1, max_size=3), st.data())
def test_punctuation_never_matters(words: list[str], data: st.DataObject) -> None:
    """Dots, hyphens, quotes and underscores may stand anywhere."""
    dotted = "".join(
        char + data.draw(st.sampled_from(["", "", ".", "-", "'", "’", "_", "`"])) for char in "".join(words)
    )
    assert name_key(dotted) == "".join(words)


@given(WORD, WORD, st.sampled_from(["", *SUFFIXES]))
def test_every_order_of_a_name_has_one_key(first: str, last: str, suffix: str) -> None:
    """'First Last Jr.', 'Last Jr., First' and 'Last, First, Jr.' are one player."""
    key = f"{first}{last}{suffix}"
    assert name_key(f"{first} {last} {suffix}") == key
    assert name_key(f"{last} {suffix}, {first}") == key
    assert name_key(f"{last}, {first} {suffix}") == key
    assert name_key(f"{last}, {first}, {suffix}") == key


TEAMS = [
    ("BRK", "BKN"),
    ("CHO", "CHA"),
    ("PHO", "PHX"),
    ("GS", "GSW"),
    ("NO", "NOP"),
    ("NY", "NYK"),
    ("SA", "SAS"),
    ("UTAH", "UTA"),
    ("WSH", "WAS"),
    ("utah", "UTA"),
    ("LA Clippers", "LAC"),
    ("L.A. Clippers", "LAC"),
    ("LAClippers", "LAC"),
    ("Los Angeles Clippers", "LAC"),
    ("Los Angeles Lakers", "LAL"),
    ("Lakers", "LAL"),
    ("Golden State", "GSW"),
    ("GoldenState", "GSW"),
    ("Golden St.", "GSW"),
    ("Blazers", "POR"),
    ("Trail Blazers", "POR"),
    ("Portland Trail Blazers", "POR"),
    ("Philadelphia 76ers", "PHI"),
    ("Sixers", "PHI"),
    ("Oklahoma City Thunder", "OKC"),
    (" boston celtics ", "BOS"),
    ("Minnesota", "MIN"),
]


@pytest.mark.parametrize(("text", "tricode"), TEAMS)
def test_a_team_has_one_tricode(text: str, tricode: str) -> None:
    """What each source calls it."""
    assert team_tricode(text) == tricode


def test_every_spelling_leads_to_one_of_thirty_teams() -> None:
    """The table is whole, and no two teams share a spelling once it is normalised."""
    assert len(TEAM_IDS) == len(set(TEAM_IDS.values())) == 30
    assert set(TEAM_SPELLINGS.values()) == set(TEAM_IDS)
    assert {spelling: team_tricode(spelling) for spelling in TEAM_SPELLINGS} == dict(TEAM_SPELLINGS)


def test_team_ids_are_the_leagues() -> None:
    """The NBA numbers its thirty teams without a gap."""
    assert set(TEAM_IDS.values()) == set(range(1610612737, 1610612767))
    assert TEAM_IDS["BOS"] == 1610612738
    assert TEAM_IDS["CHA"] == 1610612766


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Boston Celtix", "Boston Celtics"),
        ("Los Angeles", "LAC (Clippers) or LAL (Lakers)"),
        ("L.A.", "LAC (Clippers) or LAL (Lakers)"),
        ("", "Known tricodes: ATL"),
        ("§", "Known tricodes: ATL"),
    ],
)
def test_an_unknown_team_is_an_error_that_helps(text: str, hint: str) -> None:
    """The message says the value, the hint the nearest spellings."""
    with pytest.raises(SourceError) as caught:
        team_tricode(text)
    assert repr(text) in caught.value.message
    assert hint in caught.value.hint
