"""backcourt daily: what is new is ingested, built, validated and certified; what is not new costs a look."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest
from terminal import Terminal

from backcourt import daily as job
from backcourt.clock import Clock
from backcourt.engine.registry import Registry
from backcourt.errors import UsageError
from backcourt.sources.configured import Configured, configured
from backcourt.sources.local.adapter import IngestReport
from backcourt.sources.simulated.faults import inject
from backcourt.sources.simulated.source import ingest_simulated
from backcourt.warehouse.duckdb import Warehouse
from deliveries import Files, hold_back
from forging import forge
from support import POST, Workshop, clock, partition_hashes, read_csv, write_csv


@pytest.fixture
def folder(league: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the small league; `simulated:2021` hands these over."""
    files = shutil.copytree(league, tmp_path / "files")

    def simulate(warehouse: Warehouse, registry: Registry, clock: Clock, years: object, seed: int) -> IngestReport:
        return ingest_simulated(warehouse, registry, files, clock)

    monkeypatch.setattr("backcourt.sources.configured.simulate", simulate)
    return files


def daily(cli: Terminal, words: str = "", **environment: str) -> tuple[int, dict[str, Any]]:
    answer = cli(f"daily --sources simulated:2021 --json {words}", **environment)
    return answer.code, json.loads(answer.out)


class TestRounds:
    def test_from_nothing_and_again(self, folder: Path, tmp_path: Path) -> None:
        cli = Terminal(tmp_path / "new.duckdb")
        code, first = daily(cli, "--sample 1")
        assert code == first["exit_code"]
        assert code in (0, 3)
        assert first["sources"][0]["changed"] > 100
        assert (first["changed"], first["verified"], first["expected"]) == (18, 18, 18)
        assert first["validation"]["outcome"] in ("pass", "warn")
        assert first["certificate"]["passed"]
        code, second = daily(cli)
        assert code == 0
        assert [each["changed"] for each in second["sources"]] == [0]
        assert (second["recomputed"], second["validation"], second["certificate"]) == (0, None, None)
        assert "Nothing is new." in cli("daily --sources simulated:2021").out
        listed, everything = cli("runs --json").json, cli("runs --all --json").json
        assert (len(listed["runs"]), listed["idle_left_out"]) == (1, 2)
        assert (len(everything["runs"]), everything["idle_left_out"]) == (3, 0)
        assert "Left out: 2 that had nothing to do (--all lists them)." in cli("runs").text

    def test_a_correction(self, cli: Terminal, folder: Path) -> None:
        inject(folder, "assist_correction")
        code, done = daily(cli, "--sample 0")
        assert code in (0, 3)
        assert done["sources"][0]["changed"]
        assert 0 < done["changed"] < 18
        assert done["validation"]["scope"].startswith("Game dates 2021-")
        assert done["certificate"] is None
        assert cli("verify").code == 0

    def test_after_weeks_of_absence(self, folder: Path, built: Path, tmp_path: Path) -> None:
        """Four of six dates come at once: one round takes them all, and ends as if it had run every day."""
        cli, files = Terminal(tmp_path / "late.duckdb"), Files.read(folder)
        hold_back(files, 4)
        files.deliver()
        code, before = daily(cli, "--sample 0")
        assert code in (0, 3)
        assert before["changed"] < 18
        while files.taken:
            files.bring_back(-1)
        files.deliver()
        code, after = daily(cli, "--sample 0")
        assert code in (0, 3)
        assert (after["verified"], after["expected"]) == (18, 18)
        with Warehouse.open(cli.warehouse, read_only=True) as late, Warehouse.open(built, read_only=True) as daily_kept:
            assert partition_hashes(late) == partition_hashes(daily_kept)

    def test_a_source_that_cannot_be_read_stops_nothing_else(self, cli: Terminal, folder: Path, tmp_path: Path) -> None:
        inject(folder, "assist_correction")
        answer = cli(f"daily --sources local:{tmp_path}/none,simulated:2021 --sample 0 --json")
        done = json.loads(answer.out)
        assert answer.code == done["exit_code"] == 5
        broken, other = done["sources"]
        assert "none is not a folder" in broken["error"]
        assert other["changed"]
        assert done["changed"]

    def test_a_failed_date_is_no_success(self, cli: Terminal, folder: Path) -> None:
        """A player with more points than his field goals and free throws make."""
        path = folder / "player_box_2021-22.csv"
        lines = read_csv(path)
        lines[0]["points"] = str(int(lines[0]["points"]) + 1)
        write_csv(path, lines)
        code, done = daily(cli, "--sample 0")
        assert code == 1
        assert done["failed"] > 0


class TestCaution:
    @pytest.mark.soak
    def test_a_large_plan_asks(self, folder: Path, tmp_path: Path) -> None:
        cli = Terminal(tmp_path / "new.duckdb")
        answer = cli("daily --sources simulated:2021 --json", BACKCOURT_CONFIRM_OVER="5")
        assert answer.code == 2
        assert "18 partitions will run" in json.loads(answer.out)["message"]
        assert daily(cli, "--yes --sample 0", BACKCOURT_CONFIRM_OVER="5")[1]["changed"] == 18

    def test_started_twice(self, cli: Terminal, folder: Path) -> None:
        hold = "import duckdb\nheld = duckdb.connect(path)\nprint('ready', flush=True)\nsys.stdin.read()"
        with cli.process(hold):
            answer = cli("daily --sources simulated:2021 --lock-timeout 0 --json")
        assert answer.code == 4
        assert "is in use by process" in json.loads(answer.out)["message"]

    @pytest.mark.parametrize(
        ("sources", "said"),
        [
            ("", "No source is configured"),
            ("ftp:data", "'ftp:data' is not a source"),
            ("local:", "'local:' is not a source"),
            ("simulated:tomorrow", "neither a season nor a start year"),
            ("local:a,local:a", "stands twice"),
            ("nba_cdn:", "'nba_cdn:' is not a source"),
            ("nba_stats:tomorrow", "neither a season nor a start year"),
        ],
    )
    def test_sources_that_cannot_be_meant(self, cli: Terminal, sources: str, said: str) -> None:
        answer = cli(f"daily --json --sources '{sources}'")
        assert answer.code == 2
        assert said in json.loads(answer.out)["message"]


def no_network() -> NoReturn:
    raise AssertionError("nothing is fetched")


def test_seasons_and_seed_of_a_league() -> None:
    made = configured("simulated:2021,simulated:2021:2024,simulated:2021:2022:7", 0.05, no_network)
    told = [(each.ingest.args[0], each.ingest.args[1]) for each in made]  # type: ignore[attr-defined]
    assert told == [((2021,), 1), ((2021, 2022, 2023, 2024), 1), ((2021, 2022), 7)]
    with pytest.raises(UsageError, match="after the last"):
        configured("simulated:2024:2021", 0.05, no_network)


def test_somebody_is_told_only_of_rounds_that_did_something(cli: Terminal, folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    program = f"import sys; open({str(kept)!r}, 'a').write(sys.stdin.read() + chr(10))"
    target = shlex.join([sys.executable, "-c", program])
    daily(cli, "--sample 0", BACKCOURT_NOTIFY=target)
    assert not kept.exists()
    inject(folder, "assist_correction")
    daily(cli, "--sample 0", BACKCOURT_NOTIFY=target)
    (told,) = [json.loads(line) for line in kept.read_text().splitlines()]
    assert told["command"] == "daily"
    assert told["changed"] > 0


class TestCertificates:
    """A sample a day, and another one once what differed has been rebuilt."""

    def round(self, shop: Workshop, hours: int) -> job.Day:
        fed = Configured("league", lambda warehouse, registry, now: shop.ingest(hours))
        return job.daily(shop.warehouse, POST, [fed], clock(hours), sample=1)

    def test_once_a_day(self, shop: Workshop) -> None:
        made = [self.round(shop, hours).certification is not None for hours in (1, 20, 22)]
        assert made == [True, False, True]

    @pytest.mark.soak
    def test_again_after_one_that_failed(self, shop: Workshop) -> None:
        """A wrong value that the ledger vouches for is found, quarantined, and rebuilt by the next round."""
        name = "analytics.player_game_summary"
        day = shop.warehouse.value(f"SELECT MIN(game_date) FROM {name}")
        forge(shop, name, f"UPDATE {name} SET steals = steals + 1 WHERE game_date = DATE '{day}'")
        assert job.daily(shop.warehouse, POST, [], clock(1), sample=6).exit_code == 1
        again = self.round(shop, 2)
        assert again.run is not None
        assert [(each.table, each.game_date) for each in again.run.attempts] == [("player_game_summary", day)]
        assert again.certification is not None
        assert again.exit_code in (0, 3)
