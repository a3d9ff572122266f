"""Every worked example of every table holds, exactly."""

from __future__ import annotations

import pytest
from casebook import Case, buildable, contracts, read_cases, run_case

from backcourt.engine.contract import Contract

BUILT = [contract for contract in contracts("analytics", "precompute") if buildable(contract)]
CASES = [case for contract in BUILT for case in read_cases(contract)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_worked_example_holds(case: Case) -> None:
    differences = run_case(case)

    assert not differences, "\n".join(differences)


@pytest.mark.parametrize("contract", BUILT, ids=lambda contract: contract.name)
def test_a_table_has_worked_examples(contract: Contract) -> None:
    assert read_cases(contract)
