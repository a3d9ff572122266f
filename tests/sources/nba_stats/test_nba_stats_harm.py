"""Whatever is done to a document, the answer is batches or a ShapeError, and what is given can be written down."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stats_payloads import box, chart, player_log, plays, registry, team_log

from backcourt.sources.nba_stats import records, requests
from backcourt.sources.payload import ShapeError
from mutating import mutated
from nba_game import DAY, GAME
from payloads import payload, survived

DOCUMENTS = {
    "box": (requests.box(GAME, DAY), box()),
    "plays": (requests.plays(GAME, DAY), plays()),
    "player_log": (requests.player_log("2024-25", "regular"), player_log()),
    "team_log": (requests.team_log("2024-25", "regular"), team_log()),
    "chart": (requests.chart(GAME, DAY, "2024-25", "regular"), chart()),
    "registry": (requests.registry("2024-25"), registry()),
}


@pytest.mark.parametrize("name", DOCUMENTS)
@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_harmed_documents(name: str, seed: int) -> None:
    """Nodes deleted, replaced, doubled, renamed or moved; bytes cut, soiled, or no numbers."""
    request, document = DOCUMENTS[name]
    survived(records.parse, payload(request, mutated(document, seed)))


@pytest.mark.parametrize("name", DOCUMENTS)
@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=200))
def test_any_bytes(name: str, body: bytes) -> None:
    """No bytes are an answer."""
    with pytest.raises(ShapeError):
        records.parse(payload(DOCUMENTS[name][0], body))
