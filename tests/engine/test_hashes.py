"""The canonical encoding, against an encoder written from its description alone and against digests typed in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from backcourt.engine import guard
from backcourt.engine.contract import Column
from backcourt.engine.hashing import EMPTY_PARTITION_HASH, fingerprints, partition_hash, row_hash
from backcourt.engine.registry import Registry
from backcourt.warehouse.duckdb import Warehouse

COLUMNS = [
    Column(name=f"{kind}_column", type=kind, doc="one of each type")
    for kind in ("varchar", "bigint", "integer", "double", "boolean", "date", "timestamp")
]
FIELDS = ", ".join(f"{column.name} {column.sql_type}" for column in COLUMNS)
MOMENT = datetime(2021, 10, 19, 23, 30, 0, 250000)  # noqa: DTZ001  # the warehouse stores UTC without a zone

# Row by row: the values, and the data_hash that every machine and engine must give for them.
GOLDEN: list[tuple[tuple[Any, ...], str]] = [
    (("Luka Dončić", 1629029, 30, 0.1, True, date(2021, 10, 19), MOMENT), "5389888fe9b6f842"),
    ((None, None, None, None, None, None, None), "a1f2843a5b3ff3bc"),
    (("", 0, 0, 0.0, False, date(1970, 1, 1), datetime(1970, 1, 1)), "f1764c0fe42a0552"),  # noqa: DTZ001
    (("N", -1, -2147483648, -1.5e-300, True, date(1946, 11, 1), datetime(1946, 11, 1, 0, 0, 0, 1)), "7b558233e35594f0"),  # noqa: DTZ001
    (("1:N3:x", 9007199254740993, 7, 1 / 3, False, date(2099, 12, 31), MOMENT), "e943fc1e3e0dbdb4"),
    (
        ("a\nb'c\"", 9223372036854775807, 2147483647, 1.7976931348623157e308, True, date(2024, 2, 29), MOMENT),
        "4678e1323b2135c6",
    ),
]


def encode(values: Sequence[Any]) -> str:
    """The canonical text of a row: each value as text with its length in bytes before it, N for NULL."""
    return "".join("N" if value is None else f"{len(text(value).encode())}:{text(value)}" for value in values)


def text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value + 0.0:.16e}"
    if isinstance(value, datetime):
        since = value.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return str((since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds)
    return value.isoformat() if isinstance(value, date) else str(value)


def data_hash(values: Sequence[Any]) -> str:
    return hashlib.sha256(encode(values).encode()).hexdigest()[:16]


@pytest.fixture
def memory() -> Warehouse:
    return Warehouse.in_memory(threads=2)


def hashed(memory: Warehouse, *rows: Sequence[Any]) -> list[str]:
    """What the engine makes of rows, in their order."""
    memory.execute(f"CREATE OR REPLACE TABLE sample (number INTEGER, {FIELDS})")
    memory.insert("sample", [(number, *row) for number, row in enumerate(rows)])
    return [row[0] for row in memory.rows(f"SELECT {row_hash(COLUMNS)} FROM sample ORDER BY number")]


class TestGoldenValues:
    def test_engine_and_encoder_and_typed_in_digests_agree(self, memory: Warehouse) -> None:
        engine = hashed(memory, *(row for row, _ in GOLDEN))
        assert engine == [data_hash(row) for row, _ in GOLDEN]
        assert engine == [digest for _, digest in GOLDEN]

    def test_the_text_of_one_row(self) -> None:
        assert encode(GOLDEN[0][0]) == (
            "13:Luka Dončić7:16290292:3022:1.0000000000000001e-011:110:2021-10-1916:1634686200250000"
        )

    def test_a_partition(self, memory: Warehouse) -> None:
        digests = hashed(memory, *(row for row, _ in GOLDEN))
        memory.execute(
            f"CREATE TABLE partition AS SELECT {row_hash(COLUMNS)} AS data_hash FROM sample ORDER BY number DESC"
        )
        expected = hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()
        assert memory.value(f"SELECT {partition_hash()} FROM partition") == expected
        assert expected == "52b4d4d389ff1c4531d2960417a11a24858ba2f3de4d2de4ab71bd4ec8f8a753"

    def test_a_wide_row(self, memory: Warehouse) -> None:
        """As many columns as the widest table has, and more."""
        values = [value for row, _ in GOLDEN for value in row] * 5
        columns = [
            column.model_copy(update={"name": f"c{number}"}) for number, column in enumerate(COLUMNS * len(GOLDEN) * 5)
        ]
        fields = ", ".join(f"{column.name} {column.sql_type}" for column in columns)
        memory.execute(f"CREATE TABLE wide ({fields})")
        memory.insert("wide", [values])
        assert len(columns) == 210
        assert memory.value(f"SELECT {row_hash(columns)} FROM wide") == data_hash(values) == "bf693b8fd2a9a13b"

    def test_an_empty_partition(self, memory: Warehouse) -> None:
        assert hashlib.sha256(b"").hexdigest() == EMPTY_PARTITION_HASH
        assert (
            memory.value(f"SELECT {partition_hash()} FROM (SELECT 'x' AS data_hash WHERE FALSE)")
            == EMPTY_PARTITION_HASH
        )


class TestWhatMatters:
    BASE = ("ab", 1, 2, 3.5, True, date(2022, 1, 1), MOMENT)

    def test_minus_zero_is_zero(self, memory: Warehouse) -> None:
        one, other = hashed(memory, (*self.BASE[:3], -0.0, *self.BASE[4:]), (*self.BASE[:3], 0.0, *self.BASE[4:]))
        assert one == other

    def test_any_change_of_any_column_shows(self, memory: Warehouse) -> None:
        others = ("aB", 2, 3, 3.5000000000000004, False, date(2022, 1, 2), MOMENT.replace(microsecond=250001))
        rows = [self.BASE]
        for place, other in enumerate(others):
            rows += [(*self.BASE[:place], value, *self.BASE[place + 1 :]) for value in (other, None)]
        digests = hashed(memory, *rows)
        assert len(set(digests)) == len(rows) == 15

    def test_text_cannot_pose_as_a_neighbour(self, memory: Warehouse) -> None:
        two = [Column(name="varchar_column", type="varchar", doc=""), Column(name="other", type="varchar", doc="")]
        memory.execute("CREATE TABLE texts (number INTEGER, varchar_column VARCHAR, other VARCHAR)")
        memory.insert(
            "texts",
            [(1, "ab", "c"), (2, "a", "bc"), (3, "", "abc"), (4, None, "abc"), (5, "N", "2:bc"), (6, "abc", None)],
        )
        assert memory.value(f"SELECT COUNT(DISTINCT {row_hash(two)}) FROM texts") == 6

    def test_fingerprints_see_a_swap_and_not_an_order(self, memory: Warehouse) -> None:
        memory.execute("CREATE TABLE box (game_date DATE, player BIGINT, points INTEGER)")
        day = date(2022, 1, 1)
        prints = fingerprints("box", ["player"], ["points"], "game_date")

        def of(*rows: tuple[int, int | None]) -> Any:
            memory.execute("DELETE FROM box")
            memory.insert("box", [(day, *row) for row in rows])
            return memory.rows(prints)

        assert of((1, 10), (2, 20)) == of((2, 20), (1, 10))
        assert of((1, 10), (2, 20)) != of((1, 20), (2, 10))
        assert of((1, 10), (1, 10)) != of((1, 10))
        assert of((1, None)) != of((1, 0))
        assert of((1, 7), (1, 7)) != of((1, 8), (1, 8))


class TestStoredRows:
    @pytest.mark.parametrize("name", ["team_offense_game_summary", "team_defense_game_summary", "player_game_summary"])
    def test_every_stored_hash_is_that_of_the_encoder(self, built: Path, registry: Registry, name: str) -> None:
        names = registry.built[name].contract.column_names
        with Warehouse.open(built, read_only=True) as warehouse:
            rows = warehouse.rows(f"SELECT data_hash, {', '.join(names)} FROM analytics.{name}")
            stored = dict(warehouse.rows(
                "SELECT game_date, partition_hash FROM ledger.partitions WHERE table_name = ?", [f"analytics.{name}"]
            ))  # fmt: skip
        assert len(rows) >= 12
        assert [row[0] for row in rows] == [data_hash(row[1:]) for row in rows]
        place = 1 + names.index("game_date")
        for day, digest in stored.items():
            of_day = sorted(row[0] for row in rows if row[place] == day)
            assert hashlib.sha256("".join(of_day).encode()).hexdigest() == digest

    def test_so_it_is_in_the_widest_table(self, all_built: Path, registry: Registry) -> None:
        table = max(registry.ordered, key=lambda one: len(one.contract.columns))
        names = table.contract.column_names
        assert len(names) > 150
        with Warehouse.open(all_built, read_only=True) as warehouse:
            rows = warehouse.rows(f"SELECT data_hash, {', '.join(names)} FROM {table.full_name}")
        assert len(rows) > 100
        assert [row[0] for row in rows] == [data_hash(row[1:]) for row in rows]

    @pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
    def test_not_a_number_is_refused_before_it_is_hashed(self, built: Path, registry: Registry, value: str) -> None:
        table = registry.built["team_offense_game_summary"]
        rule = next(rule for rule in guard.rules(table) if rule.name == "column_rules")
        with Warehouse.open(built, read_only=True) as warehouse:
            warehouse.execute(f"CREATE TEMP TABLE candidate AS SELECT * FROM {table.full_name}")
            assert warehouse.rows(rule.sql) == []
            warehouse.execute(
                f"CREATE OR REPLACE TEMP TABLE candidate AS SELECT * REPLACE ('{value}'::DOUBLE AS pace) FROM candidate"
            )
            broken = warehouse.rows(rule.sql)
        assert len(broken) == 12
        assert all("pace is not finite" in cause for _, cause in broken)
