"""Settings that are not allowed, variables that nothing reads, credentials that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from standing import ground, of, only, told

from backcourt.checks.preflight.setup import credentials, settings
from backcourt.settings import SETTINGS, load_settings, size_in_bytes, wrong_settings
from backcourt.sources.known import SOURCES
from support import Workshop

HERE = Path("w.duckdb")


def test_settings_that_are_allowed() -> None:
    found = only(settings, ground(None, HERE, environ={"BACKCOURT_THREADS": "2", "HOME": "x"}))
    assert found.outcome == "pass"
    assert found.said == f"{len(SETTINGS)} settings are allowed, 1 from the environment"


def test_every_wrong_setting_is_named_and_the_checks_go_on() -> None:
    environ = {"BACKCOURT_THREADS": "0", "BACKCOURT_MEMORY_LIMIT": "much", "BACKCOURT_LOCK_TIMEOUT": "1"}
    found = told(settings, ground(None, HERE, environ=environ))
    assert found == [("BACKCOURT_MEMORY_LIMIT", "fail"), ("BACKCOURT_THREADS", "fail")]
    assert "'0' is not allowed" in of(settings, ground(None, HERE, environ=environ), "BACKCOURT_THREADS").said
    good = {name: value for name, value in environ.items() if name not in wrong_settings(environ)}
    assert load_settings(good).lock_timeout == 1


def test_a_variable_that_nothing_reads() -> None:
    on = ground(
        None, HERE, environ={"BACKCOURT_THREAD": "4", "BACKCOURT_KEY": "x"}, credentials={"s": ("BACKCOURT_KEY",)}
    )
    found = of(settings, on, "BACKCOURT_THREAD")
    assert (found.outcome, found.hint) == ("warn", "Unset BACKCOURT_THREAD, or did you mean BACKCOURT_THREADS?")
    assert ("BACKCOURT_KEY", "warn") not in told(settings, on)


def test_the_sources_of_today() -> None:
    """Those that are named need what they need."""
    known = {source.name: source.credentials for source in SOURCES}
    on = ground(None, HERE, credentials=known, chosen=tuple(known))
    found = told(credentials, on)
    assert [one for one, _ in found] == list(known)
    assert [one for one, outcome in found if outcome == "fail"] == ["odds_api", "bettingpros", "bigdataball"]
    assert of(credentials, on, "local").said == "none needed"


def test_a_key_of_a_source_that_nobody_asks() -> None:
    """Before there is a warehouse all that are known are told of; who wants no odds needs no key."""
    known = {"local": (), "odds_api": ("ODDS_API_KEY",)}
    found = of(credentials, ground(None, HERE, credentials=known, chosen=None), "odds_api")
    assert (found.outcome, found.said) == ("pass", "ODDS_API_KEY is not set; it is needed only to ask odds_api")
    on = ground(None, HERE, credentials=known, chosen=None, settings={"sources": "local:data, odds_api:2023"})
    assert told(credentials, on) == [("local", "pass"), ("odds_api", "fail")]


@pytest.mark.parametrize(("secret", "outcome"), [(None, "fail"), (" ", "fail"), ("hush-hush", "pass")])
def test_credentials_are_asked_for_by_name_and_never_told(secret: str | None, outcome: str) -> None:
    environ = {} if secret is None else {"ODDS_KEY": secret}
    found = only(
        credentials, ground(None, HERE, environ=environ, credentials={"odds": ("ODDS_KEY",)}, chosen=("odds",))
    )
    assert found.outcome == outcome
    assert "ODDS_KEY" in found.said
    assert "hush" not in repr(found)


def test_sources_that_nobody_named(shop: Workshop, tmp_path: Path) -> None:
    """Those that filled the warehouse, and before there is one all that are known."""
    assert told(credentials, ground(shop, chosen=None)) == [("simulated", "pass")]
    assert told(credentials, ground(None, tmp_path / "w", chosen=None)) == [("local", "pass"), ("simulated", "pass")]
    shop.warehouse.execute("DROP TABLE ledger.sources")
    assert told(credentials, ground(shop, chosen=None)) == [("", "error")]


def test_a_source_of_another_version() -> None:
    assert told(credentials, ground(None, HERE, chosen=("teletext",))) == [("teletext", "warn")]


@pytest.mark.parametrize(
    ("text", "size"), [("1500MB", 1_500_000_000), ("1.5 GiB", 3 * 2**29), ("1KB", 1000), ("2TB", 2 * 10**12)]
)
def test_a_size_has_so_many_bytes(text: str, size: int) -> None:
    assert size_in_bytes(text) == size


def test_what_is_no_size() -> None:
    with pytest.raises(ValueError, match="no size"):
        size_in_bytes("much")
