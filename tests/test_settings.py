"""Settings come from one tuple, and a bad value is an error that helps."""

from __future__ import annotations

import os
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_type_hints

import pytest

from backcourt.clock import FixedClock, SystemClock
from backcourt.errors import UsageError
from backcourt.settings import SETTINGS, Settings, load_settings


def test_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a process runs with when nothing is set."""
    monkeypatch.chdir(tmp_path)
    assert load_settings({}) == Settings(
        warehouse=Path("backcourt.duckdb"),
        real_data=None,
        threads=os.cpu_count() or 1,
        confirm_over=20000,
        lock_timeout=10.0,
        lease_timeout=60.0,
        max_vanishing=0.05,
        memory_limit="1500MB",
        horizon_days=1,
        stalled_after=10.0,
        notify="",
        sources="",
        retries=3,
        retry_after=10.0,
        max_failing=0.5,
        keep_runs=5,
        archive=Path("backcourt-archive"),
        offline=False,
        pace=1.0,
        credits=500,
        mirrors="",
        bigdataball="",
    )


def test_real_data_is_found_beside_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The default folder counts where it exists; a folder that was named always counts."""
    (tmp_path / "shared" / "data").mkdir(parents=True)
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    assert load_settings({}).real_data == Path("../shared/data")
    assert load_settings({"BACKCOURT_REAL_DATA": "elsewhere"}).real_data == Path("elsewhere")


def test_the_environment_wins() -> None:
    """Each variable changes its setting."""
    environ = {
        "BACKCOURT_WAREHOUSE": "~/nba.duckdb",
        "BACKCOURT_THREADS": "3",
        "BACKCOURT_CONFIRM_OVER": "0",
        "BACKCOURT_LOCK_TIMEOUT": "0.5",
        "BACKCOURT_LEASE_TIMEOUT": "15",
        "BACKCOURT_MAX_VANISHING": "1",
        "BACKCOURT_MEMORY_LIMIT": "1.5 GiB",
        "BACKCOURT_HORIZON_DAYS": "0",
        "BACKCOURT_STALLED_AFTER": "0.5",
        "BACKCOURT_NOTIFY": "mail -s 'a run' me",
        "BACKCOURT_SOURCES": "local:data",
        "BACKCOURT_RETRIES": "0",
        "BACKCOURT_RETRY_AFTER": "0.5",
        "BACKCOURT_MAX_FAILING": "0.1",
        "BACKCOURT_KEEP_RUNS": "9",
        "BACKCOURT_ARCHIVE": "kept",
        "BACKCOURT_OFFLINE": "Yes",
        "BACKCOURT_PACE": "2.5",
        "BACKCOURT_CREDITS": "0",
        "BACKCOURT_MIRRORS": "cdn.nba.com=http://127.0.0.1:8000",
    }
    settings = load_settings(environ)
    assert settings.warehouse == Path.home() / "nba.duckdb"
    assert (settings.threads, settings.confirm_over) == (3, 0)
    assert (settings.lock_timeout, settings.max_vanishing, settings.memory_limit) == (0.5, 1.0, "1.5 GiB")
    assert (settings.stalled_after, settings.notify) == (0.5, "mail -s 'a run' me")
    assert settings.sources == "local:data"
    assert (settings.horizon_days, settings.lease_timeout) == (0, 15.0)
    assert (settings.retries, settings.retry_after, settings.max_failing) == (0, 0.5, 0.1)
    assert settings.keep_runs == 9
    assert (settings.archive, settings.offline, settings.pace, settings.credits) == (Path("kept"), True, 2.5, 0)
    assert settings.mirrors == "cdn.nba.com=http://127.0.0.1:8000"


def test_an_empty_variable_counts_as_unset() -> None:
    """As a shell or a container leaves it behind."""
    assert load_settings({"BACKCOURT_LOCK_TIMEOUT": "  "}).lock_timeout == 10.0


@pytest.mark.parametrize(
    ("env", "value"),
    [
        ("BACKCOURT_THREADS", "0"),
        ("BACKCOURT_THREADS", "many"),
        ("BACKCOURT_CONFIRM_OVER", "-1"),
        ("BACKCOURT_CONFIRM_OVER", "1.5"),
        ("BACKCOURT_LOCK_TIMEOUT", "nan"),
        ("BACKCOURT_LOCK_TIMEOUT", "inf"),
        ("BACKCOURT_MAX_VANISHING", "5"),
        ("BACKCOURT_MAX_VANISHING", "5%"),
        ("BACKCOURT_STALLED_AFTER", "0"),
        ("BACKCOURT_OFFLINE", "maybe"),
        ("BACKCOURT_PACE", "0"),
        ("BACKCOURT_CREDITS", "-1"),
        ("BACKCOURT_MIRRORS", "cdn.nba.com"),
        ("BACKCOURT_MIRRORS", "cdn.nba.com=file:///etc"),
        ("BACKCOURT_MIRRORS", "cdn.nba.com=http://me:secret@127.0.0.1"),
        ("BACKCOURT_MEMORY_LIMIT", "lots"),
        ("BACKCOURT_MEMORY_LIMIT", "0GB"),
        ("BACKCOURT_MEMORY_LIMIT", "1GB'; DROP TABLE games"),
    ],
)
def test_a_bad_value_is_refused(env: str, value: str) -> None:
    """The message names variable, value and what is allowed; the hint the default."""
    setting = next(setting for setting in SETTINGS if setting.env == env)
    with pytest.raises(UsageError) as caught:
        load_settings({env: value})
    assert f"{env}={value!r}" in caught.value.message
    assert setting.allowed in caught.value.message
    assert setting.default in caught.value.hint


def test_the_tuple_and_the_object_agree() -> None:
    """Every setting is a field of its type, and every field is documented."""
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]
    types = get_type_hints(Settings)
    for setting in SETTINGS:
        assert isinstance(setting.read(setting.default), types[setting.name])
        assert setting.env == f"BACKCOURT_{setting.name.upper()}"
        assert setting.unit
        assert setting.help.endswith(".")


def test_clocks_tell_utc_and_the_eastern_date() -> None:
    """The fixed clock stands still; the system's moves; a time without a zone is refused."""
    clock = FixedClock(datetime.fromisoformat("2022-01-14T23:30:00-05:00"))
    assert clock.now() == clock.now() == datetime(2022, 1, 15, 4, 30, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    assert clock.today_eastern() == date(2022, 1, 14)
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(ValueError, match="needs a time with a zone"):
        FixedClock(datetime(2022, 1, 1))  # noqa: DTZ001
