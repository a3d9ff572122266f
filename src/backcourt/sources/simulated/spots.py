"""Where shots are taken: spots on the floor, each in its NBA zone, from which a shot picks one."""

from __future__ import annotations

import math
from dataclasses import dataclass

SPOTS_PER_ZONE = 400


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the floor; `luck` is how much more or less often a shot from it falls than the zone's mean."""

    zone: str
    basic: str
    area: str
    distance_ft: int
    court_x: int
    court_y: int
    luck: float


def _spread(count: int) -> list[float]:
    """Fractions that fill 0 to 1 evenly in a scrambled order."""
    return [(place * 0.6180339887498949) % 1 for place in range(1, count + 1)]


def _area(x: float, y: float) -> str:
    degrees = math.degrees(math.atan2(x, max(y, 0.1)))
    if abs(degrees) < 18 or math.hypot(x, y) < 80:
        return "Center(C)"
    side = "Right" if x > 0 else "Left"
    if abs(degrees) < 54:
        return f"{side} Side Center({side[0]}C)"
    return f"{side} Side({side[0]})"


def _arc(zone: str, basic: str, nearest: float, farthest: float, half_angle: float, luck: float, count: int) -> list[Spot]:
    """Spots between two distances in feet, up to an angle either side of the middle."""
    spots = []
    for place, fraction in enumerate(_spread(count)):
        feet = nearest + (farthest - nearest) * fraction
        angle = math.radians(half_angle * (2 * place / max(1, count - 1) - 1))
        x, y = 10 * feet * math.sin(angle), 10 * feet * math.cos(angle)
        area = "Back Court(BC)" if basic == "Backcourt" else _area(x, y)
        spots.append(Spot(zone, basic, area, int(feet), round(x), round(y), luck))
    return spots


def _corner(side: int, count: int) -> list[Spot]:
    basic, area = ("Right Corner 3", "Right Side(R)") if side > 0 else ("Left Corner 3", "Left Side(L)")
    return [
        Spot("three", basic, area, 22 + int(1.3 * fraction), side * (220 + int(9 * fraction)), int(85 * fraction), 0.027)
        for fraction in _spread(count)
    ]


# The shares are those of the real seasons: 60 in 100 shots from the paint are at the rim, 22 in 100 threes from a corner.
PAINT = _arc("paint", "Restricted Area", 0, 3.9, 85, 0.090, 238) + _arc(
    "paint", "In The Paint (Non-RA)", 4, 12, 50, -0.132, SPOTS_PER_ZONE - 238
)
MID_RANGE = _arc("mid_range", "Mid-Range", 10, 21.9, 80, 0.0, SPOTS_PER_ZONE)
THREE = (
    _arc("three", "Above the Break 3", 23.8, 28.9, 66, -0.004, SPOTS_PER_ZONE - 91)
    + _arc("three", "Backcourt", 45, 70, 8, -0.33, 3)
    + _corner(-1, 45)
    + _corner(1, 43)
)
