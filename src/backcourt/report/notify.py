"""Tell somebody how a run ended: a command that reads the digest, or a web address to which it is posted.

That is done once a run, after it. What goes wrong with it is told, and changes neither data nor exit code. A web address
may hold a secret, and so may the words of a command: of the one scheme and host are shown, of the other the program.
"""

from __future__ import annotations

import http.client
import json
import os
import shlex
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from backcourt.clock import Clock
from backcourt.engine import events
from backcourt.engine.events import Event
from backcourt.engine.registry import Registry
from backcourt.errors import BackcourtError, UsageError
from backcourt.report.digest import digest
from backcourt.warehouse.duckdb import QueryError, Warehouse

TIMEOUT = 30
"""Seconds that a command or a web server may take."""


class NotToldError(Exception):
    """The target could not be told, and why, without anything secret in it."""


@contextmanager
def telling(
    target: str, path: Path, registry: Callable[[], Registry], clock: Clock, warn: Callable[[str], None]
) -> Iterator[None]:
    """Tell `target` of the run of this process that begins and ends within, if one does; raises UsageError for no target."""
    refuse_unusable(target)
    tail = events.Tail(path)
    tail.read()
    error: BaseException | None = None
    try:
        yield
    except BaseException as caught:
        error = caught
        raise
    finally:
        mine = [event for event in tail.read() if event["pid"] == os.getpid()]
        started = next((event for event in mine if event["event"] == events.STARTED), None)
        if started is not None:
            tell(target, _document(path, registry, started, mine[-1], error), path, clock.now(), warn)


def refuse_unusable(target: str) -> None:
    """Raise UsageError for a target that no run can tell anything."""
    try:
        usable = bool(urlsplit(target).hostname if is_web(target) else "".join(shlex.split(target)[:1]))
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(
            "The target of --notify is neither a command nor a web address.",
            "Write for example  --notify 'mail -s backcourt me@example.org'  or set BACKCOURT_NOTIFY.",
        )


def is_web(target: str) -> bool:
    """Whether a target is posted to."""
    return target.lower().startswith(("http://", "https://"))


def shown(target: str) -> str:
    """What may be said of a target."""
    if is_web(target):
        parts = urlsplit(target)
        return f"{parts.scheme}://{parts.hostname}"
    return Path(shlex.split(target)[0]).name


def send(target: str, document: dict[str, Any]) -> None:
    """Hand over a document; raises NotToldError."""
    body = json.dumps(document, ensure_ascii=False, default=str).encode()
    if is_web(target):
        _post(target, body)
    else:
        _run(target, body)


def _post(address: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "User-Agent": "backcourt"}
    try:
        request = urllib.request.Request(address, data=body, headers=headers, method="POST")
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise NotToldError(f"it answered {error.code}") from None
    except urllib.error.URLError as error:
        raise NotToldError(_reason(error.reason)) from None
    except OSError as error:
        raise NotToldError(_reason(error)) from None
    except (http.client.HTTPException, ValueError) as error:
        # Their texts repeat the address.
        raise NotToldError(f"it cannot be posted to ({type(error).__name__})") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A digest goes where it was sent and nowhere else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """No request to another place: the answer counts as an error."""


def _reason(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return f"no answer within {TIMEOUT} s"
    text = reason.strerror if isinstance(reason, OSError) else None
    return text or type(reason).__name__


def _run(command: str, body: bytes) -> None:
    try:
        # Its output joins the messages: standard output is the verb's own.
        done = subprocess.run(shlex.split(command), input=body, stdout=2, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        raise NotToldError(f"it was stopped after {TIMEOUT} s") from None
    except OSError as error:
        raise NotToldError(error.strerror or type(error).__name__) from None
    if done.returncode:
        raise NotToldError(f"it ended with exit code {done.returncode}")


def _document(
    path: Path, registry: Callable[[], Registry], started: Event, last: Event, error: BaseException | None
) -> dict[str, Any]:
    """The digest of the run, or, where the warehouse cannot be read after it, what its events tell."""
    said = None if error is None else error.message if isinstance(error, BackcourtError) else type(error).__name__
    try:
        with Warehouse.open(path, read_only=True, lock_timeout=TIMEOUT) as warehouse:
            return {**digest(warehouse, registry(), started["run"]), "error": said}
    except (BackcourtError, QueryError) as trouble:
        outcome = last.get("outcome") if last["event"] == events.ENDED else "killed"
        known = {"run_id": started["run"], "outcome": outcome, "started_at": started["at"], "warehouse": path.name}
        return {**known, "error": said or " ".join(str(trouble).split())}


def tell(target: str, document: dict[str, Any], path: Path, now: datetime, warn: Callable[[str], None]) -> None:
    """Hand a document to the target; what goes wrong is warned of and stands in the event file."""
    event, told = "notified", {"run": document["run_id"], "target": shown(target)}
    try:
        send(target, document)
    except NotToldError as trouble:
        warn(f"{shown(target)} was not told of run {document['run_id']}: {trouble}. The run itself is not affected.")
        event, told = "not_notified", {**told, "cause": str(trouble)}
    try:
        events.append_beside(path, now, event, told)
    except BackcourtError as trouble:
        warn(trouble.message)
