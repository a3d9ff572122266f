"""Whatever is done to a document, the answer is batches or a ShapeError, and what is given can be written down."""

from __future__ import annotations

import pytest
from cdn_payloads import box, plays, schedule
from hypothesis import given, settings
from hypothesis import strategies as st

from backcourt.sources.nba_cdn import records, requests
from backcourt.sources.payload import ShapeError
from mutating import mutated
from nba_game import GAME
from payloads import payload, survived

DOCUMENTS = {
    "box": (requests.box(GAME), box()),
    "plays": (requests.plays(GAME), plays()),
    "schedule": (requests.schedule("2024-25"), schedule()),
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
