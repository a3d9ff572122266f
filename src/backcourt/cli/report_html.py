"""`backcourt report --html`: write the page."""

from __future__ import annotations

from pathlib import Path

from backcourt.cli.console import print_json, say
from backcourt.cli.options import CLOCK
from backcourt.engine.registry import default_registry
from backcourt.errors import WarehouseError
from backcourt.report.html.facts import gather
from backcourt.report.html.page import page
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse


def write_page(warehouse: Warehouse, scope: Scope, path: Path, *, as_json: bool) -> bool:
    """Write the page of a scope to a file, which appears when it is whole; whether everything expected is verified."""
    facts = gather(warehouse, default_registry(), scope, CLOCK.now())
    text = page(facts)
    draft = path.with_name(path.name + ".draft")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise WarehouseError(
            f"The page cannot be written to {path}: {error.strerror}.", "Choose another --html."
        ) from error
    finally:
        if draft.is_file():
            draft.unlink()
    if as_json:
        cells = {"partitions": len(facts.cells), "bytes": len(text.encode())}
        print_json({"scope": scope.describe(), "html": path, **cells, "is_complete": facts.is_complete})
    else:
        say(f"{path}: {len(facts.cells):,} partitions of {len(facts.tables)} tables, {len(text.encode()):,} bytes.")
    return facts.is_complete
