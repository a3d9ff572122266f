"""Wrong files: each gives one error that names file, row, column and value, and changes nothing in the warehouse."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from backcourt.errors import BackcourtError, SourceError, UsageError
from backcourt.sources.local import ingest_folder
from backcourt.sources.simulated.faults import inject
from backcourt.sources.simulated.source import ingest_simulated, own_mappings
from backcourt.warehouse.duckdb import Warehouse
from support import Line, Workshop, clock, contents, workshop, write_csv

BOX = "player_box_2021-22.csv"


def refused(shop: Workshop, *words: str, error: type[BackcourtError] = SourceError) -> str:
    """The message of the error that an ingest ends with; it says the words, has a hint, and nothing was changed."""
    before = contents(shop.warehouse)
    with pytest.raises(error) as caught:
        shop.ingest(hours=1)
    assert [word for word in words if word not in caught.value.message] == [], caught.value.message
    assert caught.value.hint
    assert "Traceback" not in str(caught.value)
    assert contents(shop.warehouse) == before
    return caught.value.message


def set_value(column: str, value: str, table: str = "player_box", row: int = 3) -> Callable[[Workshop], None]:
    """Writes a value into a row (1-based) of a file."""

    def do(shop: Workshop) -> None:
        lines = shop.read(table)
        lines[row - 1][column] = value
        shop.write(table, lines)

    return do


def as_parquet(shop: Workshop, table: str, **replaced: str) -> Path:
    """Turn a CSV file of the folder into Parquet with real types, some columns given by other SQL."""
    csv = shop.file(table)
    path = csv.with_suffix(".parquet")
    replace = f" REPLACE ({', '.join(f'{sql} AS {name}' for name, sql in replaced.items())})" if replaced else ""
    shop.warehouse.execute(
        f"COPY (SELECT *{replace} FROM read_csv('{csv}', header = true, types = {{'game_id': 'VARCHAR'}})) TO '{path}' (FORMAT parquet)"
    )
    csv.unlink()
    return path


def game_of(line: Line) -> str:
    return line["game_id"]


class TestValues:
    @pytest.mark.parametrize(
        ("column", "value", "said"),
        [
            ("points", "n/a", "n/a is not a whole number"),
            ("points", "12.5", "12.5 is not a whole number"),
            ("points", "1e3", "1e3 is not a whole number"),
            ("points", "99999999999", "99999999999 is not a whole number"),
            ("points", "400", "400 is not within 0 to 120"),
            ("assists", "-1", "-1 is not within 0 to 40"),
            ("season_type", "friendly", "friendly is none of regular"),
            ("team_id", "", "the value is missing"),
            ("is_home", "maybe", "maybe is not true or false"),
            ("game_date", "19.10.2021", "19.10.2021 is not a date"),
            ("game_date", "2021-02-30", "2021-02-30 is not a date"),
        ],
    )
    def test_it_is_named_with_file_row_and_column(self, shop: Workshop, column: str, value: str, said: str) -> None:
        set_value(column, value)(shop)
        message = refused(shop, BOX, "row 3,", f"column {column}: ", said)
        assert message.count("row ") == 1

    def test_a_date_of_another_day_than_the_schedules(self, shop: Workshop) -> None:
        set_value("game_date", "2021-12-24")(shop)
        refused(shop, BOX, "row 3,", "column game_id: ", "2021-12-24", "is not in raw.games")

    def test_a_bad_time_in_the_schedule(self, shop: Workshop) -> None:
        set_value("tip_scheduled_at", "half past seven", table="games")(shop)
        refused(shop, "games_2021-22.csv", "row 3,", "column tip_scheduled_at: half past seven is not a time")

    def test_how_many_more_rows_are_wrong_is_said(self, shop: Workshop) -> None:
        for row in (2, 3, 5):
            set_value("points", "many", row=row)(shop)
        refused(shop, "row 2,", "(2 more rows are wrong.)")

    def test_a_player_listed_twice(self, shop: Workshop) -> None:
        inject(shop.folder, "duplicate_row")
        lines = shop.read("player_box")
        line = next(one for one in lines if lines.count(one) == 2)
        refused(
            shop, BOX, "columns game_id, player_id: ", f"{game_of(line)}, {line['player_id']} stands more than once"
        )

    def test_an_unknown_team(self, shop: Workshop) -> None:
        inject(shop.folder, "unknown_team")
        refused(shop, "team_box_2021-22.csv", "column team_id: 1 is not in raw.teams")

    def test_a_game_that_is_not_in_the_schedule(self, shop: Workshop) -> None:
        inject(shop.folder, "unknown_game")
        refused(shop, BOX, "column game_id: 0029999999", "is not in raw.games")

    def test_an_unknown_player(self, shop: Workshop) -> None:
        set_value("player_id", "1")(shop)
        refused(shop, BOX, "row 3,", "column player_id: 1 is not in raw.players")


class TestShape:
    def test_a_wrong_column(self, shop: Workshop) -> None:
        inject(shop.folder, "wrong_column")
        refused(shop, BOX, "column points is missing", "it has ", "pts")

    def test_a_truncated_csv(self, shop: Workshop) -> None:
        inject(shop.folder, "truncated_file")
        refused(shop, BOX)

    @pytest.mark.parametrize("keep", [0, 3, 0.5, 0.99])
    def test_a_truncated_parquet(self, shop: Workshop, keep: float) -> None:
        path = as_parquet(shop, "player_box")
        content = path.read_bytes()
        path.write_bytes(content[: int(keep * len(content)) if keep < 1 else int(keep)])
        refused(shop, "player_box_2021-22.parquet cannot be read as parquet")

    def test_parquet_that_is_whole_is_read(self, shop: Workshop) -> None:
        as_parquet(shop, "officials")
        outcome = next(each for each in shop.ingest(hours=1).outcomes if each.table == "officials")
        assert outcome.rows_read == len(set(shop.warehouse.rows("SELECT * FROM raw.officials_current")))

    @pytest.mark.parametrize(
        ("sql", "said"),
        [
            ("CAST(points AS DOUBLE) + 0.5", ".5 is not a whole number"),
            ("'lots'", "lots is not a whole number"),
            ("DATE '2021-10-19'", "column points: it holds DATE"),
            ("[points]", "column points: it holds BIGINT[]"),
        ],
    )
    def test_a_wrong_type_in_parquet(self, shop: Workshop, sql: str, said: str) -> None:
        as_parquet(shop, "player_box", points=sql)
        refused(shop, "player_box_2021-22.parquet", said)

    @pytest.mark.parametrize(
        "content",
        [b"", b"\n", b"\x00\xff\xfe\x80" * 50, b'game_id,slot\n"0022100001,1\n', b"game_id\n1,2,3\n"],
        ids=["empty", "blank", "binary", "open quote", "ragged"],
    )
    def test_a_csv_that_is_none(self, shop: Workshop, content: bytes) -> None:
        shop.file("officials").write_bytes(content)
        refused(shop, "officials_2021-22.csv")

    @pytest.mark.parametrize(
        "content", ["", "{", "[1, 2", '{"game_id": "1"} {', "[1, 2]", '"text"', "null"],
        ids=["empty", "open", "open list", "second open", "numbers", "text", "null"],
    )  # fmt: skip
    def test_a_json_that_is_none(self, shop: Workshop, content: str) -> None:
        csv = shop.file("officials")
        csv.with_suffix(".json").write_text(content, encoding="utf-8")
        csv.unlink()
        refused(shop, "officials_2021-22.json")

    def test_a_header_alone_does_not_withdraw_a_season(self, shop: Workshop) -> None:
        shop.write("officials", [])
        refused(shop, "officials_2021-22.csv", "known rows are missing from it")

    def test_one_wrong_row_keeps_the_whole_file_out(self, shop: Workshop) -> None:
        """A good correction in the file of a bad one is not stored either."""
        set_value("steals", "19", row=1)(shop)
        set_value("points", "x", row=2)(shop)
        refused(shop, BOX, "row 2,")


class TestFolder:
    def test_no_such_folder(self, shop: Workshop, tmp_path: Path) -> None:
        missing = Workshop(shop.warehouse, shop.registry, tmp_path / "nowhere")
        refused(missing, "nowhere is not a folder")

    def test_an_empty_folder(self, shop: Workshop, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        refused(Workshop(shop.warehouse, shop.registry, tmp_path / "empty"), "holds no file that a mapping claims")

    def test_a_folder_without_a_schedule(self, league: Path, tmp_path: Path) -> None:
        folder = tmp_path / "box_only"
        folder.mkdir()
        (folder / BOX).write_bytes((league / BOX).read_bytes())
        with workshop(tmp_path / "fresh.duckdb", folder) as shop:
            with pytest.raises(SourceError, match="has no schedule, and the warehouse has none") as caught:
                shop.ingest()
            assert caught.value.hint
            assert shop.warehouse.value("SELECT COUNT(*) FROM raw.player_box") == 0

    def test_an_unknown_season(self, shop: Workshop) -> None:
        before = contents(shop.warehouse)
        with pytest.raises(UsageError, match=r"--seasons '1999-00': no schedule for it") as caught:
            ingest_simulated(shop.warehouse, shop.registry, shop.folder, clock(), seasons=["2021-22", "1999-00"])
        assert "2021-22" in caught.value.hint
        assert contents(shop.warehouse) == before

    def test_unknown_files_are_listed_as_ignored(self, shop: Workshop) -> None:
        (shop.folder / "notes.txt").write_text("call the league", encoding="utf-8")
        write_csv(shop.folder / "coaches_2021-22.csv", [{"name": "Popovich"}], ["name"])
        (shop.folder / "games_2021-22.csv.d").mkdir()
        assert shop.ingest().ignored == ("coaches_2021-22.csv", "games_2021-22.csv.d", "notes.txt")

    def test_people_of_the_league_are_not_real(self, shop: Workshop, league: Path, tmp_path: Path) -> None:
        """Files of the league that are taken for real ones: the first that names a player is refused."""
        with Warehouse.open(tmp_path / "kind.duckdb") as warehouse:
            with pytest.raises(
                SourceError, match=r"players.csv is taken for real data, and player_id 90\d{5} is of the"
            ) as caught:
                ingest_folder(warehouse, shop.registry, league, clock(), mappings=own_mappings(shop.registry))
            assert "backcourt ingest simulated" in caught.value.hint
            assert warehouse.value("SELECT COUNT(*) FROM raw.players") == 0

    @pytest.mark.parametrize("kind", ["real", "simulated"])
    def test_real_and_simulated_never_mix(self, shop: Workshop, league: Path, tmp_path: Path, kind: str) -> None:
        # A schedule names nobody whose id would tell what it is.
        schedule = tmp_path / "schedule"
        schedule.mkdir()
        for name in ("teams.csv", "games_2021-22.csv"):
            shutil.copy(league / name, schedule)
        with Warehouse.open(tmp_path / "kind.duckdb") as warehouse:
            first = "simulated" if kind == "real" else "real"
            mappings = own_mappings(shop.registry)
            ingest_folder(warehouse, shop.registry, schedule, clock(), kind=first, mappings=mappings)
            before = contents(warehouse)
            with pytest.raises(UsageError, match=f"holds {first} data; {kind} data never mixes with it") as caught:
                ingest_folder(warehouse, shop.registry, league, clock(1), kind=kind, mappings=mappings)
            assert "--warehouse" in caught.value.hint
            assert contents(warehouse) == before
