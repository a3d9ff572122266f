"""A terminal for tests: runs commands in this process, or as a process of their own where that matters."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer import testing

from backcourt.cli.main import application
from backcourt.settings import SETTINGS

VERBS = (
    "demo",
    "ingest",
    "names",
    "sources",
    "preflight",
    "plan",
    "backfill",
    "retry",
    "status",
    "daily",
    "verify",
    "gaps",
    "validate",
    "rehash",
    "rollback",
    "release",
    "explain",
    "runs",
    "changes",
    "report",
    "load",
    "export",
)
SCOPED = (
    *("preflight", "plan", "backfill", "retry", "status", "verify", "gaps", "validate", "rehash", "rollback"),
    *("release", "report"),
)
APP = application()
EVERYTHING = "All game dates, all seasons, all tables."


# The runner would make the whole command line anew for each command, which takes longer than most of them do.
testing._get_command = functools.cache(testing._get_command)


def copy_beside(file: Path, into: Path) -> Path:
    """The warehouse and what lies beside it: events and snapshot."""
    into.mkdir()
    for path in file.parent.iterdir():
        shutil.copy(path, into / path.name)
    return into / file.name


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output; anything beside it is an error."""
        return json.loads(self.out)

    @property
    def text(self) -> str:
        """Everything on standard output, on one line."""
        return " ".join(self.out.split())


@dataclass(frozen=True)
class Terminal:
    """Commands for one warehouse, which the environment names."""

    warehouse: Path

    def __call__(self, command: str, **env: str) -> Answer:
        """Run a command, written as in a shell and without the `backcourt`."""
        result = testing.CliRunner().invoke(APP, shlex.split(command), env=self.environment(env), prog_name="backcourt")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    def environment(self, env: dict[str, str]) -> dict[str, str | None]:
        """No setting of the machine that runs the tests."""
        clean: dict[str, str | None] = {setting.env: None for setting in SETTINGS}
        return {
            **clean,
            "BACKCOURT_WAREHOUSE": str(self.warehouse),
            "BACKCOURT_LOCK_TIMEOUT": "0",
            "BACKCOURT_THREADS": "1",
            "COLUMNS": "200",
            **env,
        }

    def state(self) -> tuple[str, int]:
        """Digest of the warehouse file, and when it was last written."""
        return hashlib.sha256(self.warehouse.read_bytes()).hexdigest(), self.warehouse.stat().st_mtime_ns

    @contextmanager
    def process(self, code: str, *words: str) -> Iterator[subprocess.Popen[str]]:
        """A Python process that has printed `ready`; `code` sees the warehouse as `path` and the words as `sys.argv`."""
        preamble = f"import sys\npath = {str(self.warehouse)!r}\n"
        env = {name: value for name, value in os.environ.items() if not name.startswith("BACKCOURT_")}
        with subprocess.Popen(
            [sys.executable, "-c", preamble + code, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**env, "BACKCOURT_WAREHOUSE": str(self.warehouse), "BACKCOURT_THREADS": "1"},
        ) as process:
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    if line == "ready\n":
                        break
                else:
                    raise AssertionError(process.communicate()[1])
                yield process
            finally:
                if process.poll() is None:
                    process.kill()
