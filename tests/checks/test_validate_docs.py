"""docs/validation.md says what the code asks: every rule with its severity, every threshold, every table recomputed."""

from __future__ import annotations

import re
from pathlib import Path

from backcourt.checks.validate import drift
from backcourt.checks.validate.health import LONG
from backcourt.checks.validate.spot.sample import RECOMPUTED, SAMPLES
from backcourt.checks.validate.whole import RULES
from backcourt.engine.registry import Registry
from backcourt.report.markdown import plain

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
MANUAL = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def test_every_rule_stands_in_the_table_and_no_other() -> None:
    rows = {f"| {rule.family} | `{rule.name}` | {rule.severity} | {plain(rule.why)} |" for rule in RULES}
    assert len(rows) == len(RULES)
    listed = {line for line in PAGE.splitlines() if re.match(r"\| [a-z ]+ \| `[^`]+` \| (blocking|warning) \|", line)}
    assert listed == rows


def test_the_thresholds_are_those_of_the_code() -> None:
    assert f"fewer than {drift.DATES} dates or {drift.VALUES} values" in PAGE
    found = (drift.ROSE, drift.SHIFT, drift.NEARLY, drift.DEVIATIONS, drift.SPREADS)
    assert found == (0.4, 0.25, 0.99, 2, 3)
    assert "rose by more than 0.4, and 3 times" in PAGE
    assert "more than 2 standard deviations, a quarter of itself, and 3 times" in PAGE
    assert f"where {drift.VARIED} or more (within one season {drift.LONG_WINDOW}) are the rule" in PAGE
    assert f"more than {drift.RARE} of whose values are 0" in PAGE
    assert f"{LONG} dates" in PAGE
    assert f"recomputed from raw ({SAMPLES})" in MANUAL


def test_every_table_is_recomputed_or_named_as_not(registry: Registry) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    recomputed = {name for line in rows for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert recomputed == RECOMPUTED.keys()
    left = re.search(r"^(.+) are not recomputed here;", PAGE, re.MULTILINE)
    assert left
    assert set(re.findall(r"`(\w+)`", left[1])) == registry.built.keys() - RECOMPUTED.keys()


def test_figures_of_the_page_are_those_of_the_registry(registry: Registry) -> None:
    copies = [registry.copies(table.name) for table in registry.ordered]
    assert f"{sum(map(len, copies))} columns of {sum(map(bool, copies))} tables" in PAGE
    assert f"feature store {len(registry.copies('ml_feature_store'))}" in PAGE
    assert f"{sum(len(table.contract.columns) for table in registry.ordered)} columns" in PAGE
