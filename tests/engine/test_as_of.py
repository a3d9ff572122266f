"""As of a moment: what had been told by then, and nothing later, in a warehouse of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from backcourt.checks.verify import mark_damage, verify
from backcourt.clock import FixedClock
from backcourt.engine import excerpt, ledger, raw
from backcourt.engine.contract import read_contract
from backcourt.engine.excerpt import Excerpt, write_excerpt
from backcourt.engine.registry import Registry
from backcourt.engine.run import backfill
from backcourt.errors import BackcourtError, ContractError, UsageError, WarehouseError
from backcourt.seasons import Scope
from backcourt.sources.simulated import LeagueSize, write_league
from backcourt.sources.simulated.faults import inject
from backcourt.sources.simulated.source import ingest_simulated
from backcourt.warehouse.duckdb import Warehouse
from support import NOON, POST, Workshop, clock, contents, partition_hashes, read_csv, workshop, write_csv

Step = Callable[[Workshop], None]

LEDGER = ("retired", "coverage", "sources", "schedule", "column_fingerprints", "presence", "ingests")


def at(hours: float) -> datetime:
    """So many hours after noon of the tests' day."""
    return NOON + timedelta(hours=hours)


def take(origin: Path, into: Path, moment: datetime) -> Excerpt:
    """An excerpt of a warehouse file, taken long after."""
    with Warehouse.open(origin, read_only=True, threads=1) as source:
        return write_excerpt(source, into, POST, moment, clock(100), lambda path: Warehouse.open(path, threads=1))


def built_hashes(path: Path, registry: Registry, now: datetime) -> dict[tuple[str, date], str]:
    """Build everything in a warehouse file at some time; its partition hashes."""
    with Warehouse.open(path, threads=1, clock=FixedClock(now)) as warehouse:
        report = backfill(warehouse, registry, Scope(), FixedClock(now))
        assert report.is_complete, {one.cause for one in report.attempts if one.cause}
        return partition_hashes(warehouse)


def told(path: Path) -> dict[str, tuple[int, str]]:
    """All that was ingested, and all that the ledger knows of it, table by table."""
    with Warehouse.open(path, read_only=True) as warehouse:
        found = contents(warehouse)
        meta = {key: ledger.meta(warehouse, key) for key in ("schema_version", "engine", "kind")}
        assert not ledger.broken_seals(warehouse)
    wanted = {name for name in found if name.startswith("raw.")} | {f"ledger.{name}" for name in LEDGER}
    return {**{name: found[name] for name in sorted(wanted)}, "meta": (0, repr(meta))}


# --- a history: one ingest after the other, and the warehouse as it was after each ------------------------------------


def correction(shop: Workshop) -> None:
    inject(shop.folder, "assist_correction")


def deletion(shop: Workshop) -> None:
    """A line of the did-not-play list and an offer vanish."""
    for table in ("did_not_play", "player_lines"):
        lines = shop.read(table)
        shop.write(table, [*lines[:5], *lines[6:]])


def new_snapshot(shop: Workshop) -> None:
    """Somebody was reported out, and a line moved, before the last game."""
    for table, change in (("injuries", {"status": "out"}), ("player_lines", {"line": "40.5"})):
        lines = shop.read(table)
        earlier = datetime.fromisoformat(lines[-1]["snapshot_at"]) - timedelta(minutes=3)
        shop.write(table, [*lines, {**lines[-1], **change, "snapshot_at": str(earlier)}])


def hold_back(shop: Workshop) -> Step:
    """Take a game out of every file; the step that puts it back."""
    game = shop.read("games")[-3]["game_id"]
    held = {}
    for path in sorted(shop.folder.glob("*.csv")):
        lines = read_csv(path)
        if "game_id" in lines[0]:
            held[path] = [line for line in lines if line["game_id"] == game]
            write_csv(path, [line for line in lines if line["game_id"] != game])

    def late_game(shop: Workshop) -> None:
        for path, lines in held.items():
            write_csv(path, read_csv(path) + lines)

    return late_game


def ingested_by_steps(league: Path, folder: Path, order: str) -> list[Path]:
    """The warehouse after each of five ingests, an hour apart; the last one knows all."""
    shutil.copytree(league, folder / "league")
    with workshop(folder / "w.duckdb", folder / "league") as shop:
        steps = {"correction": correction, "deletion": deletion, "snapshot": new_snapshot, "late": hold_back(shop)}
        shop.ingest()
    files = [shutil.copy(folder / "w.duckdb", folder / "after_0.duckdb")]
    for number, name in enumerate(order.split(), 1):
        with workshop(folder / "w.duckdb", folder / "league") as shop:
            steps[name](shop)
            assert sum(one.changed for one in shop.ingest(number).outcomes) > 0
        files.append(shutil.copy(folder / "w.duckdb", folder / f"after_{number}.duckdb"))
    return files


@pytest.fixture(scope="module")
def history(league: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What a source said, and said otherwise."""
    return ingested_by_steps(league, tmp_path_factory.mktemp("history"), "correction late snapshot deletion")


@pytest.fixture(scope="module")
def other_history(league: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same, the other way round."""
    return ingested_by_steps(league, tmp_path_factory.mktemp("other_history"), "deletion snapshot late correction")


class TestBetweenIngests:
    """An excerpt of any moment is the warehouse that only ever received the ingests before it."""

    @pytest.mark.parametrize("which", ["history", pytest.param("other_history", marks=pytest.mark.soak)])
    @pytest.mark.parametrize("number", range(5))
    def test_it_holds_what_was_told_by_then(
        self, request: pytest.FixtureRequest, tmp_path: Path, which: str, number: int
    ) -> None:
        history: list[Path] = request.getfixturevalue(which)
        late = 0.99 * (number % 2)  # at the ingest itself, or just before the next one
        take(history[-1], tmp_path / "w.duckdb", at(number + late))
        assert told(tmp_path / "w.duckdb") == told(history[number])

    def test_and_is_built_like_it(self, history: list[Path], tmp_path: Path) -> None:
        then = shutil.copy(history[2], tmp_path / "then.duckdb")
        take(history[-1], tmp_path / "w.duckdb", at(2.5))
        hashes = built_hashes(tmp_path / "w.duckdb", POST, at(100))
        assert hashes == built_hashes(then, POST, at(2.5))
        with Warehouse.open(tmp_path / "w.duckdb", read_only=True, threads=1) as warehouse:
            assert verify(warehouse, POST, Scope()).passed

    def test_an_excerpt_of_an_excerpt(self, history: list[Path], tmp_path: Path) -> None:
        take(history[-1], tmp_path / "three.duckdb", at(3))
        take(tmp_path / "three.duckdb", tmp_path / "one.duckdb", at(1))
        assert told(tmp_path / "one.duckdb") == told(history[1])

    @pytest.mark.soak
    @pytest.mark.parametrize(
        ("rule", "defect"),
        [
            ("KNOWN", "$moment IS NOT NULL"),
            ("KNOWN", "known_at < $moment"),
            ("KNOWN", "ingested_at <= $moment AND known_kind = 'declared'"),
            ("RETIRED", "$moment IS NOT NULL"),
            ("RETIRED", "$moment IS NULL"),
            ("DECLARED", "$moment IS NULL"),
        ],
    )
    def test_a_defect_shows(
        self, history: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str, defect: str
    ) -> None:
        monkeypatch.setattr(excerpt, rule, defect)
        take(history[-1], tmp_path / "w.duckdb", at(2))
        assert told(tmp_path / "w.duckdb") != told(history[2])


# --- a moment within bulk history ------------------------------------------------------------------------------------

RESULTS = ("player_box", "team_box", "did_not_play", "shots", "play_by_play", "officials")
SNAPSHOTS = ("injuries", "player_lines", "game_lines", "rosters", "transactions")


def as_then(league: Path, into: Path, moment: datetime) -> None:
    """The files as they would have been at a moment: games without their results, and nothing of what came later."""
    shutil.copytree(league, into)
    naive = moment.replace(tzinfo=None)

    def noon_after(line: dict[str, str]) -> datetime:
        return datetime.fromisoformat(line["game_date"]) + timedelta(hours=36)

    def told_at(line: dict[str, str]) -> datetime:
        said = line.get("snapshot_at")
        return datetime.fromisoformat(said) if said else noon_after(line)

    for table in RESULTS:
        path = into / f"{table}_2021-22.csv"
        write_csv(path, [line for line in read_csv(path) if noon_after(line) <= naive])
    for table in SNAPSHOTS:
        path = into / f"{table}_2021-22.csv"
        if path.exists():
            write_csv(path, [line for line in read_csv(path) if told_at(line) <= naive])
    games = []
    for line in read_csv(into / "games_2021-22.csv"):
        day = datetime.fromisoformat(line["game_date"])
        unplayed = {"status": "scheduled", "home_points": "", "away_points": "", "tip_actual_at": ""}
        if noon_after(line) <= naive:
            games.append(line)
        elif line["season_type"] in ("regular", "preseason", "all_star") or day - timedelta(hours=12) <= naive:
            games.append({**line, **unplayed})
    write_csv(into / "games_2021-22.csv", games)


def data_of(path: Path) -> dict[str, object]:
    """What a warehouse knows, whenever and in however many ingests it was told."""
    with Warehouse.open(path, read_only=True) as warehouse:
        return {
            "fingerprints": set(
                warehouse.rows(
                    "SELECT table_name, game_date, column_name, rows, fingerprint FROM ledger.column_fingerprints"
                    " WHERE starts_with(table_name, 'raw.')"
                )
            ),
            "schedule": set(warehouse.rows("FROM ledger.schedule")),
            "presence": set(warehouse.rows("FROM ledger.presence")),
            "coverage": set(warehouse.rows("SELECT table_name, season, season_type FROM ledger.coverage")),
        }


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a league that plays a post-season too, and `w.duckdb` with all of it, ingested years later."""
    folder = tmp_path_factory.mktemp("season")
    write_league(folder / "league", [2021], seed=1, size=LeagueSize(teams=4, dates=6, post_season=True))
    with workshop(folder / "w.duckdb", folder / "league") as shop:
        shop.ingest()
    return folder


def then(season: Path, folder: Path, moment: datetime) -> Path:
    """A warehouse that was told at a moment what could be told at it."""
    as_then(season / "league", folder / "league", moment)
    with Warehouse.open(folder / "then.duckdb", threads=1, clock=FixedClock(moment)) as warehouse:
        ingest_simulated(warehouse, POST, folder / "league", FixedClock(moment))
    return folder / "then.duckdb"


@pytest.mark.soak
class TestWithinBulkHistory:
    """An excerpt of bulk history is the warehouse that was told it at the time."""

    @pytest.mark.parametrize(
        "moment",
        [
            datetime(2021, 10, 18, 15, tzinfo=UTC),  # the day before opening night
            datetime(2021, 10, 21, 11, 59, tzinfo=UTC),  # two games are played, the results of one are known
            datetime(2021, 10, 22, 23, 40, tzinfo=UTC),  # during a game
            datetime(2021, 10, 29, 12, tzinfo=UTC),  # the first pairings of the playoffs are known, and no others
        ],
    )
    def test_it_holds_what_could_be_told_then(self, season: Path, tmp_path: Path, moment: datetime) -> None:
        take(season / "w.duckdb", tmp_path / "w.duckdb", moment)
        assert data_of(tmp_path / "w.duckdb") == data_of(then(season, tmp_path, moment))

    def test_every_table_is_built_like_it(self, season: Path, tmp_path: Path, registry: Registry) -> None:
        moment = datetime(2021, 10, 22, 15, tzinfo=UTC)
        take(season / "w.duckdb", tmp_path / "w.duckdb", moment)
        hashes = built_hashes(tmp_path / "w.duckdb", registry, at(0))
        assert hashes == built_hashes(then(season, tmp_path, moment), registry, moment)
        days = {table: max(day for name, day in hashes if name == table) for table, _ in hashes}
        assert days == {
            name: date(2021, 10, 23 if table.contract.kind == "pre" else 21) for name, table in registry.built.items()
        }


class TestTheFile:
    def test_the_origin_is_left_alone(self, history: list[Path], tmp_path: Path) -> None:
        before = history[-1].read_bytes()
        made = take(history[-1], tmp_path / "w.duckdb", at(2))
        assert history[-1].read_bytes() == before
        assert [path.name for path in tmp_path.iterdir()] == ["w.duckdb"]
        assert (made.rows < made.origin_rows, made.games == made.final_games > 0) == (True, True)

    def test_twice_is_the_same(self, history: list[Path], tmp_path: Path) -> None:
        for name in ("one", "two"):
            take(history[-1], tmp_path / name, at(2))
        assert told(tmp_path / "one") == told(tmp_path / "two")

    @pytest.mark.soak
    def test_before_everything_it_is_empty_and_sound(self, season: Path, tmp_path: Path) -> None:
        made = take(season / "w.duckdb", tmp_path / "w.duckdb", datetime(1999, 12, 31, tzinfo=UTC))
        assert (made.games, str(made.first_known)) == (0, "2021-10-06 12:00:00")
        with Warehouse.open(tmp_path / "w.duckdb") as warehouse:
            assert backfill(warehouse, POST, Scope(), clock()).planned == 0
            verdict = verify(warehouse, POST, Scope())
        assert (verdict.expected, verdict.damage, verdict.broken_seals) == (0, [], [])

    def test_nothing_more_is_ingested(self, history: list[Path], league: Path, tmp_path: Path) -> None:
        take(history[-1], tmp_path / "w.duckdb", at(2))
        before = told(tmp_path / "w.duckdb")
        with (
            workshop(tmp_path / "w.duckdb", league) as shop,
            pytest.raises(UsageError, match=r"holds what was known at 2026-07-01T14:00:00\+00:00; nothing more"),
        ):
            shop.ingest(5)
        assert told(tmp_path / "w.duckdb") == before

    def test_a_mended_file_declares_its_coverage_anew(self, history: list[Path], league: Path, tmp_path: Path) -> None:
        """A damaged ingest is undone and its file read again: what it covered is covered, from the new ingest on."""
        shutil.copy(history[0], tmp_path / "w.duckdb")
        shutil.copytree(league, tmp_path / "league")
        declared = "SELECT COUNT(*), COUNT(i.ingest_id) FROM ledger.coverage AS c LEFT JOIN ledger.ingests AS i USING (ingest_id)"
        with workshop(tmp_path / "w.duckdb", tmp_path / "league") as shop:
            before = shop.warehouse.rows(declared)
            assert before[0][0] == before[0][1] > 0
            shop.warehouse.execute("UPDATE raw.team_box SET points = points + 1")
            assert mark_damage(shop.warehouse, shop.verify()) > 0
            shop.ingest(1, max_vanishing=1)
            assert shop.warehouse.rows(declared) == before


class TestRefused:
    def refused(self, error: type[BackcourtError], match: str, origin: Path, into: Path, moment: datetime) -> None:
        before = sorted(into.parent.iterdir())
        with pytest.raises(error, match=match):
            take(origin, into, moment)
        assert sorted(into.parent.iterdir()) == before

    def test_a_moment_that_has_not_come(self, ingested: Path, tmp_path: Path) -> None:
        self.refused(UsageError, "has not come", ingested, tmp_path / "w.duckdb", at(101))

    def test_a_file_that_is_there(self, ingested: Path, tmp_path: Path) -> None:
        (tmp_path / "w.duckdb").write_text("mine")
        self.refused(UsageError, "is there already", ingested, tmp_path / "w.duckdb", at(1))
        assert (tmp_path / "w.duckdb").read_text() == "mine"

    def test_more_than_an_excerpt_knows(self, ingested: Path, tmp_path: Path) -> None:
        take(ingested, tmp_path / "one.duckdb", at(1))
        self.refused(UsageError, "says nothing of", tmp_path / "one.duckdb", tmp_path / "two.duckdb", at(2))

    @pytest.mark.parametrize(
        ("harm", "match"),
        [
            ("UPDATE raw.team_box SET points = points + 1", "raw.team_box: rows of ingest .* were changed"),
            (
                "DELETE FROM raw.shots WHERE game_id = (SELECT MIN(game_id) FROM raw.shots)",
                "raw.shots: rows of ingest .* were changed",
            ),
            ("UPDATE ledger.ingests SET ingested_at = TIMESTAMP '2020-01-01'", "changed by other hands"),
            ("DELETE FROM ledger.coverage WHERE table_name = 'shots'", "changed by other hands"),
            ("UPDATE ledger.meta SET value = '1' WHERE key = 'schema_version'", "has version 1"),
            ("UPDATE ledger.meta SET value = 'duckdb 0.1' WHERE key = 'engine'", "written by duckdb 0.1"),
        ],
    )
    def test_a_damaged_origin(self, ingested: Path, tmp_path: Path, harm: str, match: str) -> None:
        origin = Path(shutil.copy(ingested, tmp_path / "origin.duckdb"))
        with Warehouse.open(origin) as warehouse:
            warehouse.execute(harm)
        self.refused(WarehouseError, match, origin, tmp_path / "w.duckdb", at(1))

    def test_an_origin_without_a_file(self, registry: Registry, tmp_path: Path) -> None:
        with Warehouse.in_memory() as origin:
            ledger.create(origin)
            raw.create(origin, registry.raw.values())
            with pytest.raises(WarehouseError, match="cannot be read"):
                write_excerpt(
                    origin,
                    tmp_path / "w.duckdb",
                    registry,
                    at(1),
                    clock(2),
                    lambda path: Warehouse.open(path, threads=1),
                )
        assert list(tmp_path.iterdir()) == []

    def test_a_failure_leaves_nothing(self, ingested: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(excerpt, "write_schedule", stop)
        with pytest.raises(KeyboardInterrupt):
            take(ingested, tmp_path / "w.duckdb", at(1))
        assert list(tmp_path.iterdir()) == []


def test_what_stood_before_a_result_is_told_of_columns_of_their_own(registry: Registry, tmp_path: Path) -> None:
    """A derived column follows from the others, so a contract that says it apart is refused."""
    text = (registry.raw["games"].folder / "contract.yaml").read_text(encoding="utf-8")
    path = tmp_path / "games" / "contract.yaml"
    path.parent.mkdir()
    path.write_text(text.replace("    tip_actual_at: ", "    is_final: ", 1), encoding="utf-8")
    with pytest.raises(ContractError, match=r"unplayed names \['is_final'\]"):
        read_contract(path, "raw")
