"""Every command explains itself, and the manual knows every command and setting."""

from __future__ import annotations

import re
import shlex
from functools import partial
from pathlib import Path

import pytest
from terminal import SCOPED, VERBS, Terminal

from backcourt.cli.main import application
from backcourt.settings import SETTINGS
from backcourt.sources.simulated import LeagueSize, write_league
from backcourt.sources.simulated.source import simulate
from support import TINY, workshop

ROOT = Path(__file__).parents[2]
EXIT_CODES = (0, 1, 2, 3, 4, 5, 130)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """Thirty dates of four teams, so that the dates of the examples are in it."""
    folder = tmp_path_factory.mktemp("month")
    write_league(folder / "league", [2021], seed=1, size=LeagueSize(teams=4, dates=30))
    with workshop(folder / "w.duckdb", folder / "league") as shop:
        shop.ingest()
        shop.backfill()
    return Terminal(folder / "w.duckdb")


@pytest.fixture(scope="module")
def manual() -> str:
    """README and docs together."""
    paths = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path.exists())


def examples(text: str) -> list[str]:
    return re.findall(r"^\s*Example: backcourt (.+?)\s*$", text, re.MULTILINE)


def test_these_are_all_verbs() -> None:
    assert {command.name for command in application().registered_commands} == set(VERBS)


def test_help_lists_the_verbs_and_exit_codes(shared_cli: Terminal) -> None:
    answer = shared_cli("--help")
    assert answer.code == 0
    for verb in VERBS:
        assert re.search(rf"^ +{verb} ", answer.out, re.MULTILINE)
    assert (
        "0 done; 1 incomplete or failed; 2 usage; 3 warnings only; 4 locked; 5 source or I/O; 130 interrupted"
        in answer.text
    )


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_an_example_that_works(
    month: Terminal, verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for module in ("cli.demo_ground", "cli.ingest", "sources.configured"):
        monkeypatch.setattr(f"backcourt.{module}.simulate", partial(simulate, size=TINY))
    answer = month(f"{verb} --help")
    assert answer.code == 0
    assert month(f"{verb} -h").out == answer.out
    (example,) = examples(answer.out)
    assert shlex.split(example)[0] == verb
    terminal = Terminal(tmp_path / "w.duckdb") if verb in ("ingest", "daily") else month
    done = terminal(example)
    assert done.code == 0, done.out + done.err


@pytest.mark.parametrize("verb", SCOPED)
def test_scope_flags_everywhere(shared_cli: Terminal, verb: str) -> None:
    text = shared_cli(f"{verb} --help").out
    for flag in ("--dates", "--start-date", "--end-date", "--seasons", "--tables", "--phase", "--json", "--warehouse"):
        assert flag in text


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_manual(manual: str, verb: str) -> None:
    assert re.search(rf"(\bbackcourt |`){verb}\b", manual)


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_is_in_the_manual(shared_cli: Terminal, manual: str, verb: str) -> None:
    options = set(re.findall(r"(--[a-z][a-z-]+)", shared_cli(f"{verb} --help").out)) - {"--help"}
    assert len(options) >= 2
    assert {option for option in options if not re.search(rf"{option}(?![a-z-])", manual)} == set()


@pytest.mark.parametrize("setting", [setting.env for setting in SETTINGS])
def test_every_setting_is_in_the_manual(manual: str, setting: str) -> None:
    assert setting in manual


@pytest.mark.parametrize("code", EXIT_CODES)
def test_every_exit_code_is_in_the_manual(manual: str, code: int) -> None:
    table = [line for line in manual.splitlines() if re.match(rf"\| *`?{code}`? *\|", line)]
    assert table or re.search(rf"\b{code} [a-z]+", manual)
