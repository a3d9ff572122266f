"""`backcourt`: raw NBA data to verified tables.

Exit codes: 0 done; 1 incomplete or failed; 2 usage; 3 warnings only; 4 locked; 5 source or I/O; 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module

import typer

from backcourt.cli.console import Verb

# Each is a module of this package, in the order of --help.
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


def application(verbs: Iterable[str] = VERBS) -> typer.Typer:
    """The command line with some of its verbs; only their modules are loaded."""
    app = typer.Typer(
        help=__doc__,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    # A callback makes it a command line of verbs even with one of them.
    app.callback()(lambda: None)
    for verb in verbs:
        import_module(f"backcourt.cli.{verb}").register(app)
    for command in app.registered_commands:
        command.cls = Verb
    return app


def main() -> None:
    """Run the command line: the verb that its first word names, else with all of them, to list or to suggest one."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    application([word] if word in VERBS else VERBS)()
