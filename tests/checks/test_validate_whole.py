from __future__ import annotations

import time

from backcourt.checks.validate.whole import validate
from backcourt.seasons import Scope
from support import Workshop, clock


def test_sound(full_shop: Workshop) -> None:
    t = time.time()
    made = validate(full_shop.warehouse, full_shop.registry, Scope(), clock(), seed=1)
    print(time.time() - t, len(made.review.findings))
    for f in made.review.findings:
        if f.outcome != "pass":
            print(f)
    for f in made.review.findings:
        if "spot" in f.check or f.check == "zone_sums":
            print(f.check, f.subject, f.said, f.figures)
    assert made.passed
