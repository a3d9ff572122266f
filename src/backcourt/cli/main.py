"""`backcourt`: raw NBA data to verified tables.

Exit codes: 0 done; 1 incomplete or failed; 2 usage; 3 warnings only; 4 locked; 5 source or I/O; 130 interrupted.
"""

from __future__ import annotations

import typer

from backcourt.cli import (
    backfill,
    changes,
    demo,
    explain,
    export,
    ingest,
    load,
    plan,
    rehash,
    report,
    runs,
    status,
    verify,
)
from backcourt.cli.console import Verb

app = typer.Typer(
    help=__doc__,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (demo, ingest, plan, backfill, status, verify, rehash, explain, runs, changes, report, load, export):
    module.register(app)
for command in app.registered_commands:
    command.cls = Verb


def main() -> None:
    """Run the command line."""
    app()
