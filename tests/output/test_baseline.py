"""A simple model on the real training set: better than an average, no better than anyone could be without knowing the result."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from baseline import LATEST, LINE, LINED, Fold, features, score, training_frame

from backcourt.warehouse.duckdb import Warehouse

pytestmark = pytest.mark.real

Defect = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]
OWN_GAME = "SELECT game_id, player_id, minutes_played, points_line FROM analytics.player_game_summary WHERE NOT is_dnp"


@pytest.fixture(scope="module")
def frame(real_seasons: Warehouse) -> pd.DataFrame:
    """The training set of four seasons with the lines beside it; copy it before you change it."""
    return training_frame(real_seasons)


@pytest.fixture(scope="module")
def own_game(frame: pd.DataFrame, real_seasons: Warehouse) -> pd.DataFrame:
    """What the players did in the very games, row by row of the frame."""
    played = real_seasons.arrow(OWN_GAME).to_pandas()
    return frame[["game_id", "player_id"]].merge(played, on=["game_id", "player_id"], how="left", validate="one_to_one")


@pytest.mark.parametrize("fold", [LINED, LATEST], ids=lambda fold: fold.scored)
def test_the_model_beats_the_average_and_not_the_market(frame: pd.DataFrame, fold: Fold) -> None:
    made = score(frame, fold)
    print(made)
    assert made.problems == []
    assert made.rows > 27_000
    assert made.lined_rows > 6_000
    assert made.lined_line < made.lined_model < made.lined_last_10


def with_label(frame: pd.DataFrame, own_game: pd.DataFrame) -> pd.DataFrame:
    """A feature that is the label, give or take as much as a player's points vary anyway."""
    noise = np.random.default_rng(0).normal(0, 6, len(frame))
    return frame.assign(form=frame["points"] + noise)


def with_own_minutes(frame: pd.DataFrame, own_game: pd.DataFrame) -> pd.DataFrame:
    """The minutes of the game itself, which follow from how it went."""
    return frame.assign(minutes_expected=own_game["minutes_played"])


def with_own_game_in_the_average(frame: pd.DataFrame, own_game: pd.DataFrame) -> pd.DataFrame:
    """A season average that counts the game itself."""
    games, points = frame["games_used"], frame["points_avg_season"].fillna(0)
    return frame.assign(points_avg_season=(games * points + frame["points"]) / (games + 1))


def with_the_average_alone(frame: pd.DataFrame, own_game: pd.DataFrame) -> pd.DataFrame:
    """Every feature but one is gone."""
    return frame[[name for name in frame.columns if name not in features(frame) or name == "points_avg_last_10"]]


@pytest.mark.parametrize(
    ("defect", "found"),
    [
        (with_label, "leak: .* on lined players, below 4.3"),
        (with_own_minutes, "leak: .* on lined players, the line 5"),
        (with_own_game_in_the_average, "leak: .* of the last 10"),
        (with_the_average_alone, "worthless: "),
    ],
)
def test_a_defect_turns_it_red(frame: pd.DataFrame, own_game: pd.DataFrame, defect: Defect, found: str) -> None:
    problems = score(defect(frame, own_game), LINED).problems
    assert any(re.search(found, each) for each in problems), problems


def test_the_model_never_sees_a_line(frame: pd.DataFrame) -> None:
    assert [name for name in features(frame) if name == LINE or name.startswith(("prop_", "market_"))] == []


def test_the_yardstick_is_the_tables_line_where_they_have_one(frame: pd.DataFrame, own_game: pd.DataFrame) -> None:
    has_one = own_game["points_line"].notna()
    assert frame["season"][has_one].value_counts().to_dict() == {"2023-24": 7320, "2022-23": 328}
    assert (frame[LINE][has_one] == own_game["points_line"][has_one]).all()
    assert set(frame["season"][frame[LINE].notna() & ~has_one]) == {"2024-25"}
