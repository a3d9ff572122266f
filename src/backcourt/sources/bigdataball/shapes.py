"""The columns of a play-by-play file that are used, under BigDataBall's own names; an empty cell is none."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

LINEUP = ("a1", "a2", "a3", "a4", "a5", "h1", "h2", "h3", "h4", "h5")


def _printable(text: str | None) -> str | None:
    if text is not None and not text.isprintable():
        raise ValueError("it holds a character that cannot be printed")
    return text


def _blank(text: object) -> object:
    return None if text == "" else text


Cell = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
Name = Annotated[Cell | None, BeforeValidator(_blank)]
Whole = Annotated[int, Field(ge=0, le=9999)]
MaybeWhole = Annotated[Whole | None, BeforeValidator(_blank)]
Place = Annotated[Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)] | None, BeforeValidator(_blank)]


class Play(BaseModel):
    """One event: who was on court, the score after it, the time left, who did what."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    game_id: Annotated[str, Field(pattern=r"^[0-9]{8,10}$")]
    date: Annotated[str, Field(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$")]
    a1: Name
    a2: Name
    a3: Name
    a4: Name
    a5: Name
    h1: Name
    h2: Name
    h3: Name
    h4: Name
    h5: Name
    period: Annotated[int, Field(ge=1, le=12)]
    away_score: Whole
    home_score: Whole
    remaining_time: Annotated[str, Field(pattern=r"^0:[01][0-9]:[0-5][0-9](\.[0-9]{1,3})?$")]
    play_id: Annotated[int, Field(ge=1, le=9999)]
    team: Name
    event_type: Name
    assist: Name
    block: Name
    steal: Name
    opponent: Name
    player: Name
    num: MaybeWhole
    outof: MaybeWhole
    points: MaybeWhole
    result: Annotated[Literal["made", "missed"] | None, BeforeValidator(_blank)]
    type: Name
    shot_distance: MaybeWhole
    original_x: Place
    original_y: Place
