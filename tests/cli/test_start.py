"""A command loads what its verb needs, as a run that finds nothing to do is mostly its start."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOADED = (
    "import sys; {work}; print(*(name for name in sys.modules if name.startswith(('backcourt.', 'sqlglot', 'yaml'))))"
)


def loaded(work: str) -> set[str]:
    """The modules that a process has loaded after some work."""
    command = [sys.executable, "-c", LOADED.format(work=work)]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


def test_a_verb_loads_no_other() -> None:
    modules = loaded("from backcourt.cli.main import application; application(['backfill'])")
    assert "backcourt.cli.backfill" in modules
    assert not modules & {"backcourt.cli.ingest", "backcourt.cli.export", "backcourt.output.training", "sqlglot"}
    assert not any(name.startswith(("backcourt.sources", "backcourt.report")) for name in modules)


def test_the_package_loads_its_functions_when_they_are_used() -> None:
    assert loaded("import backcourt") == {"backcourt.errors"}
    assert "backcourt.api" in loaded("import backcourt; backcourt.load")


def test_what_the_package_does_not_have() -> None:
    with pytest.raises(AttributeError, match="'backcourt' has no attribute 'unload'"):
        __import__("backcourt").unload  # noqa: B018
