"""Every setting once: name, default, unit, help and the environment variable that changes it.

A default is written as the environment would write it, so both take the same road to a value.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backcourt.errors import UsageError

Value = str | int | float | Path


@dataclass(frozen=True)
class Settings:
    """The values a process runs with."""

    warehouse: Path
    real_data: Path | None
    threads: int
    confirm_over: int
    lock_timeout: float
    lease_timeout: float
    max_vanishing: float
    memory_limit: str
    horizon_days: int
    stalled_after: float
    notify: str
    sources: str
    retries: int
    retry_after: float
    max_failing: float
    keep_runs: int
    archive: Path
    offline: bool
    pace: float
    credits: int
    mirrors: str
    bigdataball: str


@dataclass(frozen=True)
class Setting:
    """One setting; `read` turns its text into a value, or raises ValueError when it is not what `allowed` says.

    With `if_there`, the default is a path that counts only where it exists.
    """

    name: str
    default: str
    unit: str
    help: str
    env: str
    allowed: str
    read: Callable[[str], Value]
    if_there: bool = False


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Settings of an environment; an empty variable counts as unset. Raises UsageError for a bad value."""
    values: dict[str, Any] = {setting.name: _value(setting, environ) for setting in SETTINGS}
    return Settings(**values)


def wrong_settings(environ: Mapping[str, str]) -> dict[str, UsageError]:
    """Every variable whose value is not allowed, with its error; the others are good."""
    wrong: dict[str, UsageError] = {}
    for setting in SETTINGS:
        try:
            _value(setting, environ)
        except UsageError as error:
            wrong[setting.env] = error
    return wrong


def _value(setting: Setting, environ: Mapping[str, str]) -> Value | None:
    given = environ.get(setting.env, "").strip()
    if not given and setting.if_there and not Path(setting.default).exists():
        return None
    text = given or setting.default
    try:
        return setting.read(text)
    except ValueError:
        message = f"{setting.env}={text!r} is not allowed: {setting.name} is {setting.allowed}."
        raise UsageError(message, f"Unset {setting.env} for the default, {setting.default}.") from None


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _whole(minimum: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if number < minimum:
            raise ValueError
        return number

    return read


_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def _yes_or_no(text: str) -> bool:
    if text.lower() not in _WORDS:
        raise ValueError
    return _WORDS[text.lower()]


_MIRROR = re.compile(r"\s*([\w.:-]+)=(https?://[\w.:\[\]-]+)/?\s*")


def read_mirrors(text: str) -> dict[str, str]:
    """The other addresses of hosts, as HOST=ADDRESS with commas between; raises ValueError for anything else."""
    matches = [_MIRROR.fullmatch(term) for term in text.split(",") if term.strip()]
    if not all(matches):
        raise ValueError(f"{text!r} is no list such as cdn.nba.com=http://127.0.0.1:8000")
    return {match.group(1).lower(): match.group(2) for match in matches if match}


def _mirrors(text: str) -> str:
    read_mirrors(text)
    return text


def _threads(text: str) -> int:
    return os.cpu_count() or 1 if text == "auto" else _whole(1)(text)


def _number(minimum: float, maximum: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = float(text)
        if not math.isfinite(number) or not minimum <= number <= maximum:
            raise ValueError
        return number

    return read


_SIZE = re.compile(r"([1-9][0-9]*(?:\.[0-9]+)?) ?([KMGT])(i?)B")


def _size(text: str) -> str:
    if not _SIZE.fullmatch(text):
        raise ValueError
    return text


def size_in_bytes(text: str) -> int:
    """The bytes of a size as a setting spells it: 1500MB, 1.5 GiB; raises ValueError for anything else."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no size such as 1500MB or 1.5 GiB")
    number, unit, binary = match.groups()
    return int(float(number) * (1024 if binary else 1000) ** (1 + "KMGT".index(unit)))


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="warehouse",
        default="backcourt.duckdb",
        unit="path",
        help="The DuckDB file that holds data and ledger.",
        env="BACKCOURT_WAREHOUSE",
        allowed="a path",
        read=_path,
    ),
    Setting(
        name="real_data",
        default="../shared/data",
        unit="path",
        help="The folder of real seasons; the default counts only where that folder exists.",
        env="BACKCOURT_REAL_DATA",
        allowed="a path",
        read=_path,
        if_there=True,
    ),
    Setting(
        name="threads",
        default="auto",
        unit="threads",
        help="Threads a build may use; auto is one for each CPU.",
        env="BACKCOURT_THREADS",
        allowed="a whole number from 1, or auto",
        read=_threads,
    ),
    Setting(
        name="confirm_over",
        default="20000",
        unit="partitions",
        help="A run of more partitions than this asks for --yes.",
        env="BACKCOURT_CONFIRM_OVER",
        allowed="a whole number from 0",
        read=_whole(0),
    ),
    Setting(
        name="lock_timeout",
        default="10",
        unit="seconds",
        help="How long to wait for another process to leave the warehouse.",
        env="BACKCOURT_LOCK_TIMEOUT",
        allowed="a number of seconds from 0 to 86400",
        read=_number(0, 86_400),
    ),
    Setting(
        name="lease_timeout",
        default="60",
        unit="seconds",
        help="A process that writes and was not heard of for so long is taken for dead.",
        env="BACKCOURT_LEASE_TIMEOUT",
        allowed="a number of seconds from 15 to 86400",
        read=_number(15, 86_400),
    ),
    Setting(
        name="max_vanishing",
        default="0.05",
        unit="fraction",
        help="The share of a complete scope's keys that may vanish in one ingest without --accept-deletions.",
        env="BACKCOURT_MAX_VANISHING",
        allowed="a fraction from 0 to 1",
        read=_number(0, 1),
    ),
    Setting(
        name="memory_limit",
        default="1500MB",
        unit="bytes",
        help="The memory DuckDB may use before it spills to disk.",
        env="BACKCOURT_MEMORY_LIMIT",
        allowed="a size such as 1500MB or 1.5 GiB",
        read=_size,
    ),
    Setting(
        name="horizon_days",
        default="1",
        unit="days",
        help="How many days beyond today the tables of what is known before a game reach.",
        env="BACKCOURT_HORIZON_DAYS",
        allowed="a whole number from 0",
        read=_whole(0),
    ),
    Setting(
        name="stalled_after",
        default="10",
        unit="minutes",
        help="How long a run may be silent before `status` calls it stalled.",
        env="BACKCOURT_STALLED_AFTER",
        allowed="a number of minutes from 0.1 to 10080",
        read=_number(0.1, 10_080),
    ),
    Setting(
        name="notify",
        default="",
        unit="command or URL",
        help="What is told of the end of each run: a command, which reads the digest, or a web address, to which it is posted.",
        env="BACKCOURT_NOTIFY",
        allowed="a command or a web address",
        read=str,
    ),
    Setting(
        name="sources",
        default="",
        unit="list",
        help="What `daily` ingests: local:FOLDER, simulated:SEASONS, or fetched sources by name as nba_cdn or nba_stats:SEASONS.",
        env="BACKCOURT_SOURCES",
        allowed="a list of sources",
        read=str,
    ),
    Setting(
        name="retries",
        default="3",
        unit="attempts",
        help="How often a failed partition is tried again with the same input and code.",
        env="BACKCOURT_RETRIES",
        allowed="a whole number from 0",
        read=_whole(0),
    ),
    Setting(
        name="retry_after",
        default="10",
        unit="minutes",
        help="How long a failed partition waits for its first retry; each further wait is twice as long, up to a day.",
        env="BACKCOURT_RETRY_AFTER",
        allowed="a number of minutes from 0 to 1440",
        read=_number(0, 1440),
    ),
    Setting(
        name="max_failing",
        default="0.5",
        unit="fraction",
        help="A run that tried 20 partitions or more stops when more than this share of them failed.",
        env="BACKCOURT_MAX_FAILING",
        allowed="a fraction from 0 to 1",
        read=_number(0, 1),
    ),
    Setting(
        name="keep_runs",
        default="5",
        unit="runs",
        help="Of how many runs that replaced something the earlier versions are kept, to be rolled back.",
        env="BACKCOURT_KEEP_RUNS",
        allowed="a whole number from 0",
        read=_whole(0),
    ),
    Setting(
        name="archive",
        default="backcourt-archive",
        unit="path",
        help="The folder of every document that was fetched, as it came; the next run takes from it what is young enough.",
        env="BACKCOURT_ARCHIVE",
        allowed="a path",
        read=_path,
    ),
    Setting(
        name="offline",
        default="no",
        unit="yes or no",
        help="Whether documents come from the archive only.",
        env="BACKCOURT_OFFLINE",
        allowed="yes or no",
        read=_yes_or_no,
    ),
    Setting(
        name="pace",
        default="1",
        unit="factor",
        help="By how much the pauses between requests to a host are stretched; each host has its own pause.",
        env="BACKCOURT_PACE",
        allowed="a factor from 0.1 to 100",
        read=_number(0.1, 100),
    ),
    Setting(
        name="credits",
        default="500",
        unit="credits",
        help="How many credits of a paid source a run may spend, each time confirmed.",
        env="BACKCOURT_CREDITS",
        allowed="a whole number from 0",
        read=_whole(0),
    ),
    Setting(
        name="mirrors",
        default="",
        unit="list",
        help="Hosts whose documents are asked for elsewhere: HOST=ADDRESS, separated by commas.",
        env="BACKCOURT_MIRRORS",
        allowed="a list such as cdn.nba.com=http://127.0.0.1:8000",
        read=_mirrors,
    ),
    Setting(
        name="bigdataball",
        default="",
        unit="address or folder",
        help="Where the files lie that were bought of BigDataBall, one a game; an address must hold no secret.",
        env="BACKCOURT_BIGDATABALL",
        allowed="a web address or a folder",
        read=str,
    ),
)
