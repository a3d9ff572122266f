"""docs/json.md says which keys each command's JSON has, and every command that a page reader may type prints just these."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from terminal import VERBS, Terminal

from backcourt.engine import ledger
from backcourt.sources.simulated.source import simulate
from backcourt.warehouse.duckdb import Warehouse
from support import TINY

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
_COMMAND = re.compile(r"^## `backcourt (?P<command>[^`]+)`$")
_LINE = re.compile(r"^- (?:`(?P<path>[^`]+)`: )?(?P<keys>.+)$")
_CHAIN = re.compile(r"(\.because\[\])+")  # a cause has causes of the same shape
OF_THE_TABLE = ("changes[].key",)
"""An object with columns of the table that it speaks of."""
NOT_RUN = ("demo", "load", "export")
"""A demo takes long; the JSON of a table is its rows; an export's files are described in cli.md."""

FETCHED = {"ingest nba_cdn --json"}
"""Typed where a server of this machine answers: in tests/sources/feed."""

Keys = dict[str, set[str]]


def documented(text: str) -> dict[str, Keys]:
    """Per command the keys of each object in its document, by the path to the object ('' is the document)."""
    found: dict[str, Keys] = {}
    for line in text.splitlines():
        if match := _COMMAND.match(line):
            keys = found.setdefault(match["command"], {})
        elif match := _LINE.match(line):
            keys[match["path"] or ""] = set(re.findall(r"`([\w{}\[\]]+)`", match["keys"]))
    return found


def objects(value: Any, keys: Keys, path: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every object in a document with its path; of a map, which the page writes with {}, only what its values hold."""
    if isinstance(value, list):
        for each in value:
            yield from objects(each, keys, _CHAIN.sub(".because[]", f"{path}[]"))
    elif isinstance(value, dict) and f"{path}{{}}" not in _named(keys) and path not in OF_THE_TABLE:
        yield path, set(value)
        for key, each in value.items():
            yield from objects(each, keys, f"{path}.{key}".removeprefix("."))


def _named(keys: Keys) -> set[str]:
    return {f"{path}.{key}".removeprefix(".") for path, own in keys.items() for key in own}


def differences(command: str, document: Any, keys: Keys) -> list[str]:
    """Where a document has other keys than the page says."""
    bare = {path: {key.rstrip("[]{}") for key in own} for path, own in keys.items()}
    return [
        f"{command}: {path or 'the document'} has {sorted(own)}, the page says {sorted(bare.get(path, ()))}"
        for path, own in objects(document, keys)
        if own != bare.get(path)
    ]


COMMANDS = documented(PAGE.read_text(encoding="utf-8"))
ALSO = {
    "backfill --json": "--yes",
    "rollback --run RUN --json": "--yes",
    "daily --json": "--sources local:none --sample 0 --yes",
}
"""What a command needs besides to be typed here; the source of the daily job is one that cannot be read."""


def typed(command: str) -> str:
    words = command.replace("SOURCE", "simulated").replace("RUN", "latest").replace("TABLE DATE", "PGS 2021-10-23")
    return f"{words} {ALSO.get(command, '')}"


@pytest.fixture(autouse=True)
def small_league(monkeypatch: pytest.MonkeyPatch) -> None:
    """The league that is ingested is that of the built warehouses."""
    monkeypatch.setattr("backcourt.cli.ingest.simulate", partial(simulate, size=TINY))


def test_every_command_prints_the_keys_that_the_page_says(cli: Terminal) -> None:
    assert printed_otherwise(cli, set(COMMANDS) - FETCHED) == []


@pytest.mark.soak
def test_so_it_does_in_trouble(cli: Terminal) -> None:
    """Rows altered, a date held, a date that fails and what is blocked behind it."""
    with Warehouse.open(cli.warehouse, threads=1) as warehouse:
        warehouse.execute("UPDATE analytics.player_game_summary SET points = points + 1 WHERE game_date = '2021-10-20'")
        warehouse.execute("UPDATE raw.team_box SET points = points + 1 WHERE game_date = '2021-10-23'")
        warehouse.execute("DELETE FROM ledger.partitions WHERE game_date = '2021-10-23'")
        warehouse.execute(
            "UPDATE ledger.partitions SET state = 'held' WHERE table_name LIKE '%offense%' AND game_date = '2021-10-19'"
        )
        ledger.seal_everything(warehouse)
    assert printed_otherwise(cli, set(COMMANDS) - {"ingest SOURCE --json"} - FETCHED) == []


def printed_otherwise(cli: Terminal, commands: set[str]) -> list[str]:
    """Type these commands in the order of the page: those that write come before those that tell of it."""
    found = []
    for command in COMMANDS:
        if command in commands:
            answer = cli(typed(command))
            assert answer.code in (0, 1, 3, 5), answer
            found += differences(command, json.loads(answer.out), COMMANDS[command])
    return found


def test_every_verb_is_on_the_page() -> None:
    assert {command.split()[0] for command in COMMANDS} == set(VERBS) - set(NOT_RUN)


def test_a_key_that_is_missing_or_new_is_found() -> None:
    keys = documented("## `backcourt plan --json`\n- `plan`, `dates[]`, `states{}`\n- `dates[]`: `on`\n")["plan --json"]
    whole = {"plan": "1", "dates": [{"on": 1}], "states": {"verified": 2}}
    assert differences("plan", whole, keys) == []
    assert differences("plan", {"plan": "1", "dates": []}, keys)
    assert differences("plan", {**whole, "more": 1}, keys)
    assert differences("plan", {**whole, "dates": [{"on": 1}, {"off": 1}]}, keys)
