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


def _spots(
    zone: str, basic: str, feet: tuple[float, float], degrees: tuple[int, int], luck: float, n: int
) -> list[Spot]:
    """Spots between two distances and two angles from the middle, in an even but scrambled order."""
    spots = []
    for place in range(n):
        far = feet[0] + (feet[1] - feet[0]) * (place * 0.618034 % 1)
        angle = degrees[0] + (degrees[1] - degrees[0]) * place / max(1, n - 1)
        x, y = 10 * far * math.sin(math.radians(angle)), 10 * far * math.cos(math.radians(angle))
        spots.append(Spot(zone, basic, _area(far, angle), int(far), round(x), round(y), luck))
    return spots


def _area(feet: float, angle: float) -> str:
    if feet >= 45:
        return "Back Court(BC)"
    if abs(angle) < 18 or feet < 8:
        return "Center(C)"
    side = "Right" if angle > 0 else "Left"
    return f"{side} Side Center({side[0]}C)" if abs(angle) < 54 else f"{side} Side({side[0]})"


# Shares as in the real seasons: 60 in 100 shots from the paint are at the rim, 22 in 100 threes from a corner.
PAINT = [
    *_spots("paint", "Restricted Area", (0, 3.9), (-85, 85), 0.090, 238),
    *_spots("paint", "In The Paint (Non-RA)", (4, 12), (-50, 50), -0.132, 162),
]
MID_RANGE = _spots("mid_range", "Mid-Range", (10, 21.9), (-80, 80), 0.0, 400)
THREE = [
    *_spots("three", "Above the Break 3", (23.8, 28.9), (-66, 66), -0.004, 309),
    *_spots("three", "Backcourt", (45, 70), (-8, 8), -0.33, 3),
    *_spots("three", "Left Corner 3", (22, 23.3), (-89, -72), 0.027, 45),
    *_spots("three", "Right Corner 3", (22, 23.3), (72, 89), 0.027, 43),
]
