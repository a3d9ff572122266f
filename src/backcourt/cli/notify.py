"""The option --notify: somebody is told how a run ended."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

import typer

from backcourt.cli.console import complain
from backcourt.cli.options import CLOCK, Common
from backcourt.engine.registry import default_registry

Notify = Annotated[
    str | None,
    typer.Option(
        "--notify", help="Tell a command or a web address how the run ended, with its digest [env: BACKCOURT_NOTIFY]"
    ),
]


def notifying(target: str | None, options: Common) -> AbstractContextManager[None]:
    """Tell the target, or else that of the settings, of the run within; the option with an empty text tells nobody."""
    chosen = options.settings.notify if target is None else target
    if not chosen:
        return nullcontext()
    # What makes digests takes long to load, and most runs tell nobody.
    from backcourt.report.notify import telling

    return telling(chosen, options.settings.warehouse, default_registry, CLOCK, complain)
