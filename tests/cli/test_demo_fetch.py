"""`backcourt demo --fetch`: a season from the first source without a key that answers, against a server of this machine."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from answering import Server, serving, silent, status
from terminal import Terminal
from wire_server import serve

from backcourt.sources.keyless import PROBING
from backcourt.sources.simulated import LeagueSize, write_league
from backcourt.sources.simulated.wire import nba_stats, sportsdataverse
from backcourt.sources.simulated.wire.season import Season

FETCH = "demo --fetch"
SCHEDULE = "/stats/scheduleleaguev2"
RELEASE = "/sportsdataverse/sportsdataverse-data/releases/download/espn_nba_schedules/nba_schedule_2022.parquet"


@pytest.fixture(scope="module")
def passing_for_real(tmp_path_factory: pytest.TempPathFactory) -> Season:
    """A simulated season whose people have ids as real ones have, for nothing but these tests."""
    folder = tmp_path_factory.mktemp("league")
    write_league(folder, [2021], seed=3, size=LeagueSize(teams=30, dates=2))
    for path in folder.iterdir():
        path.write_text(re.sub(r"\b9(\d{6})\b", r"1\1", path.read_text(encoding="utf-8")), encoding="utf-8")
    return Season(folder, "2021-22")


@pytest.fixture
def server(passing_for_real: Season) -> Iterator[Server]:
    """Both sources, as they would answer."""
    with serving() as made:
        serve(made, nba_stats.documents(passing_for_real))
        serve(made, sportsdataverse.documents(passing_for_real))
        yield made


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine behind a proxy reaches its own server without it."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in an empty folder; the server may be asked without a pause."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("backcourt.sources.http.pace.Pace.wait", lambda pace, host: None)
    return Terminal(tmp_path / "backcourt-demo.duckdb")


def settings(host: str) -> dict[str, str]:
    return {"BACKCOURT_MIRRORS": f"stats.nba.com=http://{host},github.com=http://{host}", "BACKCOURT_PACE": "0.1"}


def test_from_the_nba(terminal: Terminal, server: Server) -> None:
    """Ids and places of shots are the NBA's; the file is a demo's, which the next may replace."""
    answer = terminal(FETCH, **settings(server.host))
    assert answer.code == 0, answer.text + answer.err
    assert answer.out.startswith("Demo on a real season that is fetched, season 2021-22, in backcourt-demo.duckdb.")
    assert "2021-22 from nba_stats" in answer.text
    assert "passed over" not in answer.text
    assert "OVERALL PASS: 6 of 6" in answer.text
    assert "Coverage by season, real data" in answer.text
    assert server.count(RELEASE) == 0


@pytest.mark.soak
def test_again_from_the_archive(terminal: Terminal, server: Server) -> None:
    """The next demo replaces the file, and needs no network."""
    assert terminal(FETCH, **settings(server.host)).code == 0
    asked = len(server.asked)
    again = terminal(f"{FETCH} --json", **settings(server.host), BACKCOURT_OFFLINE="yes").json
    assert (again["data"], again["source"], again["passed_over"], again["passed"]) == ("real", "nba_stats", {}, True)
    assert len(server.asked) == asked


def test_the_nba_hangs(terminal: Terminal, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up after one attempt of a few seconds; the releases have the season too."""
    monkeypatch.setattr("backcourt.sources.keyless.PROBING", _probing(read=0.5))
    server.on(SCHEDULE, silent(2))
    begun = time.monotonic()
    answer = terminal(f"{FETCH} --json", **settings(server.host))
    found = answer.json
    assert answer.code == 0
    assert (found["source"], list(found["passed_over"]), found["passed"]) == ("sportsdataverse", ["nba_stats"], True)
    assert (
        "stats.nba.com cannot be reached (nothing came for 0.5 s), after 1 attempt" in found["passed_over"]["nba_stats"]
    )
    assert server.count(SCHEDULE) == 1
    assert {line["table"]: line["rows"] for line in found["report"]["lines"]}["team_offense_game_summary"] == 30
    assert time.monotonic() - begun < 30


def test_both_are_down(terminal: Terminal) -> None:
    """Nothing listens there: both are named within seconds, with what to do instead, and nothing is left behind."""
    begun = time.monotonic()
    answer = terminal(FETCH, **settings("127.0.0.1:9"))
    assert time.monotonic() - begun < 5
    assert answer.code == 5
    assert "No real season can be fetched. nba_stats, schedule 2021-22: stats.nba.com cannot be reached" in _line(
        answer.err
    )
    assert "sportsdataverse, games 2021-22: github.com cannot be reached" in _line(answer.err)
    assert "backcourt demo --simulated" in answer.err
    assert not terminal.warehouse.exists()


def test_both_are_refused(terminal: Terminal, server: Server) -> None:
    """An answer that will not get better is not waited for."""
    server.on(SCHEDULE, status(403))
    server.on(RELEASE, status(404))
    answer = terminal(f"{FETCH} --json", **settings(server.host))
    assert (answer.code, answer.json["exit_code"]) == (5, 5)
    assert re.search("stats.nba.com .*403.*github.com .*404", answer.json["message"])
    assert not terminal.warehouse.exists()


def test_offline(terminal: Terminal, server: Server) -> None:
    answer = terminal(FETCH, **settings(server.host), BACKCOURT_OFFLINE="yes")
    assert answer.code == 5
    assert "BACKCOURT_OFFLINE" in answer.err
    assert server.asked == []


@pytest.mark.parametrize("words", ["--simulated", "--seasons 2021:2022"])
def test_not_meant(terminal: Terminal, words: str) -> None:
    assert terminal(f"{FETCH} {words}").code == 2
    assert not terminal.warehouse.exists()


def _probing(**changes: float) -> object:
    return replace(PROBING, **changes)  # type: ignore[arg-type]


def _line(text: str) -> str:
    return " ".join(text.split())
