"""A process that runs commands of Backcourt, each in a fork of its own, and lets something happen to them.

Usage: stagehand.py small|full. It reads an order from standard input as a line of JSON and answers with another. To
fork takes no time, so that each command can be a real one, with its signals, its limits, its exit code and its message.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
import time
import traceback
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))

from backcourt import daily
from backcourt.cli import main as command_line
from backcourt.clock import SystemClock
from backcourt.engine import registry as registries
from backcourt.engine import run
from backcourt.engine.registry import Registry
from backcourt.sources.local import adapter
from backcourt.sources.simulated.source import own_mappings
from backcourt.warehouse import lease
from backcourt.warehouse.duckdb import Warehouse
from small_league import small_registry

Order = dict[str, Any]
NOBODY = 65534


class Child:
    """The command of an order, counting its statements; at one of them something is done to it."""

    def __init__(self, order: Order, pipe: int) -> None:
        self.order, self.pipe = order, pipe
        self.fault: Order = order.get("fault", {})
        self.statements = 0
        self.jumped = 0.0

    def play(self, app: Any) -> None:
        """Become the command, and end with its exit code."""
        code = 1
        try:
            self._dress()
            app(self.order["words"], prog_name="backcourt")
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
            code = 0 if self.order.get("defect") == "says that it is done" else code
        except BaseException:  # noqa: BLE001 - whatever it is, the test is to see it
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os.write(self.pipe, f"\n{self.statements}".encode())
            os._exit(code)

    def _dress(self) -> None:
        os.environ.update({"BACKCOURT_WAREHOUSE": self.order["warehouse"], "BACKCOURT_THREADS": "1", "COLUMNS": "500"})
        os.chdir(Path(self.order["warehouse"]).parent)
        for number, name in enumerate(("out", "err"), 1):
            os.dup2(os.open(self.order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        moment = datetime.fromisoformat(self.order["at"])
        SystemClock.now = lambda clock: moment + timedelta(seconds=self.jumped)  # type: ignore[method-assign]
        execute = Warehouse._run

        def counted(warehouse: Warehouse, sql: str, parameters: Any) -> Any:
            self.statements += 1
            if self.statements == self.fault.get("statement"):
                os.write(self.pipe, b"!")
                self._strike()
            if sql != "COMMIT":
                return execute(warehouse, sql, parameters)
            os.write(self.pipe, b"c")
            result = execute(warehouse, sql, parameters)
            os.write(self.pipe, b"d")
            return result

        Warehouse._run = counted  # type: ignore[method-assign]
        if self.order.get("defect") in DEFECTS:
            DEFECTS[self.order["defect"]]()
        if "limit" in self.fault:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.fault["limit"],) * 2)
        if self.fault.get("unprivileged") and os.geteuid() == 0:
            os.setuid(NOBODY)  # to root no file is read-only

    def _strike(self) -> None:
        if "signal" in self.fault:
            os.kill(os.getpid(), self.fault["signal"])
        for path in self.fault.get("unlink", ()):
            Path(path).unlink(missing_ok=True)
        if "steal" in self.fault:
            Path(self.fault["steal"]).write_text(json.dumps(self.fault["thief"]), encoding="utf-8")
        self.jumped = self.fault.get("jump", 0.0)


def _drop_a_row() -> None:
    stage = adapter.stage

    def dropping(warehouse: Warehouse, *rest: Any) -> None:
        stage(warehouse, *rest)
        if warehouse.value("SELECT COUNT(*) FROM staged") > 40:
            warehouse.execute("DELETE FROM staged WHERE source_row = (SELECT MAX(source_row) FROM staged)")

    adapter.stage = dropping  # type: ignore[attr-defined]


def _skip_a_partition() -> None:
    still_due = run.still_due
    run.still_due = lambda *rest, **more: still_due(*rest, **more)[:-1]  # type: ignore[attr-defined]


def _raise() -> None:
    def fail(*_: Any) -> None:
        raise ValueError("a defect")

    run.publish = fail  # type: ignore[attr-defined]


DEFECTS = {"drops a row": _drop_a_row, "skips a partition": _skip_a_partition, "leaves a traceback": _raise}


def perform(app: Any, order: Order) -> Order:
    """Run a command; send it a signal in a COMMIT, or let another command come while it stands still."""
    fault = order.get("fault", {})
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        lease._HELD.clear()
        Child(order, writing).play(app)
    os.close(writing)
    answer: Order = {"pid": pid}
    if "meanwhile" in order:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            answer["meanwhile"] = perform(app, order["meanwhile"])
            os.kill(pid, signal.SIGCONT)
            _, status = os.waitpid(pid, 0)
        said = _heard(reading, pid, {})
    else:
        said = _heard(reading, pid, fault)
        _, status = os.waitpid(pid, 0)
    os.close(reading)
    marks, _, counted = said.decode().partition("\n")
    code = os.waitstatus_to_exitcode(status)
    inside = code < 0 and marks.count("c") > marks.count("d")
    return answer | {
        "code": code,
        "commits": marks.count("c"),
        "inside": inside,
        "signalled": "S" in marks,
        "struck": "!" in marks or "S" in marks,
        "statements": int(counted or 0),
    }


def _heard(reading: int, pid: int, fault: Order) -> bytes:
    """All that a command says of itself; a signal is sent so long after it announced a COMMIT."""
    said, commits = b"", 0
    while byte := os.read(reading, 1):
        said += byte
        commits += byte == b"c"
        if byte == b"c" and commits == fault.get("commit"):
            time.sleep(fault["delay"])
            os.kill(pid, fault["signal"])
            said = said.replace(b"\n", b"") if b"S" in said else b"S" + said
    return said


def _small() -> Registry:
    """Let every module know the small tables and the files that they are fed from."""
    made = small_registry()
    registries.default_registry = lambda: made  # type: ignore[assignment]
    for verb in command_line.VERBS:
        importlib.import_module(f"backcourt.cli.{verb}")
    for name, module in list(sys.modules.items()):
        if name.startswith("backcourt.") and hasattr(module, "default_registry"):
            module.default_registry = lambda: made  # type: ignore[attr-defined]
    mappings = own_mappings(made)
    adapter.default_mappings = lambda: mappings  # type: ignore[attr-defined]
    # Its files stand for somebody's own.
    adapter.refuse_simulated = lambda *_: None  # type: ignore[attr-defined]
    daily.validate = lambda *_: None  # type: ignore[attr-defined]  # its rules are about the tables that ship
    return made


def main(size: str) -> None:
    """Carry out orders until there are no more."""
    registry = _small() if size == "small" else registries.default_registry()
    for table in registry.ordered:
        registry.lineage(table.name)
    import typer.main

    app = typer.main.get_command(command_line.application())
    for line in sys.stdin:
        print(json.dumps(perform(app, json.loads(line))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
