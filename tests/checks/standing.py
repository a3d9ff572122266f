"""The ground that tests of preflight stand on: a workshop's warehouse, with whatever a test puts in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from backcourt.checks.finding import Finding, attempt
from backcourt.checks.preflight.ground import Ground
from backcourt.seasons import Scope
from backcourt.settings import load_settings
from support import POST, Workshop, clock

Check = Callable[[Ground], Iterable[Finding]]


def ground(shop: Workshop | None, path: Path | None = None, **changes: Any) -> Ground:
    """Everything as it should be, but for the changes; without a workshop there is no warehouse at `path`."""
    path = shop.warehouse.path if shop else path
    settings = replace(load_settings({}), warehouse=path, **changes.pop("settings", {}))
    made: dict[str, Any] = {
        "environ": {},
        "scope": Scope(),
        "clock": clock(1),
        "load": lambda: shop.registry if shop else POST,
        "credentials": {"local": (), "simulated": ()},
        "chosen": ("simulated",),
        "warehouse": shop.warehouse if shop else None,
        **changes,
    }
    return Ground(settings=settings, **made)


def told(check: Check, on: Ground) -> list[tuple[str, str]]:
    """Subject and outcome of each finding."""
    return [(one.subject, one.outcome) for one in attempt("check", "", lambda: check(on))]


def only(check: Check, on: Ground) -> Finding:
    """The one finding of a check."""
    (found,) = attempt("check", "", lambda: check(on))
    return found


def of(check: Check, on: Ground, subject: str) -> Finding:
    """The finding of a check on one subject."""
    (found,) = (one for one in attempt("check", "", lambda: check(on)) if one.subject == subject)
    return found
