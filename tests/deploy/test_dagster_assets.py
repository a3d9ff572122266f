"""Tables as Dagster assets: what is materialised, with which data version, and what the checks say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, AssetSelection, DagsterInstance, ExecuteInProcessResult, materialize

import backcourt.dagster
from backcourt.clock import FixedClock
from backcourt.engine import ledger
from backcourt.engine.registry import Registry
from backcourt.errors import LockedError, WarehouseError
from backcourt.warehouse import duckdb
from backcourt.warehouse.duckdb import Warehouse
from small_league import OUTLOOK, PLAYER, RESULT, TEAM, small_registry, write_small_league
from support import Workshop, partition_hashes, read_csv, write_csv

ORDER = tuple(table.name for table in small_registry().ordered)
DAYS = [f"2021-10-{day}" for day in (19, 20, 21, 22)]
RULES = ("verified", "games_present", "unique_keys", "keys_equal_spine", "column_rules")
Place = tuple[str, str]


@dataclass
class Told:
    """What a run of Dagster said: versions and metadata by table and date, checks by table and name, why it failed."""

    success: bool
    versions: dict[Place, str] = field(default_factory=dict)
    metadata: dict[Place, dict[str, Any]] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    checks: dict[Place, tuple[bool, str]] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    failure: str = ""

    @property
    def failed_checks(self) -> set[Place]:
        """The checks that did not pass."""
        return {place for place, (passed, _) in self.checks.items() if not passed}


@dataclass(frozen=True)
class Orchestra:
    """A warehouse of the small league, and a Dagster instance of its own."""

    path: Path
    instance: DagsterInstance

    def run(self, *days: str, tables: tuple[str, ...] = ORDER, checks: bool = True) -> Told:
        """Materialise the partitions from the first day to the last in one run."""
        selection = AssetSelection.assets(*(key(table) for table in tables))
        return self._run(selection if checks else selection.without_checks(), days)

    def check(self, *days: str, tables: tuple[str, ...] = ORDER) -> Told:
        """Run the checks alone."""
        return self._run(AssetSelection.checks_for_assets(*(key(table) for table in tables)), days)

    def _run(self, selection: AssetSelection, days: tuple[str, ...]) -> Told:
        span = (
            {f"dagster/asset_partition_range_{end}": day for end, day in zip(("start", "end"), days, strict=True)}
            if days
            else {}
        )
        assets = list(backcourt.dagster.definitions(self.path).assets or ())
        return told(
            materialize(assets, instance=self.instance, selection=selection, tags=span, raise_on_error=False)  # type: ignore[arg-type]
        )

    def open(self, *, read_only: bool = True) -> Warehouse:
        return Warehouse.open(self.path, read_only=read_only, threads=1)

    def hashes(self) -> dict[Place, str]:
        """The partition hashes of the ledger."""
        with self.open() as warehouse:
            return {(table, day.isoformat()): found for (table, day), found in partition_hashes(warehouse).items()}

    def harm(self, sql: str) -> None:
        """Change the file by other hands."""
        with self.open(read_only=False) as warehouse:
            warehouse.execute(sql)


def key(table: str) -> AssetKey:
    schema = "analytics" if table in (RESULT, PLAYER) else "precompute"
    return AssetKey([schema, table])


def told(result: ExecuteInProcessResult) -> Told:
    said = Told(result.success)
    for event in result.all_events:
        data: Any = event.event_specific_data
        if event.event_type_value == "ASSET_MATERIALIZATION":
            place = (data.materialization.asset_key.path[-1], data.materialization.partition)
            assert place not in said.versions, "a partition is reported once"
            said.versions[place] = data.materialization.tags["dagster/data_version"]
            said.metadata[place] = {name: value.value for name, value in data.materialization.metadata.items()}
        elif event.event_type_value == "ASSET_OBSERVATION":
            seen = data.asset_observation
            said.raw["/".join(seen.asset_key.path)] = seen.tags["dagster/data_version"]
        elif event.event_type_value == "STEP_FAILURE":
            said.failure = f"{data.user_failure_data.description if data.user_failure_data else ''}{data.error}"
    for each in result.get_asset_check_evaluations():
        said.checks[each.asset_key.path[-1], each.check_name] = (each.passed, each.description or "")
    return said


@pytest.fixture(scope="module")
def fed_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four dates, ingested; copy it before you change it."""
    folder = tmp_path_factory.mktemp("fed")
    write_small_league(folder, [2021])
    with Warehouse.open(folder / "w.duckdb", threads=1) as warehouse:
        Workshop(warehouse, small_registry(), folder).ingest()
    return folder / "w.duckdb"


@pytest.fixture(scope="module")
def built_file(fed_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with everything built."""
    path = shutil.copy(fed_file, tmp_path_factory.mktemp("orchestrated") / "w.duckdb")
    with Warehouse.open(path, threads=1) as warehouse:
        assert Workshop(warehouse, small_registry(), path.parent).backfill().is_complete
    return path


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's settings, the four small tables, and nobody is told that Dagster is used."""
    for name in [name for name in os.environ if name.startswith("BACKCOURT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BACKCOURT_THREADS", "1")
    monkeypatch.setenv("BACKCOURT_LOCK_TIMEOUT", "0")
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
    monkeypatch.setattr(backcourt.dagster, "default_registry", small_registry)


@pytest.fixture
def fed(fed_file: Path, tmp_path: Path) -> Iterator[Orchestra]:
    """Raw tables, nothing built."""
    with DagsterInstance.ephemeral() as instance:
        yield Orchestra(Path(shutil.copy(fed_file, tmp_path / "w.duckdb")), instance)


@pytest.fixture
def built(built_file: Path, tmp_path: Path) -> Iterator[Orchestra]:
    """Everything built, without Dagster."""
    with DagsterInstance.ephemeral() as instance:
        yield Orchestra(Path(shutil.copy(built_file, tmp_path / "w.duckdb")), instance)


class TestDefinitions:
    def test_an_asset_for_each_table(self, ingested: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
        """All that ship with Backcourt: keys, groups, what each reads, its checks, the dates of the schedule."""
        monkeypatch.setattr(backcourt.dagster, "default_registry", lambda: registry)
        graph = backcourt.dagster.definitions(ingested).resolve_asset_graph()
        for table in registry.ordered:
            node = graph.get(AssetKey(table.full_name.split(".")))
            assert node.group_name == table.contract.schema_name
            assert node.description == table.contract.description
            assert node.is_materializable
            assert node.backfill_policy is not None
            assert node.backfill_policy.max_partitions_per_run is None
            assert node.partitions_def is not None
            assert node.partitions_def.get_partition_keys() == [f"2021-10-{day}" for day in range(19, 25)]
            reads = {".".join(parent.path) for parent in node.parent_keys}
            built = {registry.built[name].full_name for name in registry.built_upstream(table.name)}
            assert {name for name in reads if not name.startswith("raw.")} == built
            assert reads - built <= {contract.full_name for contract in registry.raw.values()}
            assert reads - built
            checks = {one.name for one in graph.asset_check_keys if one.asset_key == node.key}
            assert {*RULES, *(check.name for check in table.contract.checks)} <= checks
        for contract in registry.raw.values():
            assert graph.get(AssetKey(contract.full_name.split("."))).is_external

    @pytest.mark.soak
    def test_the_schedule_is_read_beside_a_run(self, built: Orchestra, built_file: Path) -> None:
        """From the snapshot, when another process has the file; without one it is told who has it."""
        code = f"import duckdb\nc = duckdb.connect({str(built.path)!r})\nprint('ready', flush=True)\ninput()"
        command = [sys.executable, "-c", code]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "ready\n"
            with pytest.raises(LockedError, match=f"process {holder.pid}"):
                backcourt.dagster.definitions(built.path)
            shutil.copy(f"{built_file}.status.parquet", f"{built.path}.status.parquet")
            graph = backcourt.dagster.definitions(built.path).resolve_asset_graph()
            definition = graph.get(key(TEAM)).partitions_def
            assert definition is not None
            assert definition.get_partition_keys() == DAYS
            holder.communicate("\n")

    def test_without_a_warehouse(self, tmp_path: Path) -> None:
        with pytest.raises(WarehouseError, match="There is no warehouse at"):
            backcourt.dagster.definitions(tmp_path / "none.duckdb")
        assert not (tmp_path / "none.duckdb").exists()

    def test_without_a_schedule(self, tmp_path: Path) -> None:
        with Warehouse.open(tmp_path / "w.duckdb") as warehouse:
            ledger.create(warehouse)
        with pytest.raises(WarehouseError, match="has no game in its schedule"):
            backcourt.dagster.definitions(tmp_path / "w.duckdb")

    def test_without_dagster(self) -> None:
        """The message names what is to be installed."""
        code = "import sys; sys.modules['dagster'] = None; import backcourt.dagster"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "UsageError: backcourt.dagster needs dagster, which is not installed." in done.stderr
        assert "pip install 'backcourt[dagster]'" in done.stderr


class TestMaterialising:
    @pytest.mark.soak
    def test_a_range_is_one_run(self, fed: Orchestra) -> None:
        """Every table, in the order of dependency, each partition with the hash of the ledger; nothing beyond the range."""
        said = fed.run(DAYS[0], DAYS[2])
        assert said.success
        assert list(said.versions) == [(table, day) for table in ORDER for day in DAYS[:3]]
        for table in ORDER:
            assert {ORDER.index(name) < ORDER.index(table) for name in small_registry().built_upstream(table)} <= {True}
        assert said.versions == fed.hashes()
        with fed.open() as warehouse:
            runs = warehouse.rows("SELECT run_id, written FROM ledger.runs")
            rows = warehouse.value(f"SELECT COUNT(*) FROM analytics.{PLAYER} WHERE game_date = ?", [DAYS[1]])
        assert [written for _, written in runs] == [12]
        assert said.metadata[PLAYER, DAYS[1]] == {
            "rows": rows,
            "partition_hash": said.versions[PLAYER, DAYS[1]],
            "run": runs[0][0],
            "outcome": "written",
        }
        assert rows > 0
        assert said.failed_checks == set()
        assert {(table, rule) for table in ORDER for rule in RULES} < said.checks.keys()
        assert (PLAYER, "share_of_the_team") in said.checks
        assert sorted(said.raw) == sorted(f"raw/{name}" for name in small_registry().raw)
        assert len(set(said.raw.values())) == len(said.raw)

    def test_again_nothing_is_computed(self, built: Orchestra) -> None:
        """Each partition is reported with the version it had, and no statement touches raw or built tables."""
        before = built.hashes()
        said = built.run(DAYS[0], DAYS[3], checks=False)
        assert said.success
        assert said.versions == before
        assert {each["outcome"] for each in said.metadata.values()} == {"up_to_date"}
        with built.open() as warehouse:
            planned = warehouse.rows("SELECT planned FROM ledger.runs ORDER BY ordinal")
        assert [row[0] for row in planned] == [16, 0]
        assert built.run(DAYS[3], DAYS[3], tables=(PLAYER,), checks=False).versions == {
            (PLAYER, DAYS[3]): before[PLAYER, DAYS[3]]
        }

    def test_what_is_upstream_is_built_and_reported(self, fed: Orchestra) -> None:
        """A partition of one table: also those that it reads, on all dates before."""
        said = fed.run(DAYS[2], DAYS[2], tables=(TEAM,))
        assert said.success
        assert said.versions == fed.hashes()
        assert {day for table, day in said.versions if table == TEAM} == {DAYS[2]}
        assert {day for table, day in said.versions if table == RESULT} == set(DAYS[:3])
        assert {table for table, _ in said.checks} == {TEAM}

    def test_a_correction_changes_the_version(self, built: Orchestra, tmp_path: Path) -> None:
        """Of the tables that it reaches; the raw table has another one too, and others have not."""
        before, seen = built.hashes(), built.run(DAYS[0], DAYS[0], checks=False).raw
        correct(built.path, tmp_path, DAYS[1], points=0)
        said = built.run(DAYS[1], DAYS[2], checks=False)
        changed = {place for place, version in said.versions.items() if version != before[place]}
        assert changed >= {(PLAYER, DAYS[1]), (OUTLOOK, DAYS[2])}
        assert {said.metadata[place]["outcome"] for place in changed} == {"written"}
        assert (OUTLOOK, DAYS[1]) not in changed
        assert {name for name in seen if seen[name] != said.raw[name]} == {"raw/player_box"}

    @pytest.mark.soak
    def test_what_fails_fails_the_step(self, built: Orchestra, tmp_path: Path) -> None:
        """With table, date and cause; all else is reported, and the check of the rule that it broke fails."""
        correct(built.path, tmp_path, DAYS[1], points=120)
        said = built.run(DAYS[0], DAYS[2])
        assert not said.success
        assert f"analytics.{PLAYER} {DAYS[1]} is failed: share_of_the_team: " in said.failure
        assert "backcourt explain TABLE DATE" in said.failure
        assert {(table, day) for table in ORDER for day in DAYS[:3]} - said.versions.keys() == {(PLAYER, DAYS[1])}
        assert said.failed_checks == {(PLAYER, "share_of_the_team"), (PLAYER, "verified")}
        assert "1 failed" in said.checks[PLAYER, "verified"][1]
        assert DAYS[1] in said.checks[PLAYER, "share_of_the_team"][1]

    def test_what_is_blocked_fails_the_step_too(self, fed: Orchestra, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of a table whose SQL cannot run every date fails, and what reads it is blocked; the list of it is cut."""
        monkeypatch.setattr("backcourt.dagster.built._SHOWN", 5)
        fed.harm("ALTER TABLE raw.teams RENAME COLUMN tricode TO code")
        said = fed.run(DAYS[0], DAYS[3], checks=False)
        assert not said.success
        assert {RESULT, PLAYER}.isdisjoint(table for table, _ in said.versions)
        assert f"analytics.{RESULT} {DAYS[0]} is failed: build: " in said.failure
        assert (
            f"analytics.{PLAYER} {DAYS[0]} is blocked: needs analytics.{RESULT} {DAYS[0]}, which is failed"
            in said.failure
        )
        assert "... and 6 more; see  backcourt status" in said.failure

    def test_a_day_that_has_not_come(self, fed: Orchestra, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its pre-game partitions are not reported, and that is no failure."""
        monkeypatch.setattr(duckdb, "SystemClock", lambda: FixedClock(datetime(2021, 10, 19, 12, tzinfo=UTC)))
        said = fed.run(DAYS[0], DAYS[3], tables=(OUTLOOK,), checks=False)
        assert said.success
        assert {day for table, day in said.versions if table == OUTLOOK} == set(DAYS[:2])

    def test_a_date_that_no_source_covers(self, fed: Orchestra) -> None:
        """It is reported as empty, so that a season is whole; nothing is verified there, and no check says so."""
        fed.harm("DELETE FROM ledger.coverage WHERE table_name = 'team_box'")
        with fed.open(read_only=False) as warehouse, warehouse.transaction():
            ledger.seal_everything(warehouse)
        said = fed.run(DAYS[0], DAYS[0], tables=(RESULT,))
        assert said.success
        assert said.metadata[RESULT, DAYS[0]]["outcome"] == "not_covered"
        assert said.metadata[RESULT, DAYS[0]]["rows"] == 0
        assert said.checks == {}

    def test_a_second_writer_is_told_who_has_it(self, built: Orchestra, built_file: Path) -> None:
        shutil.copy(f"{built_file}.status.parquet", f"{built.path}.status.parquet")
        code = f"import duckdb\nc = duckdb.connect({str(built.path)!r})\nprint('ready', flush=True)\ninput()"
        with subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "ready\n"
            said = built.run(DAYS[0], DAYS[0])
            holder.communicate("\n")
        assert not said.success
        assert f"is in use by process {holder.pid}" in said.failure


class TestChecks:
    @pytest.mark.soak
    def test_altered_rows_fail_and_are_mended(self, built: Orchestra) -> None:
        """`verified` finds what other hands changed and marks it; the next run rebuilds it, and it passes again."""
        before = built.hashes()
        built.harm(f"UPDATE analytics.{RESULT} SET points = points + 1 WHERE game_date = '{DAYS[1]}'")
        said = built.check(tables=(RESULT, PLAYER))
        assert said.success
        assert said.failed_checks == {(RESULT, "verified")}
        assert f"{DAYS[1]}: " in said.checks[RESULT, "verified"][1]
        assert "data_hash" in said.checks[RESULT, "verified"][1]
        mended = built.run(DAYS[0], DAYS[2])
        assert mended.success
        assert mended.failed_checks == set()
        assert mended.metadata[RESULT, DAYS[1]]["outcome"] == "written"
        assert built.hashes() == before

    @pytest.mark.parametrize(
        ("sql", "check"),
        [
            (f"UPDATE analytics.{RESULT} SET points = -1 WHERE game_date = '{DAYS[1]}'", (RESULT, "column_rules")),
            (
                f"UPDATE analytics.{PLAYER} SET points = 400 WHERE game_date = '{DAYS[1]}'",
                (PLAYER, "share_of_the_team"),
            ),
            (f"DELETE FROM precompute.{TEAM} WHERE game_date = '{DAYS[1]}'", (TEAM, "keys_equal_spine")),
            (
                f"INSERT INTO precompute.{TEAM} SELECT * FROM precompute.{TEAM} WHERE game_date = '{DAYS[1]}'",
                (TEAM, "unique_keys"),
            ),
        ],
    )
    def test_each_rule_catches_its_defect(self, built: Orchestra, sql: str, check: Place) -> None:
        built.harm(sql)
        said = built.check(DAYS[0], DAYS[2], tables=(check[0],))
        assert said.failed_checks == {check, (check[0], "verified")}
        assert DAYS[1] in said.checks[check][1]

    def test_a_range_is_all_that_is_looked_at(self, built: Orchestra) -> None:
        built.harm(f"UPDATE analytics.{RESULT} SET points = points + 1 WHERE game_date = '{DAYS[1]}'")
        assert built.check(DAYS[2], DAYS[3], tables=(RESULT,)).failed_checks == set()

    def test_altered_raw_rows_fail_it(self, built: Orchestra) -> None:
        built.harm(f"UPDATE raw.team_box SET fg_made = fg_made + 1 WHERE game_date = '{DAYS[1]}'")
        said = built.check(DAYS[1], DAYS[1], tables=(RESULT,))
        assert (RESULT, "verified") in said.failed_checks
        assert f"raw.team_box {DAYS[1]}" in said.checks[RESULT, "verified"][1]

    def test_a_changed_ledger_fails_it(self, built: Orchestra) -> None:
        built.harm("UPDATE ledger.runs SET rows = 0")
        said = built.check(DAYS[1], DAYS[1], tables=(RESULT,))
        assert said.failed_checks == {(RESULT, "verified")}
        assert "ledger.runs was changed by other hands" in said.checks[RESULT, "verified"][1]

    def test_a_rule_that_cannot_be_asked_does_not_pass(self, built: Orchestra) -> None:
        """A column of the stored table is gone: no rule could be asked, so none passes."""
        built.harm(f"ALTER TABLE analytics.{PLAYER} RENAME COLUMN team_points TO team_score")
        said = built.check(DAYS[1], DAYS[1], tables=(PLAYER,))
        assert said.failed_checks == said.checks.keys()
        assert {name for _, name in said.checks} == {*RULES, "share_of_the_team"}

    def test_one_check_alone(self, built: Orchestra) -> None:
        """Only that is answered which was asked."""
        assets = list(backcourt.dagster.definitions(built.path).assets or ())
        (asked,) = [one for one in assets[0].check_keys if one.name == "unique_keys" and one.asset_key == key(TEAM)]  # type: ignore[union-attr]
        said = told(materialize(assets, instance=built.instance, selection=AssetSelection.checks(asked)))  # type: ignore[arg-type]
        assert said.checks.keys() == {(TEAM, "unique_keys")}
        assert said.versions == {}


def correct(path: Path, folder: Path, day: str, points: int) -> None:
    """A correction: the first player of a date who scored has other points."""
    write_small_league(folder / "corrected", [2021])
    (file,) = (folder / "corrected").glob("player_box_*.csv")
    box = read_csv(file)
    line = next(one for one in box if one["game_date"] == day and int(one["points"] or 0) > 0)
    line["points"] = str(points)
    write_csv(file, box)
    with Warehouse.open(path, threads=1) as warehouse:
        Workshop(warehouse, small_registry(), folder / "corrected").ingest(hours=1)
