"""The pages on the tables are what the contracts say."""

from __future__ import annotations

from pathlib import Path

import pytest

from backcourt.engine.registry import Registry
from backcourt.report.markdown import code, demoted, grid, plain
from backcourt.report.pages import MARK, differing, main, pages

PAGES = Path(__file__).parents[2] / "docs" / "tables"


def test_the_committed_pages_are_up_to_date(registry: Registry) -> None:
    """Otherwise: make docs."""
    assert differing(PAGES, pages(registry)) == []


def test_every_table_has_a_page_with_all_that_its_contract_says(registry: Registry) -> None:
    made = pages(registry)
    for table in registry.ordered:
        page, contract = made[f"{table.name}.md"], table.contract
        assert plain(contract.description) in page
        columns, features = section(page, "Columns"), section(page, "Features")
        for column in contract.columns:
            (line,) = [one for one in columns if one.startswith(f"| `{column.name}`")]
            assert plain(column.doc) in line
            assert column.null is None or plain(column.null) in line
            listed = [one for one in features if one.startswith(f"| `{column.name}` |")]
            assert len(listed) == (column.feature is not None)
        for name, constant in contract.constants.items():
            assert f"| `{name}` | " in page
            assert plain(constant["why"]) in page
        for check in contract.checks:
            assert f"- `{check.name}`: {plain(check.why)}" in page
        assert f"[{table.full_name}]({table.name}.md)" in made["index.md"]
    for name, contract in registry.raw.items():
        assert f"## raw.{name}\n" in made["raw.md"]
        assert all(f"| `{column}`" in made["raw.md"] for column in contract.column_names)


def section(page: str, title: str) -> list[str]:
    """The lines under a heading, up to the next one; none where there is no such heading."""
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0].splitlines()


def test_links_and_tables_are_sound(registry: Registry) -> None:
    """Every link between pages has its target, and every line of a table as many cells as its header."""
    made = pages(registry)
    for page in made.values():
        for target in (piece.partition(")")[0] for piece in page.split("](")[1:]):
            assert target.partition("#")[0] in made or target.startswith("../")
        width = 0
        for line in page.splitlines():
            cells = line.replace("\\|", "").count("|") if line.startswith("| ") else 0
            assert cells in (0, width) or not width
            width = cells


class TestCommand:
    def test_writes_checks_and_removes(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        folder = tmp_path / "tables"
        assert main([str(folder), "--check"]) == 1
        assert not folder.exists()
        assert main([str(folder)]) == 0
        assert "player_game_summary.md: brought up to date" in capsys.readouterr().out
        assert main([str(folder), "--check"]) == 0
        (folder / "raw.md").write_text("by hand")
        (folder / "gone.md").write_text(f"{MARK}\n\n# gone\n")
        (folder / "mine.md").write_text("a page that somebody wrote")
        assert main([str(folder), "--check"]) == 1
        assert "gone.md: out of date" in capsys.readouterr().out
        assert main([str(folder)]) == 0
        assert (folder / "raw.md").read_text().startswith(MARK)
        assert not (folder / "gone.md").exists()
        assert (folder / "mine.md").exists()


class TestMarkdown:
    def test_a_text_shows_as_it_is_written(self) -> None:
        assert plain("a | b\n  < c * d") == r"a \| b \< c \* d"
        assert code("a || b") == r"`a \|\| b`"

    def test_a_table(self) -> None:
        assert grid(("a", "b"), [(1, "x")]) == "| a | b |\n| --- | --- |\n| 1 | x |"

    def test_headings_go_down_one_level_but_not_in_code(self) -> None:
        assert demoted("# A\n\n```\n# b\n```\n## C\n") == "## A\n\n```\n# b\n```\n### C"
