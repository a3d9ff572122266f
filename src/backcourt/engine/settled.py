"""Whether a plan is known to find no changed input, without computing the input of every partition again.

What the inputs follow from are rows of the ledger, each under a seal, and files. So a run that found everything
current stores a digest of these seals and files, and where today's digest is the same, so is the answer. Only that
comparison is saved: what is missing, failed, damaged or ahead is looked for as ever.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from backcourt.engine import ledger, lineage
from backcourt.engine.registry import Registry
from backcourt.warehouse.duckdb import Warehouse

_META_KEY = "settled"
_COMPARED_BY = tuple(Path(__file__).with_name(name) for name in ("evaluate.py", "expect.py", "inputs.py"))


def holds(warehouse: Warehouse, registry: Registry) -> bool:
    """Whether all inputs were compared with this very ledger and these files, and were those of today."""
    return ledger.meta(warehouse, _META_KEY) == _digest(warehouse, registry)


def remember(warehouse: Warehouse, registry: Registry) -> None:
    """Store that `evaluation` found everything current, if it did; call inside a transaction, with seals that are unbroken."""
    if warehouse.value("SELECT COUNT(*) FROM evaluation WHERE reason IS NOT NULL"):
        return
    digest = _digest(warehouse, registry)
    if ledger.meta(warehouse, _META_KEY) != digest:
        ledger.set_meta(warehouse, _META_KEY, digest)


def _digest(warehouse: Warehouse, registry: Registry) -> str:
    seals = warehouse.rows(
        "SELECT ledger_table, subject, rows, digest FROM ledger.seals"
        " WHERE ledger_table IN ('column_fingerprints', 'partitions', 'schedule', 'coverage') ORDER BY ALL"
    )
    texts = [lineage.digest(registry), *(path.read_text(encoding="utf-8") for path in _COMPARED_BY), *map(str, seals)]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
