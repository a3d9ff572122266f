"""Where shots are taken and what becomes of them: three zones, each with the spots that a shot picks from."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any, NamedTuple

from backcourt.sources.simulated.teams import MODEL
from backcourt.sources.simulated.writer import Row


class Zone(NamedTuple):
    """What happens to shots from a zone: chances before who shoots and who defends."""

    name: str
    value: int
    stopped: float  # by a foul
    and_one: float  # of those made
    blocked: float  # of those missed
    assisted: float  # of those made
    spots: list[tuple[Row, float]]  # columns of a shot, and how much more or less often it falls


def _zone(name: str, rates: tuple[Any, Any, Any, Any, Any], areas: dict[str, list[Any]]) -> Zone:
    spots: list[tuple[Row, float]] = []
    for basic, (number, near, far, left, right, luck) in areas.items():
        for place in range(number):
            feet = near + (far - near) * (place * 0.618034 % 1)  # even but scrambled
            angle = left + (right - left) * place / (number - 1)
            side = "Center(C)" if abs(angle) < 18 else "Right Side(R)" if angle > 0 else "Left Side(L)"
            where = {"zone": name, "zone_quality": "source", "zone_basic": basic, "zone_area": side}
            x, y = round(10 * feet * sin(radians(angle))), round(10 * feet * cos(radians(angle)))
            spots.append(({**where, "distance_ft": int(feet), "court_x": x, "court_y": y}, luck))
    return Zone(name, *rates, spots)


PAINT, MID_RANGE, THREE = (_zone(name, **parts) for name, parts in MODEL["zones"].items())
