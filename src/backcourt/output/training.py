"""A training set: what was known before each game, beside what then happened in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backcourt.engine.contract import Column, Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Registry, Table
from backcourt.errors import ContractError, UsageError
from backcourt.output.query import NUMBERS, Query
from backcourt.output.selection import Selection
from backcourt.warehouse.duckdb import Warehouse

STORE, OUTCOMES = "ml_feature_store", "player_game_summary"
LINE_FEATURES = "line_features"


@dataclass(frozen=True)
class TrainingSet:
    """Which columns of the feature store stand beside which outcome; `left_out` are features that were not wanted."""

    store: Table
    outcomes: Table
    keys: tuple[Column, ...]
    features: tuple[Column, ...]
    left_out: tuple[Column, ...]
    label: Column

    @property
    def columns(self) -> tuple[Column, ...]:
        """Keys, features, label."""
        return (*self.keys, *self.features, self.label)

    def query(self, store: Selection, outcomes: Selection) -> Query:
        """The rows whose outcome is known, in order of date and key."""
        names = ", ".join(
            f"{'o' if column is self.label else 's'}.{quoted(column.name)} AS {quoted(column.name)}"
            for column in self.columns
        )
        order = ", ".join(f"s.{quoted(name)}" for name in dict.fromkeys(("game_date", *self.store.contract.key)))
        sql = (
            f"SELECT {names} FROM {store.relation(self.store.contract.columns)} AS s"
            f" JOIN {outcomes.relation(self.outcomes.contract.columns)} AS o USING (game_id, player_id)"
            f" WHERE s.game_date IN (SELECT UNNEST($dates::DATE[])) AND {self._has_label()} ORDER BY {order}"
        )
        return Query(sql, {"dates": store.dates}, self.columns)

    def losses(self, warehouse: Warehouse, store: Selection, outcomes: Selection) -> Mapping[str, int]:
        """How many rows of either table have no place in the set, and why."""
        counts = warehouse.rows(
            f"""SELECT COUNT(*) FILTER (o.player_id IS NULL), COUNT(*) FILTER (s.player_id IS NOT NULL AND o.is_dnp),
              COUNT(*) FILTER (s.player_id IS NOT NULL AND NOT o.is_dnp AND o.{quoted(self.label.name)} IS NULL),
              COUNT(*) FILTER (s.player_id IS NULL AND NOT o.is_dnp)
            FROM (SELECT * FROM {store.relation(self.store.contract.columns)}
              WHERE game_date IN (SELECT UNNEST($known::DATE[]))) AS s
            FULL JOIN (SELECT * FROM {outcomes.relation(self.outcomes.contract.columns)}
              WHERE game_date IN (SELECT UNNEST($played::DATE[]))) AS o USING (game_id, player_id)""",
            {"known": store.dates, "played": outcomes.dates},
        )[0]
        reasons = (
            "expected_and_not_in_a_box_score",
            "expected_and_did_not_play",
            "played_and_label_unknown",
            "played_and_not_expected",
        )
        return dict(zip(reasons, counts, strict=True))

    def _has_label(self) -> str:
        return f"NOT o.is_dnp AND o.{quoted(self.label.name)} IS NOT NULL"


def training_set(registry: Registry, target: str, *, line_features: bool = False) -> TrainingSet:
    """The training set of one outcome; raises UsageError for a target that is none, ContractError for a store that leaks it."""
    store, outcomes = registry.resolve(STORE), registry.resolve(OUTCOMES)
    contract = store.contract
    label = _label(outcomes.contract, target)
    if target in contract.column_names:
        raise ContractError(
            f"{contract.full_name} has a column {target!r}, which is an outcome of the game.",
            f"A label never stands among features: rename or remove it in {contract.folder / 'contract.yaml'}.",
        )
    features = [column for column in contract.columns if column.feature is not None]
    if not features:
        raise ContractError(f"{contract.full_name} has no feature.", "Give its columns `feature:` in contract.yaml.")
    unwanted = set() if line_features else _line_features(contract)
    return TrainingSet(
        store=store,
        outcomes=outcomes,
        keys=tuple(column for column in contract.columns if _is_key(column)),
        features=tuple(column for column in features if column.name not in unwanted),
        left_out=tuple(column for column in features if column.name in unwanted),
        label=label,
    )


def targets(outcomes: Contract) -> dict[str, Column]:
    """The outcomes that can be predicted: every number that is neither a key nor an id."""
    return {
        column.name: column
        for column in outcomes.columns
        if column.type in NUMBERS and column.role == "attribute" and not column.name.endswith("_id")
    }


def _label(outcomes: Contract, target: str) -> Column:
    known = targets(outcomes)
    if target in known:
        # A row without its label is not in the set, so the label is never NULL.
        return known[target].model_copy(update={"null": None})
    if target in outcomes.column_names:
        why = "a key or an id" if outcomes.column(target).type in NUMBERS else f"a {outcomes.column(target).type}"
        raise UsageError(
            f"{target!r} is no target: {outcomes.name} has it, but as {why}.",
            f"Targets are its numbers: {', '.join(known)}.",
        )
    raise UsageError.unknown_column(outcomes.name, target, known)


def _line_features(contract: Contract) -> set[str]:
    """The features that come from betting lines, as the store's contract lists them."""
    constant = contract.constants.get(LINE_FEATURES)
    if constant is None:
        raise ContractError(
            f"{contract.full_name} does not say which features come from betting lines.",
            f"List them in its constant {LINE_FEATURES}, or ask for all features with line_features=True.",
        )
    names = set(constant["value"])
    strange = sorted(
        name for name in names if name not in contract.column_names or contract.column(name).feature is None
    )
    if strange:
        raise ContractError(
            f"{contract.full_name}: {strange[0]!r} stands in its constant {LINE_FEATURES} and is no feature.",
            "List features only, by their columns' names.",
        )
    return names


def _is_key(column: Column) -> bool:
    return column.role in ("key", "partition") or column.name == "season"
