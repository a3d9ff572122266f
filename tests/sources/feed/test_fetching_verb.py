"""`backcourt ingest nba_cdn`: what it says, and how it ends."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from answering import document, status
from cdn_season import LAKERS, Season, Wall, box_path, schedule_path
from terminal import Terminal
from test_json_page import COMMANDS, differences

from backcourt.sources.http import Patience, open_fetcher

INGEST = "ingest nba_cdn"
HURRIED = Patience(attempts=1, first=0.01, longest=0.01, jitter=0)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    """The clock of the commands; nobody waits for a host that fails."""
    wall = Wall()
    monkeypatch.setattr("backcourt.cli.fetching.CLOCK", wall)
    monkeypatch.setattr("backcourt.cli.fetching.open_fetcher", partial(open_fetcher, patience=HURRIED))
    return wall


@pytest.fixture
def terminal(wall: Wall, tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "w.duckdb")


def _settings(season: Season, folder: Path) -> dict[str, str]:
    return {
        "BACKCOURT_MIRRORS": f"cdn.nba.com=http://{season.server.host}",
        "BACKCOURT_ARCHIVE": str(folder / "archive"),
        "BACKCOURT_PACE": "0.1",
    }


def test_once_and_again(terminal: Terminal, season: Season, tmp_path: Path) -> None:
    settings = _settings(season, tmp_path)
    first = terminal(INGEST, **settings)
    assert first.code == 0, first.err
    assert "nba_cdn 2024-25: 7 documents, 7 of them fetched now: 7 had" in first.text
    assert "raw.player_box 2 0 36 36 0 0 0" in first.text
    assert "partitions of built tables are due" in first.out
    again = terminal(f"{INGEST} --json", **settings)
    assert again.code == 0
    (made,) = again.json["seasons"]
    assert (made["fetched"], made["changed"], made["states"], made["not_taken"]) == (0, 0, {"had": 7}, [])


def test_trouble(terminal: Terminal, season: Season, tmp_path: Path) -> None:
    """Everything else is taken, what is not is named, and the exit code is 1."""
    settings = _settings(season, tmp_path)
    season.server.on(box_path(LAKERS), document(b'{"game": {}}'))
    answer = terminal(INGEST, **settings)
    assert answer.code == 1
    assert f"box {LAKERS} 2025-01-06 of another shape nba_cdn, box {LAKERS}" in answer.text
    answer = terminal(f"{INGEST} --json", **settings)
    assert answer.code == 1
    (made,) = answer.json["seasons"]
    assert [(each["of"], each["state"]) for each in made["not_taken"]] == [
        (LAKERS, "of another shape"),
        (LAKERS, "waits for the box score"),
    ]
    assert differences(f"{INGEST} --json", answer.json, COMMANDS[f"{INGEST} --json"]) == []
    gaps = terminal("gaps --json")
    commands = [command for gap in gaps.json["gaps"] for command in gap["commands"]]
    assert any("ingest nba_cdn --seasons 2024" in command for command in commands), commands


def test_no_schedule(terminal: Terminal, season: Season, tmp_path: Path) -> None:
    """Nothing is left of a new warehouse."""
    season.server.on(schedule_path(), status(404))
    answer = terminal(INGEST, **_settings(season, tmp_path))
    assert (answer.code, answer.out) == (5, "")
    assert "nba_cdn, schedule 2024-25" in answer.err
    assert not terminal.warehouse.exists()


def test_past_season(terminal: Terminal, season: Season, tmp_path: Path) -> None:
    answer = terminal(f"{INGEST} --seasons 2022", **_settings(season, tmp_path))
    assert answer.code == 5
    assert "the current season only, not of 2022-23" in answer.err
    assert "backcourt ingest nba_stats --seasons 2022" in answer.err
    assert not terminal.warehouse.exists()


@pytest.mark.soak
def test_offline(terminal: Terminal, season: Season, tmp_path: Path) -> None:
    """The archive alone fills another warehouse."""
    settings = _settings(season, tmp_path)
    assert terminal(INGEST, **settings).code == 0
    asked = len(season.server.asked)
    other = Terminal(tmp_path / "other.duckdb")
    answer = other(f"{INGEST} --json", **settings, BACKCOURT_OFFLINE="yes")
    assert answer.code == 0
    assert answer.json["seasons"][0]["changed"] == 215
    assert len(season.server.asked) == asked


class TestDaily:
    @pytest.fixture(autouse=True)
    def hurried(self, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("backcourt.cli.daily.CLOCK", wall)
        monkeypatch.setattr("backcourt.cli.daily.open_fetcher", partial(open_fetcher, patience=HURRIED))

    @pytest.mark.soak
    def test_round(self, terminal: Terminal, season: Season, tmp_path: Path) -> None:
        """A source that is down stops no other; a document in trouble is told, and the rest of its source is built."""
        season.server.on(box_path(LAKERS), document(b'{"game": {}}'))
        season.server.on("/stats/scheduleleaguev2", status(403))
        settings = _settings(season, tmp_path)
        settings["BACKCOURT_MIRRORS"] += f",stats.nba.com=http://{season.server.host}"
        settings["BACKCOURT_SOURCES"] = f"nba_stats:2023,nba_cdn,local:{tmp_path}/none"
        answer = terminal("daily --json --sample 0", **settings)
        done = answer.json
        assert answer.code == done["exit_code"] == 1  # the date that lacks a game is held back
        stats, cdn, folder = done["sources"]
        assert "stats.nba.com" in stats["error"]
        assert f"box {LAKERS}" in cdn["error"]
        assert cdn["changed"] > 100
        assert "is not a folder" in folder["error"]
        assert (done["changed"], done["failed"]) == (12, 1)
