"""The engine broken on purpose: each mutant is one function whose source is changed while a story is played."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from backcourt.engine import cone, evaluate, expect, hashing, intake, ledger, lineage, publish, raw, run, sql
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class Mutant:
    """A part of the engine, what is wrong with it, the story that must show it and which question catches it.

    `function` has `old` replaced by `new` in its source, in the modules of `where` (all that imported it, if none is
    named).
    """

    part: str
    wrong: str
    function: Callable[..., Any]
    old: str
    new: str
    story: str
    caught_by: str
    where: tuple[ModuleType, ...] = field(default=(), compare=False)

    @property
    def has_a_past(self) -> bool:
        """Whether it shows only in a ledger that it has written itself: what it hashes, it hashes the same wrong way."""
        return self.part in ("cone", "lineage", "fingerprint")

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        """Put the changed function in the place of the right one."""
        source = textwrap.dedent(inspect.getsource(self.function))
        assert self.old in source, f"{self.function.__name__} no longer has {self.old!r}"
        module = sys.modules[self.function.__module__]
        made: dict[str, Callable[..., Any]] = {}
        future = "from __future__ import annotations\n"
        exec(compile(future + source.replace(self.old, self.new), f"<{self.wrong}>", "exec"), vars(module), made)
        owner = self.function.__qualname__.rpartition(".")[0]
        users = self.where or [each for each in sys.modules.values() if each.__name__.startswith("backcourt.")]
        holders = [getattr(module, owner)] if owner else users
        places = [(each, name) for each in holders for name, value in vars(each).items() if value is self.function]
        assert places, f"nobody uses {self.function.__name__}"
        for holder, name in places:
            patch.setattr(holder, name, made[self.function.__name__])
        if self.part == "lineage":
            patch.setattr(lineage, "_stored", lambda warehouse: {})

    def __str__(self) -> str:
        return f"{self.part}: {self.wrong}"


MUTANTS = [
    # What comes out equal stops the cascade; what differs does not.
    Mutant(
        "cut-off", "an output that came out equal cuts nothing off", run._due_now,
        "    evaluate(work.warehouse, work.registry, planned.table)\n", "    return list(planned.due)\n", "an equal output", "work",
    ),
    Mutant(
        "cut-off", "equal content is written again", publish._split_dates,
        "u.game_date IN (SELECT game_date FROM differing)", "TRUE", "an equal output", "work",
    ),
    Mutant(
        "cut-off", "content that differs counts as equal", publish._split_dates,
        "n.fingerprint IS DISTINCT FROM o.fingerprint OR ", "", "a correction", "bytes",
    ),
    Mutant(
        "cut-off", "a line is read after the moment that a row may know", raw._marked,
        'in_game = "COALESCE(l.snapshot_at >= g.cutoff_at, FALSE)"', 'in_game = "FALSE"', "a line after the tip", "fresh",
    ),
    # What a change may reach.
    Mutant(
        "cone", "results reach their own date only", expect.reach_of,
        '"before" if', '"same_date" if', "a correction", "bytes", (expect,),
    ),
    Mutant(
        "cone", "snapshots reach their own date only", expect.reach_of,
        'else "until"', 'else "same_date"', "a roster", "bytes", (expect,),
    ),
    Mutant(
        "cone", "the schedule reaches its own date only", expect.reach_of,
        'return "season"', 'return "same_date"', "a later game is cancelled", "bytes", (expect,),
    ),
    Mutant(
        "cone", "a registry reaches no date", expect.reach_of,
        'return "whole"', 'return "same_date"', "another code of a team", "bytes", (expect,),
    ),
    Mutant(
        "cone", "the season before is out of reach", expect.create_histories,
        "COALESCE(LAG(MIN(game_date)) OVER (ORDER BY season), DATE '0001-01-01')", "MIN(game_date)",
        "a correction in the season before", "bytes", (evaluate,),
    ),
    Mutant(
        "cone", "history has no beginning", expect.create_histories,
        "COALESCE(LAG(MIN(game_date)) OVER (ORDER BY season), DATE '0001-01-01')", "DATE '0001-01-01'",
        "a roster of long ago", "work", (evaluate,),
    ),
    Mutant(
        "cone", "results reach their own date too", evaluate._inputs,
        "WHEN 'before' THEN d.game_date ", "WHEN 'before' THEN d.game_date + 1 ", "a correction", "work",
    ),
    Mutant(
        "cone", "the hash of inputs is constant", evaluate._judge,
        "input_hash IS DISTINCT FROM md5(inputs)", "FALSE", "a correction", "bytes",
    ),
    Mutant(
        "cone", "stale is called verified", evaluate._judge,
        "IF(state = 'verified', 'stale', state)", "state", "a correction", "bytes",
    ),
    Mutant(
        "cone", "what failed blocks nothing", evaluate.upstream_trouble,
        "return dict(", "return {} and dict(", "a broken check", "work",
    ),
    Mutant(
        "cone", "a date that lost its last game keeps its rows", evaluate._judge,
        "WHEN games = 0 THEN 'surplus'", "WHEN games = 0 THEN 'closed'", "a game on another date", "bytes",
    ),
    Mutant(
        "cone", "no date is reached", cone._outside,
        "return set(left)", "return set(behind)", "a correction of a team", "bytes",
    ),
    Mutant(
        "cone", "a changed row reaches nothing, only one that is new or gone", cone._reached,
        "(c.kind <> 'changed' OR list_has_any(c.columns, ?))", "(c.kind <> 'changed' OR ? IS NULL)",
        "a correction of a team", "bytes",
    ),
    Mutant(
        "cone", "every row is reached", cone._reached,
        'or "TRUE"', 'or "TRUE"\n    unknown = "TRUE"', "a correction of a team", "work",
    ),
    # Which columns a table reads, and which code it is.
    Mutant(
        "lineage", "a consumed column is left out of the comparison", expect.create_consumption,
        "for column in sorted(consumed)", "for column in sorted(set(consumed) - {'points'})", "a correction", "bytes",
    ),
    Mutant(
        "lineage", "a consumed column is not known at all", sql._consumed,
        "if column.name in _columns_of", "if column.name != 'three_made' and column.name in _columns_of",
        "a correction", "states",
    ),
    Mutant(
        "lineage", "what the spine reads is not read", sql.lineage_of,
        "for where, sql in _queries(table)", "for where, sql in [next(_queries(table))]", "a roster", "states",
    ),
    Mutant(
        "lineage", "every column of a table is consumed", sql.lineage_of,
        ".update(columns)", ".update(registry.contract(upstream).column_names)", "a column that nobody reads", "work",
    ),
    Mutant(
        "lineage", "all code has one version", sql.code_version,
        "contract = table.contract", "return 'one'", "other arithmetic", "bytes",
    ),
    Mutant(
        "lineage", "a comment is code", sql._normal_form,
        "comments=False", "comments=True", "other comments", "work",
    ),
    # What tells one content from another.
    Mutant(
        "fingerprint", "the key is no part of it", hashing.fingerprints,
        "hash(key__, {quoted(name)})", "hash({quoted(name)})", "points of two players swapped", "bytes",
    ),
    Mutant(
        "fingerprint", "the value is no part of it", hashing.fingerprints,
        "hash(key__, {quoted(name)})", "hash(key__)", "a correction", "bytes",
    ),
    Mutant(
        "fingerprint", "one column is no part of it", hashing.fingerprints,
        "hash(key__, {quoted(name)})", "hash(key__, {quoted(name) if name != 'points' else 0})", "a correction", "bytes",
    ),
    Mutant(
        "fingerprint", "equal pairs cancel", hashing.fingerprints,
        "SUM(", "bit_xor(", "pairs of equal rows", "fingerprint",
    ),
    Mutant(
        "fingerprint", "there is one sum only", hashing.fingerprints,
        '|| CAST(second__ AS VARCHAR)', "", "equal sums", "fingerprint",
    ),
    # What a source no longer says.
    Mutant(
        "tombstones", "what was retired still stands", raw.live_rows,
        "WHERE row_id NOT IN", "WHERE TRUE OR row_id NOT IN", "a deleted row", "fresh",
    ),
    Mutant(
        "tombstones", "what vanished is not retired", intake._compare_with_known,
        "WHERE {not delivery.grows} AND", "WHERE FALSE AND", "a deleted row", "fresh",
    ),
    Mutant(
        "tombstones", "the date of what vanished is not looked at", intake._write_rows,
        "UNION SELECT DISTINCT {_date(\"l\", contract)} FROM known AS l JOIN differences AS d ON d.row_id = l.row_id",
        "", "a deleted row", "bytes",
    ),
    # One commit, and a ledger that is sealed.
    Mutant(
        "commit", "what crashed is committed", Warehouse._roll_back, '"ROLLBACK"', '"COMMIT"', "a crash in a commit", "verify",
    ),
    Mutant(
        "commit", "the old rows of a date stay", publish._replace_rows,
        'warehouse.execute(f"DELETE FROM {contract.full_name} {of_changed}")', "pass", "a correction", "refusal",
    ),
    Mutant(
        "commit", "a ledger changed by other hands is built on", ledger.refuse_broken,
        "if broken:", "if False:", "a ledger changed by other hands", "refusal",
    ),
]  # fmt: skip
