"""The views through which a build reads: the names they have, and a query that reads them instead of the tables."""

from __future__ import annotations

import re

SCHEDULED = "_scheduled"

_TABLE_NAME = re.compile(r"\b(raw|analytics|precompute)\.(\w+)\b")


def base_name(name: str) -> str:
    """The table behind a name: `raw.x` and its view `raw.x_current` are one.

    `raw.games_scheduled` stays a name of its own: what is known of a game ahead of it has another reach than its result.
    """
    return name.removesuffix("_current") if name.startswith("raw.") else name


def stored_table(name: str) -> str:
    """The table whose rows, and whose fingerprints in the ledger, stand behind an upstream name."""
    return name.removesuffix(SCHEDULED) if name.startswith("raw.") else name


def input_view(name: str) -> str:
    """The name of the view through which a build reads a table."""
    return "in_" + base_name(name).replace(".", "_")


def with_inputs(sql: str) -> str:
    """The query reading the engine's input views in place of the stored tables."""
    return _TABLE_NAME.sub(lambda match: input_view(f"{match[1]}.{match[2]}"), sql)
