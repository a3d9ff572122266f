"""What the terminal shows: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import typer
import typer.core
from rich.console import Console
from rich.markup import escape

from backcourt.cli.signals import terminable
from backcourt.errors import BackcourtError, UsageError

if TYPE_CHECKING:
    from rich.table import Table as RichTable

P = ParamSpec("P")

INTERRUPTED = 130


def screen() -> Console:
    """Where results go; wide enough for a table when it is not a terminal."""
    width = None if sys.stdout.isatty() else max(120, int(os.environ.get("COLUMNS", "160")))
    return Console(highlight=False, width=width, soft_wrap=False)


class Verb(typer.core.TyperCommand):
    """A command that tells a wrong option as JSON too, when the command line asks for JSON."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words after the verb; a wrong one ends in exit code 2."""
        wants_json = "--json" in args
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            told = getattr(error, "format_message", None)
            if not wants_json or told is None:
                raise
            _show_error(UsageError(told(), f"See  backcourt {ctx.info_name} --help"), as_json=True)
            raise typer.Exit(UsageError.exit_code) from error


def verb(command: Callable[P, None]) -> Callable[P, None]:
    """A command whose errors end in one message with a hint and the documented exit code, without a traceback."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with terminable():
                command(*args, **kwargs)
        except BackcourtError as error:
            _show_error(error, as_json=bool(kwargs.get("as_json")))
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as error:
            Console(stderr=True).print("Interrupted. What was committed stays; the same command goes on from there.")
            raise typer.Exit(INTERRUPTED) from error
        except BrokenPipeError as error:
            # The reader (head, less) has gone; what is left to print has no place to go.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from error

    return wrapped


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(document, indent=2, default=_plain, ensure_ascii=False) + "\n")


def print_json_line(document: object) -> None:
    """One JSON document on a line of its own, at once: one of many."""
    sys.stdout.write(json.dumps(document, default=_plain, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def stream_json(head: Mapping[str, object], name: str, rows: Iterable[object]) -> None:
    """One JSON document on standard output that ends in a list, a line a row, written while the rows come."""
    first = json.dumps(head, default=_plain, ensure_ascii=False).removesuffix("}")
    sys.stdout.write(f'{first}, "{name}": [')
    between = "\n"
    for row in rows:
        sys.stdout.write(between + json.dumps(row, default=_plain, ensure_ascii=False))
        between = ",\n"
    sys.stdout.write("\n]}\n")


def print_table(
    title: str, headers: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()
) -> None:
    """A table; `right` are the columns with figures."""
    screen().print(rich_table(title, headers, rows, right=right))
    screen().print()


def rich_table(
    title: str, headers: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()
) -> RichTable:
    """The same as what a screen, or a part of one, can show."""
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for number, header in enumerate(headers):
        table.add_column(header, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    return table


def say(text: str, style: str | None = None) -> None:
    """A line on standard output, left whole so that a command in it can be copied."""
    screen().print(escape(text), style=style, soft_wrap=True)


def complain(text: str) -> None:
    """A line on standard error about what went wrong beside the work."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"[yellow]Warning:[/yellow] {escape(text)}")


def duration(seconds: float | None) -> str:
    """A stretch of time with its unit."""
    if seconds is None:
        return "unknown"
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[[str, int], None]]:
    """A bar on standard error while something takes long; nothing where that is not a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text, steps: None
        return
    # What draws takes longer to load than a run that finds nothing to do.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=total)

        def advance(text: str, steps: int) -> None:
            bar.update(task, description=f"{label} {text}", advance=steps)

        yield advance


def _show_error(error: BackcourtError, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {"error": type(error).__name__, "message": error.message, "hint": error.hint, "exit_code": error.exit_code}
        )
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[red]Error:[/red] {escape(error.message)}")
    if error.hint:
        console.print(f"Hint: {escape(error.hint)}")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return escape(str(value))


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
