"""The house rules that a machine can check.

Each rule is a function from a file's name and text to what is wrong with it. It is run over the whole project, and
over a seeded defect, so that a rule which no longer finds anything fails as well.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backcourt.engine.contract import read_contract
from backcourt.errors import ContractError

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"
TABLES = SRC / "backcourt" / "tables"
MAX_LINES = 450

Rule = Callable[[str, str], list[str]]

# The files or folders that may import a module.
OWNERS = {
    "duckdb": ("backcourt/warehouse/",),
    "sqlglot": ("backcourt/engine/sql.py", "backcourt/engine/flow.py"),
    "dagster": ("backcourt/dagster/",),
    "httpx": ("backcourt/sources/http/",),
    "httpcore": ("backcourt/sources/http/",),
    "tenacity": ("backcourt/sources/http/",),
    "sqlite3": ("backcourt/sources/http/",),
    "pdfplumber": ("backcourt/sources/injury_report/pages.py",),
}

# What each part may import, itself apart. A part that is not here has to be given its place.
BASE = {"errors", "names", "seasons", "clock", "settings"}
LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "names": {"errors"},
    "seasons": {"errors"},
    "clock": {"errors", "seasons"},
    "settings": {"errors", "seasons"},
    "tables": BASE,
    "warehouse": BASE,
    "engine": BASE | {"warehouse"},
    "api": BASE | {"warehouse", "engine", "sources", "checks", "report", "output"},
    "sources": BASE | {"warehouse", "engine"},
    "checks": BASE | {"warehouse", "engine"},
    "daily": BASE | {"warehouse", "engine", "sources", "checks"},
    "report": BASE | {"warehouse", "engine", "checks"},
    "output": BASE | {"warehouse", "engine", "checks", "report"},
    "dagster": BASE | {"warehouse", "engine", "checks", "api"},
}
TOP = {"cli", "__init__", "__main__"}  # may import everything

CLOCK_OWNER = "backcourt/clock.py"
CLOCK_CALLS = {
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("time", "gmtime"),
    ("time", "localtime"),
    ("time", "time"),
    ("time", "time_ns"),
}
TABLE_CLOCKS = {"time", "datetime", "random", "secrets", "uuid", "backcourt.clock"}
SQL_CLOCKS = re.compile(
    r"\b(current_(?:date|time|timestamp|localtime|localtimestamp)|localtime(?:stamp)?)\b"
    r"|\b(now|today|get_current_(?:time|timestamp)|transaction_timestamp|random|setseed|uuid|uuidv[47]|gen_random_uuid)\s*\(",
    re.IGNORECASE,
)
# Written so that they do not find themselves.
MACHINE = re.compile(
    r"(?<![\w.*-])[/](?:work|root)[/]|index[-]url|(?:EXTRA_)?INDEX[_]URL|find[-]links|//[^\s/]+/simple\b|pypi[.]org",
    re.I,
)
BINARY = {".png", ".jpg", ".gif", ".ico", ".parquet", ".duckdb", ".gz", ".zip"}


# --- the rules -------------------------------------------------------------------------------------------------------


def too_long(name: str, text: str) -> list[str]:
    """A file is at most 450 lines."""
    lines = len(text.splitlines())
    return [f"{name}: {lines} lines, over {MAX_LINES}"] if lines > MAX_LINES else []


def foreign_imports(name: str, text: str) -> list[str]:
    """A client library is imported only by the module that owns it."""
    return [
        f"{name}: imports {module}, which belongs to {' and '.join(OWNERS[library])}"
        for module in _imports(name, text)
        if (library := module.split(".")[0]) in OWNERS and not name.startswith(OWNERS[library])
    ]


def upward_imports(name: str, text: str) -> list[str]:
    """A module imports downwards only."""
    part = _part(name)
    if part in TOP:
        return []
    if part not in LAYERS:
        return [f"{name}: {part} has no place in LAYERS of tests/test_house_rules.py"]
    allowed = LAYERS[part] | {part}
    return [
        f"{name}: {part} may not import {module}"
        for module in _imports(name, text)
        if module.split(".")[0] == "backcourt" and not _is_allowed(module, allowed)
    ]


def clock_readers(name: str, text: str) -> list[str]:
    """Only clock.py asks the computer for the time."""
    if name == CLOCK_OWNER:
        return []
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and (_last_name(node.value), node.attr) in CLOCK_CALLS:
            found.append(f"{name}:{node.lineno}: {ast.unparse(node)} reads the clock; take a Clock")
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            names = [alias.name for alias in node.names if ("time", alias.name) in CLOCK_CALLS]
            found += [f"{name}:{node.lineno}: time.{each} reads the clock; take a Clock" for each in names]
    return found


def table_clocks(name: str, text: str) -> list[str]:
    """Nothing under tables/ knows the time or throws dice, neither in Python nor in SQL."""
    if name.endswith(".sql"):
        code = re.sub(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", " ", text, flags=re.DOTALL)
        return [f"{name}: {match.group().rstrip('( ')} is not for tables" for match in SQL_CLOCKS.finditer(code)]
    return [f"{name}: imports {module}" for module in _imports(name, text) if module in TABLE_CLOCKS]


def machine_traces(name: str, text: str) -> list[str]:
    """No package index address and no path of one machine."""
    return [
        f"{name}:{number}: {match.group()} belongs to one machine"
        for number, line in enumerate(text.splitlines(), 1)
        for match in MACHINE.finditer(line)
    ]


def undocumented(name: str, text: str) -> list[str]:
    """Every public function and class has a docstring of a sentence; a message builder of errors.py is its own."""
    return [
        f"{name}:{node.lineno}: {node.name} has no docstring of a sentence"
        for node in _public_definitions(ast.parse(text).body)
        if not re.search(r"[.?!:)](\s|$)", ast.get_docstring(node) or "")
    ]


def undocumented_columns(name: str, path: Path) -> list[str]:
    """A table can be read, and it and each of its columns have a doc."""
    try:
        contract = read_contract(path, path.parents[1].name)
    except ContractError as error:
        return [f"{name}: {error.message}"]
    empty = [f"{name}: column {column.name} has no doc" for column in contract.columns if not column.doc.strip()]
    return empty if contract.description.strip() else [f"{name}: no description", *empty]


# --- what they are made of -------------------------------------------------------------------------------------------


def _imports(name: str, text: str) -> Iterator[str]:
    package = name.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            # `from backcourt import seasons` and `from backcourt.engine import plan` name modules
            yield from (f"{base}.{alias.name}" for alias in node.names) if base.startswith("backcourt") else (base,)


def _part(name: str) -> str:
    return name.split("/")[1].removesuffix(".py")


def _is_allowed(module: str, allowed: set[str]) -> bool:
    path = module.removeprefix("backcourt").strip(".")
    return any(path == part or path.startswith(f"{part}.") for part in allowed)


def _last_name(node: ast.expr) -> str:
    return ast.unparse(node).split(".")[-1]


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _public_definitions(body: list[ast.stmt], of_error: bool = False) -> Iterator[Definition]:
    for node in body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
        if "overload" in decorators or (of_error and "classmethod" in decorators):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            yield from _public_definitions(node.body, of_error=node.name.endswith("Error"))


def _files(folder: Path, *patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in folder.rglob(pattern) if ".egg-info" not in str(path))


def _project_files() -> list[Path]:
    """What git tracks or would track; outside a repository, everything but hidden folders and caches."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in ROOT.rglob("*") if not {".git", ".venv", "__pycache__"} & set(path.parts)]
    else:
        paths = [ROOT / name for name in done.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path.suffix not in BINARY]


def _broken(rule: Rule, files: list[Path], root: Path = SRC) -> list[str]:
    problems = []
    for path in files:
        name = path.relative_to(root).as_posix()
        try:
            problems += rule(name, path.read_text(encoding="utf-8", errors="replace"))
        except SyntaxError as error:
            problems.append(f"{name}:{error.lineno}: not Python: {error.msg}")
    return problems


# --- the project keeps them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [too_long, foreign_imports, upward_imports, clock_readers, undocumented])
def test_every_module_keeps(rule: Rule) -> None:
    """The rules on Python under src."""
    modules = _files(SRC, "*.py")
    assert modules
    assert _broken(rule, modules) == []


def test_every_file_of_src_is_short() -> None:
    """SQL, cases and notes too; a contract is a list, as long as its table has columns."""
    files = [path for path in _files(SRC, "*.sql", "*.yaml", "*.md") if path.name != "contract.yaml"]
    assert _broken(too_long, files) == []


def test_tables_do_not_know_the_time() -> None:
    """Neither their SQL nor any Python."""
    assert _broken(table_clocks, _files(TABLES, "*.sql", "*.py")) == []


def test_nothing_belongs_to_one_machine() -> None:
    """In everything that the repository holds."""
    files = _project_files()
    assert ROOT / "pyproject.toml" in files
    assert _broken(machine_traces, files, ROOT) == []


def test_every_column_is_documented() -> None:
    """Raw and built tables alike."""
    contracts = _files(TABLES, "contract.yaml")
    assert contracts
    assert [
        problem for path in contracts for problem in undocumented_columns(path.relative_to(SRC).as_posix(), path)
    ] == []


# --- and each rule finds a seeded defect -----------------------------------------------------------------------------

ENGINE, TABLE = "backcourt/engine/plan.py", "backcourt/tables/analytics/t"
DEFECTS: list[tuple[Rule, str, str]] = [
    (too_long, ENGINE, "x = 1\n" * (MAX_LINES + 1)),
    (foreign_imports, ENGINE, "import duckdb"),
    (foreign_imports, ENGINE, "def f():\n    from duckdb.typing import BIGINT"),
    (foreign_imports, "backcourt/engine/lineage.py", "from sqlglot import exp"),
    (foreign_imports, "backcourt/warehouse/duckdb.py", "import sqlglot.optimizer"),
    (foreign_imports, "backcourt/cli/main.py", "from dagster import Definitions"),
    (foreign_imports, "backcourt/sources/local/adapter.py", "import httpx"),
    (foreign_imports, "backcourt/engine/ledger.py", "import sqlite3"),
    (foreign_imports, "backcourt/sources/injury_report/layout.py", "import pdfplumber"),
    (upward_imports, ENGINE, "from backcourt.cli import main"),
    (upward_imports, ENGINE, "import backcourt.sources.local"),
    (upward_imports, ENGINE, "from backcourt import checks"),
    (upward_imports, ENGINE, "from ..report import html"),
    (upward_imports, ENGINE, "def f():\n    from backcourt.checks.verify import verify"),
    (upward_imports, ENGINE, "import backcourt"),
    (upward_imports, "backcourt/warehouse/ddl.py", "from backcourt.engine.contract import Contract"),
    (upward_imports, "backcourt/sources/local/adapter.py", "from backcourt.checks.verify import verify"),
    (upward_imports, "backcourt/sources/local/adapter.py", "from ...report import status"),
    (upward_imports, "backcourt/checks/verify.py", "from backcourt.report import coverage"),
    (upward_imports, "backcourt/report/pages.py", "from backcourt.output import files"),
    (upward_imports, "backcourt/api.py", "from backcourt.dagster import definitions"),
    (upward_imports, "backcourt/errors.py", "from backcourt.names import name_key"),
    (upward_imports, "backcourt/helpers.py", "x = 1"),
    (clock_readers, ENGINE, "import datetime\nx = datetime.date.today()"),
    (clock_readers, ENGINE, "from datetime import datetime\nx = datetime.now()"),
    (clock_readers, ENGINE, "from datetime import datetime\nf = datetime.utcnow"),
    (clock_readers, ENGINE, "import time\nx = time.time()"),
    (clock_readers, ENGINE, "from time import time\nx = time()"),
    (table_clocks, f"{TABLE}/build.py", "from backcourt.clock import SystemClock\nimport random"),
    (table_clocks, f"{TABLE}/build.sql", "SELECT now() AS t"),
    (table_clocks, f"{TABLE}/build.sql", "SELECT Current_Date"),
    (table_clocks, f"{TABLE}/build.sql", "SELECT '--', current_timestamp"),
    (table_clocks, f"{TABLE}/build.sql", "SELECT x ORDER BY RANDOM ()"),
    (machine_traces, "README.md", "pip install --extra-" + "index" + "-url https://x"),
    (machine_traces, "README.md", "https://mirror.example" + "/simple" + "/"),
    (machine_traces, "README.md", "see " + "/work" + "/shared"),
    (machine_traces, "README.md", "HOME=" + "/root" + "/"),
    (undocumented, ENGINE, "def plan(): ..."),
    (undocumented, ENGINE, "class Plan:\n    'A plan'"),
    (undocumented, ENGINE, "class Plan:\n    'A plan.'\n    def run(self): ..."),
    (undocumented, ENGINE, "async def plan(): ..."),
]
FINE: list[tuple[Rule, str, str]] = [
    (too_long, ENGINE, "x = 1\n" * MAX_LINES),
    (foreign_imports, "backcourt/warehouse/duckdb.py", "import duckdb"),
    (foreign_imports, "backcourt/engine/sql.py", "from sqlglot import exp"),
    (upward_imports, "backcourt/cli/main.py", "from backcourt.report import html\nimport backcourt"),
    (upward_imports, ENGINE, "from . import ledger\nfrom backcourt.engine.contract import Contract\nimport ast"),
    (upward_imports, "backcourt/sources/local/adapter.py", "from backcourt.engine.contract import Contract"),
    (upward_imports, "backcourt/sources/local/adapter.py", "from backcourt.engine import contract"),
    (clock_readers, CLOCK_OWNER, "from datetime import datetime\nx = datetime.now()"),
    (clock_readers, ENGINE, "import time\nx = time.perf_counter()\ny = clock.now()"),
    (table_clocks, f"{TABLE}/build.sql", "-- never now()\nSELECT 'now()' AS known, today_points, uuid FROM t"),
    (
        machine_traces,
        "README.md",
        "../shared/data, site" + "/work" + "/x and $HOME" + "/root" + ".txt, in a simple/way",
    ),
    (undocumented, ENGINE, "def plan():\n    '''Say what would run.'''\ndef _f(): ...\nclass _C: ..."),
    (undocumented, ENGINE, "class XError(E):\n    '''Wrong.'''\n    @classmethod\n    def of(cls): ..."),
]


@pytest.mark.parametrize(("rule", "name", "text"), DEFECTS)
def test_a_rule_finds_a_defect(rule: Rule, name: str, text: str) -> None:
    """Bad code is caught, and the finding names the file."""
    found = rule(name, text)
    assert found
    assert all(problem.startswith(name) for problem in found)


@pytest.mark.parametrize(("rule", "name", "text"), FINE)
def test_a_rule_lets_good_code_pass(rule: Rule, name: str, text: str) -> None:
    """Good code is not."""
    assert rule(name, text) == []


@pytest.mark.parametrize(
    ("doc", "problem"),
    [("{type: bigint, role: key, doc: ' '}", "column a has no doc"), ("{type: bigint, role: key}", "doc")],
)
def test_the_rule_on_columns_finds_a_defect(tmp_path: Path, doc: str, problem: str) -> None:
    """A blank doc and a missing one."""
    path = tmp_path / "raw" / "bad" / "contract.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(f"description: A table.\ngrain: one row\nkey: [a]\ncolumns:\n  a: {doc}\n")
    (found,) = undocumented_columns("bad/contract.yaml", path)
    assert problem in found
