"""docs/runbook.md from top to bottom, as an operator would type it, on the simulated league."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "runbook.md"

SETTING = {"SOURCE": "simulated", "SEASONS": "2021", "CANARY": "2021-10-19:2021-11-19", "DAILY": "simulated:2021"}


@dataclass(frozen=True)
class Gate:
    """A command of the page and the exit codes with which one goes on."""

    command: str
    codes: tuple[int, ...]


def gates(page: str) -> list[Gate]:
    """Every line of the console blocks."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", page, re.M | re.S):
        for line in block.splitlines():
            match = re.fullmatch(r"\$ (backcourt .*?)\s+# exit (\d+(?: or \d+)*)", line)
            assert match, f"not a gate: {line!r}"
            found.append(Gate(match[1], tuple(map(int, match[2].split(" or ")))))
    return found


def test_every_part_has_gates() -> None:
    """So that an empty page is no page that passes."""
    assert len(gates(PAGE.read_text(encoding="utf-8"))) >= 15


@pytest.mark.soak
def test_the_page(tmp_path: Path) -> None:
    """Each gate opens, in the order of the page."""
    command = tmp_path / "backcourt"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from backcourt.cli.main import main; main()" "$@"\n')
    command.chmod(0o755)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BACKCOURT_")}
    env = {**clean, **SETTING, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    env["BACKCOURT_WAREHOUSE"] = str(tmp_path / "nba.duckdb")
    for gate in gates(PAGE.read_text(encoding="utf-8")):
        done = subprocess.run(
            gate.command, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode in gate.codes, (
            f"{gate.command}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")
