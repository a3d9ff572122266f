"""A simple model on the training set: its error beside the last-10 average and, on the same rows, the betting line.

    python benchmarks/baseline.py --warehouse PATH [--model boosting] [--importance]

The warehouse must hold the four real seasons, built. A season is scored by a model that was fitted on the seasons before it
and never saw a line. The error is the mean absolute error of points.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.inspection import permutation_importance
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import backcourt
from backcourt.engine.registry import TABLES
from backcourt.engine.shared import expand
from backcourt.warehouse.duckdb import Warehouse

SEASONS = "2021:2024"
KEYS = ["game_id", "player_id", "game_date", "season"]
LABEL, LAST_10, LINE = "points", "points_avg_last_10", "line"

LEAK = 4.3
"""Points. Nobody predicts players with a line so well: the line itself errs by more than 5."""
MARKET = 0.98
"""Of the line's error on the same rows: a simple model without lines that beats the market by more knows the result."""
BEST, WORST = 0.93, 0.98
"""Of the last-10 average's error: below is too good to be true, above the other features are worth nothing."""

# The penalty errs least in 2022-23 after 2021-22, seasons that no published figure scores; 100 to 1000 err alike.
PENALTY = 300.0
MODELS: dict[str, Callable[[], Any]] = {
    "ridge": lambda: make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), Ridge(alpha=PENALTY)),
    "boosting": lambda: HistGradientBoostingRegressor(
        loss="absolute_error", learning_rate=0.05, max_iter=200, random_state=0
    ),
}


@dataclass(frozen=True)
class Fold:
    """The seasons that a model is fitted on, and the later one that it is scored on."""

    fitted: tuple[str, ...]
    scored: str


LINED = Fold(("2021-22", "2022-23"), "2023-24")
LATEST = Fold(("2021-22", "2022-23", "2023-24"), "2024-25")


@dataclass(frozen=True)
class Score:
    """Mean absolute errors of one season; those that are compared are of the same rows."""

    season: str
    every_row: int
    every_model: float
    rows: int
    model: float
    last_10: float
    lined_rows: int
    lined_model: float
    lined_last_10: float
    lined_line: float

    @property
    def problems(self) -> list[str]:
        """What is wrong with the features, told from the error: a leak, or nothing in them."""
        best, worst = BEST * self.last_10, WORST * self.last_10
        lined = f"{self.lined_model:.3f} on lined players"
        beside = f"{self.model:.3f} beside {self.last_10:.3f} of the last 10"
        checks = (
            (self.lined_model < LEAK, f"leak: {lined}, below {LEAK}"),
            (self.lined_model < MARKET * self.lined_line, f"leak: {lined}, the line {self.lined_line:.3f}"),
            (self.model < best, f"leak: {beside}"),
            (self.model > worst, f"worthless: {beside}"),
        )
        return [f"{self.season}: {text}" for is_wrong, text in checks if is_wrong]


def training_frame(warehouse: Warehouse) -> pd.DataFrame:
    """The training set of all seasons, with the line on each player's points beside it where any book's is known."""
    made = backcourt.training_set(SEASONS, LABEL, format="pandas", warehouse=warehouse)
    return made.merge(lines(warehouse), on=["game_id", "player_id"], how="left", validate="one_to_one").copy()


def lines(warehouse: Warehouse) -> pd.DataFrame:
    """The main line of each player and game, by the tables' own formula.

    It is a yardstick and no feature, so those are in it that have only a date and that no table may read: all of 2024-25's.
    """
    formula = expand("SELECT game_id, player_id, points_line AS line FROM shared.points_lines", TABLES / "shared")
    admitted = "raw.player_lines_current"
    assert formula.count(admitted) == 1, f"the formula no longer reads {admitted} once"
    wider = formula.replace(admitted, "(SELECT * FROM raw.player_lines_marked WHERE NOT is_in_game)")
    return warehouse.arrow(wider).to_pandas()


def features(frame: pd.DataFrame) -> pd.DataFrame:
    """Everything of the frame that is neither key nor label nor yardstick, as numbers; missing is NaN."""
    return frame.drop(columns=[*KEYS, LABEL, LINE]).astype("float64")


def fit(frame: pd.DataFrame, seasons: tuple[str, ...], model: str = "ridge") -> tuple[Any, list[str]]:
    """A model fitted on these seasons, and the features that it uses: those with a value there."""
    known = frame[frame["season"].isin(seasons)]
    inputs = features(known).dropna(axis="columns", how="all")
    # One thread sums in one order, so the figures do not depend on the number of CPUs.
    with threadpool_limits(1):
        return MODELS[model]().fit(inputs, known[LABEL].astype("float64")), list(inputs.columns)


def score(frame: pd.DataFrame, fold: Fold, model: str = "ridge") -> Score:
    """Fit on the fold's seasons and compare the errors in the season after them."""
    fitted, names = fit(frame, fold.fitted, model)
    rows = frame[frame["season"] == fold.scored]
    with threadpool_limits(1):
        predicted = fitted.predict(features(rows)[names])
    errors = pd.DataFrame(
        {
            "model": (rows[LABEL] - predicted).abs(),
            "last_10": (rows[LABEL] - rows[LAST_10]).abs(),
            "line": (rows[LABEL] - rows[LINE]).abs(),
        }
    )
    compared = errors.dropna(subset=["last_10"])
    lined = compared.dropna(subset=["line"])
    return Score(
        season=fold.scored,
        every_row=len(errors),
        every_model=float(errors["model"].mean()),
        rows=len(compared),
        model=float(compared["model"].mean()),
        last_10=float(compared["last_10"].mean()),
        lined_rows=len(lined),
        lined_model=float(lined["model"].mean()),
        lined_last_10=float(lined["last_10"].mean()),
        lined_line=float(lined["line"].mean()),
    )


def importance(frame: pd.DataFrame, fold: Fold, model: str = "ridge", sample: int = 5000) -> list[tuple[str, float]]:
    """By how much the error grows on a sample of the scored season when one feature's values are shuffled; the largest first."""
    fitted, names = fit(frame, fold.fitted, model)
    rows = frame[frame["season"] == fold.scored].sample(sample, random_state=0)
    with threadpool_limits(1):
        found = permutation_importance(
            fitted,
            features(rows)[names],
            rows[LABEL].astype("float64"),
            scoring="neg_mean_absolute_error",
            n_repeats=3,
            random_state=0,
        )
    return sorted(zip(names, found.importances_mean, strict=True), key=lambda pair: -pair[1])


def main() -> None:
    """Print the errors of both scored seasons, and with --importance what the model leans on."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--warehouse", type=Path, required=True)
    arguments.add_argument("--model", choices=list(MODELS), default="ridge")
    arguments.add_argument("--importance", action="store_true")
    given = arguments.parse_args()
    with Warehouse.open(given.warehouse, read_only=True) as warehouse:
        frame = training_frame(warehouse)
    for fold in (LINED, LATEST):
        print_score(score(frame, fold, given.model), given.model)
    if given.importance:
        print(f"\nThe error of {LATEST.scored} grows by, when a feature is shuffled:")
        for name, growth in importance(frame, LATEST, given.model)[:15]:
            print(f"  {growth:.4f}  {name}")


def print_score(made: Score, model: str) -> None:
    """One line per set of rows, and whatever is wrong."""
    print(f"\n{made.season}, {model}, mean absolute error in points")
    print(f"  {made.every_row:>6} rows            model {made.every_model:.3f}")
    print(f"  {made.rows:>6} with a last 10  model {made.model:.3f}  last-10 average {made.last_10:.3f}")
    print(
        f"  {made.lined_rows:>6} with a line too model {made.lined_model:.3f}"
        f"  last-10 average {made.lined_last_10:.3f}  line {made.lined_line:.3f}"
    )
    for problem in made.problems:
        print(f"  {problem}")


if __name__ == "__main__":
    main()
