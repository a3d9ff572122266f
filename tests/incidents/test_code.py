"""What is wrong in the code is not published, and no handler turns an error into a value."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest
from scene import PGS, Scene, knows, with_sql

from backcourt.engine.registry import Registry, Table
from backcourt.errors import ContractError
from quoting import ROOT
from support import POST

FORMULAS = {
    "graded twice over": ("  b.points,\n", "  2 * b.points AS points,\n", "team_totals: "),
    "another scale": (
        "CASE WHEN u.rate <= 1 THEN u.rate END AS usage_rate",
        "100 * CASE WHEN u.rate <= 1 THEN u.rate END AS usage_rate",
        "usage_rate is not within 0 to 1",
    ),
    "a join that multiplies": (
        "LEFT JOIN raw.teams_current AS team ON team.team_id = s.team_id",
        "LEFT JOIN raw.teams_current AS team ON team.team_id >= s.team_id",
        "unique_keys: ",
    ),
    "missing taken for 0": ("  b.assists,\n", "  COALESCE(b.assists, 0) AS assists,\n", "appeared_has_statistics: "),
}


@pytest.mark.parametrize("defect", FORMULAS)
def test_it_is_not_published(scene: Scene, monkeypatch: pytest.MonkeyPatch, defect: str) -> None:
    """The old content stands, the date is failed with the rule that it broke, and the exit code says so."""
    right, wrong, cause = FORMULAS[defect]
    before = scene.hashes()
    knows(monkeypatch, with_sql(PGS, right, wrong))
    answer = scene("backfill --tables PGS --dates 2021-10-20 --json")
    assert (answer.code, answer.json["failed"], answer.json["written"]) == (1, 1, 0)
    assert cause in answer.json["trouble"][0]["cause"]
    stored = scene.sql(f"SELECT COUNT(*) FROM analytics.{PGS}, ledger.partitions AS p WHERE p.state = 'failed'")
    assert stored == [(204,)]
    assert before.items() >= scene.hashes().items()


def test_a_constant_column_is_not_published(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing adds up to it. Its bounds are asked on dates of 100 rows and more; here on those of the small league."""

    def bounded(table: Table) -> Registry:
        columns = [
            one.model_copy(update={"health": one.health.model_copy(update={"rows": 10})}) if one.health else one
            for one in table.contract.columns
        ]
        checks = tuple(one for one in table.contract.checks if one.name != "team_totals")
        contract = table.contract.model_copy(update={"columns": tuple(columns), "checks": checks})
        return Registry(POST.raw, {**POST.built, PGS: replace(table, contract=contract)})

    day = "backfill --force --no-upstream --tables PGS --dates 2021-10-20 --json"
    knows(monkeypatch, bounded(POST.built[PGS]))
    assert scene(day).code == 0
    knows(monkeypatch, bounded(with_sql(PGS, "  b.assists,\n", "  b.assists * 0 + 1 AS assists,\n").built[PGS]))
    answer = scene(day)
    assert answer.code == 1
    assert "column_health: assists has fewer than 5 different values" in answer.json["trouble"][0]["cause"]


def test_a_number_in_another_spelling_is_refused(raw_scene: Scene) -> None:
    """Minutes as MM:SS become neither NULL nor a number."""
    raw_scene.edit("player_box_2021-22", lambda lines: [{**line, "seconds_played": "35:12"} for line in lines])
    assert "row 1, column seconds_played: 35:12 is not a whole number" in raw_scene.refused()


def test_a_table_that_is_not_there_is_fatal(raw_scene: Scene) -> None:
    """In a request, and in the SQL of a table before anything of it runs."""
    answer = raw_scene("backfill --tables game_schedule")
    assert (answer.code, "There is no table 'game_schedule'." in answer.err) == (2, True)
    registry = with_sql(PGS, "LEFT JOIN raw.teams_current AS team ON", "LEFT JOIN raw.game_schedule AS team ON")
    with pytest.raises(ContractError, match="game_schedule"):
        registry.lineage(PGS)


def broad_handlers(name: str, text: str) -> list[str]:
    """Handlers of whatever may be wrong that do not raise again."""
    return [
        f"{name}:{node.lineno}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and not any(isinstance(each, ast.Raise) for each in ast.walk(node))
    ]


def idle_handlers(name: str, text: str) -> list[str]:
    """Handlers that do nothing at all."""
    return [
        f"{name}:{node.lineno}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ExceptHandler)
        and all(isinstance(each, ast.Pass) or ast.unparse(each) == "..." for each in node.body)
    ]


def test_no_handler_swallows_what_is_wrong() -> None:
    files = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")}
    assert len(files) > 100
    assert [found for name, text in files.items() for found in broad_handlers(name, text)] == []
    assert [found for name, text in files.items() for found in idle_handlers(name, text)] == []


@pytest.mark.parametrize("kind", ["", " Exception", " BaseException"])
def test_a_handler_that_does_is_found(kind: str) -> None:
    assert broad_handlers("x", f"try:\n    rows = ask()\nexcept{kind}:\n    rows = 0") == ["x:3"]
    assert broad_handlers("x", f"try:\n    rows = ask()\nexcept{kind}:\n    raise") == []
    assert idle_handlers("x", f"try:\n    rows = ask()\nexcept{kind}:\n    pass") == ["x:3"]
