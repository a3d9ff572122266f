"""A version of a contract changes with what it says, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from backcourt.engine.contract import Contract, read_contract
from backcourt.engine.registry import Registry
from backcourt.report.dictionary import contract_version, dictionary

TEXT = """
kind: post
description: A table
  over two lines.
grain: one row
key: [a]
spine: team_games
covers: team_box
constants: {weight: {value: 0.44, why: it is known}}
columns:
  a: {type: bigint, role: key, doc: an id}
  game_date: {type: date, role: partition, doc: a date}
  b:
    type: double
    unit: points
    range: [0, 1]
    null: not known
    doc: a value
    feature: {direction: up, known: results, source: analytics.t}
checks:
  good: {why: it has to be, sql: SELECT game_date FROM candidate}
"""


def contract_of(folder: Path, text: str) -> Contract:
    folder.mkdir(exist_ok=True)
    (folder / "contract.yaml").write_text(text)
    return read_contract(folder / "contract.yaml", "analytics")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("doc: a value", "doc: another value"),
        ("type: double", "type: integer"),
        ("  b:", "  c:"),
        ("unit: points", "unit: games"),
        ("range: [0, 1]", "range: [0, 2]"),
        ("null: not known", "null: nobody looked"),
        ("direction: up", "direction: down"),
        ("known: results", "known: cutoff"),
        ("source: analytics.t", "source: analytics.t, required: true"),
        ("value: 0.44", "value: 0.45"),
        ("why: it has to be", "why: it should be"),
        ("grain: one row", "grain: two rows"),
        ("spine: team_games", "spine: player_games"),
    ],
)
def test_the_version_changes_with_the_contract(tmp_path: Path, old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    one, other = contract_of(tmp_path, TEXT), contract_of(tmp_path, TEXT.replace(old, new))
    assert contract_version(one) != contract_version(other)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A table\n  over two lines.", "A table over two lines."),
        ("doc: an id", "doc: 'an  id'"),
        ("[a]", "['a']"),
        ("columns:", "# a comment\ncolumns:"),
        ("sql: SELECT game_date", "sql: SELECT  game_date"),
    ],
)
def test_and_not_with_its_layout(tmp_path: Path, old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    one, other = contract_of(tmp_path, TEXT), contract_of(tmp_path, TEXT.replace(old, new))
    assert contract_version(one) == contract_version(other)


def test_nor_with_the_folder_or_how_full_the_columns_are(tmp_path: Path) -> None:
    one = contract_of(tmp_path, TEXT)
    (tmp_path / "availability.yaml").write_text("seasons: [2021-22]\nsources: {games: {b: [0.5]}}\n")
    other = contract_of(tmp_path, TEXT)
    moved = one.model_copy(update={"folder": tmp_path / "elsewhere"})
    assert other.availability
    assert contract_version(one) == contract_version(other) == contract_version(moved)


def test_every_contract_that_ships_has_an_entry(registry: Registry) -> None:
    contracts = [table.contract for table in registry.ordered]
    found = dictionary([*contracts, *registry.raw.values()])
    for contract in contracts:
        entry = found[contract.full_name]
        assert [column["name"] for column in entry["columns"]] == list(contract.column_names)
        assert all(column["doc"] and column["type"] for column in entry["columns"])
        assert len(entry["contract_version"]) == 16
