"""The data dictionary: what a contract tells a reader of the data, and a version of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from backcourt.engine.contract import Column, Contract

VERSION_LENGTH = 16

# `availability` tells how full the columns are today, not what they mean.
_NO_FACTS = {"folder", "columns", "checks", "name", "schema_name", "availability"}


def dictionary(contracts: Iterable[Contract]) -> dict[str, Any]:
    """The entries of tables under their full names, each with its version."""
    return {each.full_name: {"contract_version": contract_version(each), **entry(each)} for each in contracts}


def entry(contract: Contract) -> dict[str, Any]:
    """All that a contract says, as plain values: the table's facts, its columns and what is checked before publication."""
    facts = contract.model_dump(mode="json", exclude=_NO_FACTS, exclude_defaults=True)
    checks = {check.name: check.why for check in contract.checks}
    columns = [column_entry(column) for column in contract.columns]
    plain: dict[str, Any] = _plain({"table": contract.full_name, **facts, "checks": checks, "columns": columns})
    return plain


def column_entry(column: Column) -> dict[str, Any]:
    """What a contract says of a column; what it does not say is left out."""
    plain: dict[str, Any] = _plain(column.model_dump(mode="json", exclude_none=True))
    return plain


def contract_version(contract: Contract) -> str:
    """16 hex digits that change when anything in the dictionary's entry does; how the contract is laid out does not count."""
    text = json.dumps(entry(contract), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:VERSION_LENGTH]


def _plain(value: Any) -> Any:
    """The same without the line breaks and runs of blanks that only lay out a text."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
