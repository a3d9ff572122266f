"""A signal stops a run after the commit at hand; a second one stops it at once. Real processes of the three post-game tables."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest
from terminal import Terminal

# A backfill that stops before its second table is committed, in Python or within a statement of the engine.
PAUSED = f"""
sys.path.append({str(Path(__file__).parents[1])!r})
from backcourt.engine import registry, run
from support import POST
registry.default_registry = lambda: POST
from backcourt.cli.main import application
publish, seen = run.publish, []
def paused(warehouse, *rest):
    seen.append(rest)
    if len(seen) == 2:
        print("ready", flush=True)
        {{pause}}
    return publish(warehouse, *rest)
run.publish = paused
application(["backfill"])(["backfill", *sys.argv[1:]])
"""
IN_PYTHON = PAUSED.format(pause="sys.stdin.read()")
IN_ENGINE = PAUSED.format(pause='warehouse.rows("SELECT SUM(sqrt(a.range)) FROM range(500000000) AS a")')


def stopped(cli: Terminal, code: str, *numbers: signal.Signals, words: tuple[str, ...] = ()) -> tuple[str, str]:
    """What a backfill printed that was sent signals while it was paused; its exit code is 130, without a traceback."""
    with cli.process(code, *words) as process:
        for number in numbers:
            time.sleep(0.3)  # it said that it is ready just before what it is to be interrupted in
            process.send_signal(number)
        time.sleep(0.3)  # the signal before the end of standard input, which wakes it
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    return out, err


def test_the_commit_at_hand_is_made(raw_cli: Terminal) -> None:
    """SIGINT within a statement, which goes on."""
    out, err = stopped(raw_cli, IN_ENGINE, signal.SIGINT)
    assert "SIGINT: stopping after the current commit." in err
    assert "Stopped: interrupted by SIGINT. 12 partitions are committed, 6 not run." in out
    assert out.endswith("Go on with  backcourt backfill\n")
    run = raw_cli("runs show latest --json").json
    assert (run["outcome"], run["changed"], run["not_run"]) == ("interrupted", 12, 6)
    again = raw_cli("backfill --json").json
    assert (again["planned"], again["is_complete"]) == (6, True)
    assert raw_cli("verify").code == 0


def test_the_document_tells(raw_cli: Terminal) -> None:
    """SIGTERM in Python; as JSON, with the scope in the command that goes on."""
    words = ("--json", "--seasons", "2021", "--dates", "2021-10-19:2021-10-22")
    out, _ = stopped(raw_cli, IN_PYTHON, signal.SIGTERM, words=words)
    document = json.loads(out)
    assert (document["outcome"], document["written"], document["not_run"]) == ("interrupted", 8, 4)
    assert document["stopped"] == {"reason": "interrupted", "said": "interrupted by SIGTERM"}
    assert document["go_on"] == "backcourt backfill --dates 2021-10-19:2021-10-22 --seasons 2021"


@pytest.mark.parametrize("code", [IN_PYTHON, IN_ENGINE], ids=["in Python", "in a statement"])
def test_a_second_signal_undoes_the_unit_at_hand(raw_cli: Terminal, code: str) -> None:
    _, err = stopped(raw_cli, code, signal.SIGTERM, signal.SIGINT)
    assert "Interrupted. What was committed stays" in err
    run = raw_cli("runs show latest --json").json
    assert (run["outcome"], run["stopped"]) == ("interrupted", "interrupted by a second signal")
    assert (run["changed"], run["not_run"]) == (6, 12)
    assert raw_cli("plan --json").json["partitions"] == 12


def test_afterwards_signals_do_what_they_did(raw_cli: Terminal) -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    assert raw_cli("backfill").code == 0
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


VERIFYING = """
from backcourt.cli import verify
check = verify.check
def paused(warehouse, *rest):
    print("ready", flush=True)
    warehouse.rows("SELECT SUM(sqrt(a.range)) FROM range(500000000) AS a")
verify.check = paused
from backcourt.cli.main import application
application(["verify"])(["verify"])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_no_run_stops_at_once_and_says_so(cli: Terminal, number: signal.Signals) -> None:
    _, err = stopped(cli, VERIFYING, number)
    assert err == "Interrupted. What was committed stays; the same command goes on from there.\n"
    assert not cli.warehouse.with_name("w.duckdb.lease").exists()
    assert cli("verify").code == 0
