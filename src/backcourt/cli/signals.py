"""SIGINT and SIGTERM: a run stops after the commit at hand, at the second one at once; any other command at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopSwitch:
    """Says which signal asked to stop, '' as long as none did: what the engine takes as `should_stop`."""

    def __init__(self) -> None:
        self.turned_by = ""

    def __call__(self) -> str:
        """The name of the signal, or ''."""
        return self.turned_by

    def turn(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal; raises KeyboardInterrupt at the second, as Ctrl-C does without a switch."""
        if self.turned_by:
            raise KeyboardInterrupt
        self.turned_by = signal.Signals(number).name
        # Not through the buffered stream, which the signal may have come in the midst of.
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, _said(self.turned_by).encode())


def _said(name: str) -> str:
    return f"{name}: stopping after the current commit. Once more stops at once and undoes the unit at hand.\n"


@contextmanager
def stop_switch() -> Iterator[StopSwitch]:
    """A switch that the signals of this process turn; afterwards they do what they did before."""
    switch = StopSwitch()
    before = [(each, signal.signal(each, switch.turn)) for each in _SIGNALS]
    try:
        yield switch
    finally:
        for each, handler in before:
            signal.signal(each, handler)


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does, so that a command which it ends says so and closes its files."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python handles signals in the main thread only
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
