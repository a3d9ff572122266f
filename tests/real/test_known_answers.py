"""Known answers on real seasons: counts, box lines and official figures that anyone can look up."""

from __future__ import annotations

import csv
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from backcourt.checks.verify import Verdict, verify
from backcourt.engine.registry import Registry
from backcourt.seasons import DateRange, Scope
from backcourt.warehouse.duckdb import Warehouse
from support import POST, TABLES

pytestmark = pytest.mark.real

FIRST_MONTH = "game_date BETWEEN DATE '2021-10-19' AND DATE '2021-11-19'"
TOGS, TDGS, PGS = (f"analytics.{name}" for name in TABLES)
OPENER, MILWAUKEE, BROOKLYN, GIANNIS, DURANT = "0022100001", 1610612749, 1610612751, 203507, 201142


def one(warehouse: Warehouse, table: str, columns: str, **key: object) -> tuple[object, ...]:
    """The chosen columns of the one row of a key."""
    where = " AND ".join(f"{name} = ${name}" for name in key)
    rows = warehouse.rows(f"SELECT {columns} FROM {table} WHERE {where}", key)
    assert len(rows) == 1, f"{table} has {len(rows)} rows for {key}"
    return rows[0]


@pytest.fixture(scope="module")
def verdict(real_season: Warehouse, registry: Registry) -> Verdict:
    return verify(real_season, registry, Scope())


class TestCounts:
    def test_the_season_verifies(self, verdict: Verdict) -> None:
        assert verdict.passed, [*verdict.damage, *verdict.broken_seals, *(each.problems for each in verdict.tables)]
        found = {each.table: (each.expected, each.rows) for each in verdict.tables}
        assert {
            name: found[name]
            for name in ("team_offense_game_summary", "team_defense_game_summary", "player_game_summary")
        } == {
            "team_offense_game_summary": (213, 2646),
            "team_defense_game_summary": (213, 2646),
            "player_game_summary": (210, 27931),
        }

    def test_first_month_has_238_games_on_32_dates(self, real_season: Warehouse) -> None:
        for relation in ("raw.games_current", TOGS, TDGS, PGS):
            found = real_season.rows(
                f"SELECT COUNT(DISTINCT game_id), COUNT(DISTINCT game_date) FROM {relation}"
                f" WHERE season_type = 'regular' AND {FIRST_MONTH}"
            )
            assert found == [(238, 32)], relation

    @pytest.mark.parametrize("table", [TOGS, TDGS])
    def test_first_month_has_476_team_rows(self, real_season: Warehouse, table: str) -> None:
        assert real_season.value(f"SELECT COUNT(*) FROM {table} WHERE {FIRST_MONTH}") == 476

    def test_first_month_has_5182_players_who_appeared(self, real_season: Warehouse) -> None:
        assert real_season.value(f"SELECT COUNT(*) FROM {PGS} WHERE NOT is_dnp AND {FIRST_MONTH}") == 5182
        whole_minute = real_season.value(
            f"""SELECT COUNT(*) FROM {PGS} AS p JOIN raw.player_box_current AS b
              ON b.game_id = p.game_id AND b.player_id = p.player_id
            WHERE NOT p.is_dnp AND b.seconds_played >= 60 AND p.{FIRST_MONTH}"""
        )
        assert whole_minute == 5163

    def test_one_date(self, real_season: Warehouse) -> None:
        counts = {
            t: real_season.value(f"SELECT COUNT(*) FROM {t} WHERE game_date = DATE '2021-11-15'")
            for t in (TOGS, TDGS, PGS)
        }
        assert counts == {TOGS: 22, TDGS: 22, PGS: 241}

    @pytest.mark.parametrize("table", [TOGS, TDGS, PGS])
    def test_1230_regular_games(self, real_season: Warehouse, table: str) -> None:
        assert real_season.value(f"SELECT COUNT(DISTINCT game_id) FROM {table} WHERE season_type = 'regular'") == 1230

    def test_82_games_a_team(self, real_season: Warehouse) -> None:
        games = real_season.rows(f"SELECT team_id, COUNT(*) FROM {TOGS} WHERE season_type = 'regular' GROUP BY team_id")
        assert len(games) == 30
        assert {count for _, count in games} == {82}


class TestCoverage:
    def test_play_in_games_without_players_are_listed_and_do_not_fail(self, verdict: Verdict) -> None:
        uncovered = {each.table: each.uncovered_games for each in verdict.tables}
        assert uncovered == {**dict.fromkeys(uncovered, 0), "player_game_summary": 6}
        assert verdict.passed

    def test_a_scope_of_nothing_but_uncovered_games_is_not_complete(
        self, real_season: Warehouse, registry: Registry
    ) -> None:
        play_in = real_season.value("SELECT MIN(game_date) FROM raw.games_current WHERE season_type = 'play_in'")
        scope = Scope(dates=(DateRange(play_in, play_in),), tables=("player_game_summary",))
        verdict = verify(real_season, registry, scope)
        assert (verdict.expected, verdict.tables[0].uncovered_games, verdict.passed) == (0, 2, False)


class TestAgreement:
    def test_player_points_sum_to_the_team_and_the_score_in_every_game(self, real_season: Warehouse) -> None:
        rows = real_season.rows(
            f"""SELECT p.game_id, p.team_id, SUM(p.points), ANY_VALUE(t.points_scored), ANY_VALUE(
                CASE t.team_id WHEN g.home_team_id THEN g.home_points WHEN g.away_team_id THEN g.away_points END)
            FROM {PGS} AS p JOIN {TOGS} AS t ON t.game_id = p.game_id AND t.team_id = p.team_id
            JOIN raw.games_current AS g ON g.game_id = p.game_id GROUP BY ALL"""
        )
        assert len(rows) == 2 * (1230 + 87)
        assert [row for row in rows if not row[2] == row[3] == row[4]] == []

    def test_points_allowed_are_the_opponents_points(self, real_season: Warehouse) -> None:
        rows = real_season.rows(
            f"""SELECT d.points_allowed, o.points_scored FROM {TDGS} AS d
            JOIN {TOGS} AS o ON o.game_id = d.game_id AND o.team_id = d.opponent_team_id"""
        )
        assert len(rows) == 2646
        assert all(allowed == scored for allowed, scored in rows)


def _official(folder: Path, kind: str) -> dict[int, dict[str, str]]:
    with (folder / "official_2021-22_sample.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == kind]
    # Of some teams the file has a second row, of their playoffs.
    return {int(row["id"]): row for row in rows if kind == "player" or row["games"] == "82"}


def _three_decimals(numerator: int, denominator: int) -> Decimal:
    return (Decimal(numerator) / Decimal(denominator)).quantize(Decimal("0.001"), ROUND_HALF_UP)


class TestOfficialFigures:
    """True shooting and effective field goals of a season, from the sums of our rows, to three decimals."""

    @pytest.mark.parametrize(
        ("kind", "table", "who", "points", "count"),
        [("player", PGS, "player_id", "points", 40), ("team", TOGS, "team_id", "points_scored", 30)],
    )
    def test_season_shooting(
        self, real_season: Warehouse, real_data: Path, kind: str, table: str, who: str, points: str, count: int
    ) -> None:
        official = _official(real_data, kind)
        assert len(official) == count
        sums = real_season.rows(
            f"""SELECT {who}, COUNT(*) FILTER (WHERE fg_attempts IS NOT NULL), SUM({points}), SUM(fg_makes), SUM(fg_attempts),
              SUM(three_pt_makes), SUM(ft_attempts) FROM {table} WHERE season_type = 'regular' GROUP BY {who}"""
        )
        found = {row[0]: row[1:] for row in sums}
        differing = []
        for person, row in official.items():
            games, scored, makes, attempts, threes, throws = found[person]
            ours = (
                games,
                _three_decimals(100 * scored, 2 * (100 * attempts + 44 * throws)),
                _three_decimals(2 * makes + threes, 2 * attempts),
            )
            theirs = (int(row["games"]), Decimal(row["ts_pct"]), Decimal(row["efg_pct"]))
            if ours != theirs:
                differing.append((row["name"], ours, theirs))
        assert differing == []


class TestOneGameByHand:
    """Milwaukee 127, Brooklyn 104 on opening night: 105 FGA, 18 FTA, 13 OREB, 7 TOV against 84, 23, 5, 12."""

    def test_possessions_pace_and_ratings(self, real_season: Warehouse) -> None:
        mil = 105 + 0.44 * 18 + 7 - 13
        bkn = 84 + 0.44 * 23 + 12 - 5
        columns = "possessions, offensive_rating, pace, game_pace, ts_pct, efg_pct, overtime_periods"
        expected = {
            MILWAUKEE: (
                mil,
                100 * 127 / mil,
                mil,
                (mil + bkn) / 2,
                127 / (2 * (105 + 0.44 * 18)),
                (48 + 0.5 * 17) / 105,
                0,
            ),
            BROOKLYN: (
                bkn,
                100 * 104 / bkn,
                bkn,
                (mil + bkn) / 2,
                104 / (2 * (84 + 0.44 * 23)),
                (37 + 0.5 * 17) / 84,
                0,
            ),
        }
        for team, figures in expected.items():
            assert one(real_season, TOGS, columns, game_id=OPENER, team_id=team) == pytest.approx(figures, rel=1e-12)
        assert one(
            real_season, TDGS, "defensive_rating, points_allowed", game_id=OPENER, team_id=MILWAUKEE
        ) == pytest.approx((100 * 104 / bkn, 104), rel=1e-12)

    def test_usage(self, real_season: Warehouse) -> None:
        seconds, usage = one(real_season, PGS, "seconds_played, usage_rate", game_id=OPENER, player_id=GIANNIS)
        assert isinstance(seconds, int)
        assert abs(seconds - 31 * 60) <= 60  # his line says 31 minutes
        plays, team_plays = 25 + 0.44 * 9 + 4, 105 + 0.44 * 18 + 7
        assert usage == pytest.approx(plays * (240 * 60 / 5) / (seconds * team_plays), rel=1e-12)

    def test_three_overtimes_lengthen_the_game(self, real_season: Warehouse) -> None:
        periods, seconds, possessions, pace = one(
            real_season, TOGS, "overtime_periods, game_seconds, possessions, pace", game_id="0022100748", home_game=True
        )
        assert (periods, seconds) == (3, 2880 + 3 * 300)
        assert pace == pytest.approx(float(str(possessions)) * 48 / 63, rel=1e-12)


class TestBoxLines:
    COLUMNS = (
        "points, fg_makes, fg_attempts, three_pt_makes, three_pt_attempts, ft_makes, ft_attempts, rebounds, assists,"
        " steals, blocks, turnovers"
    )

    @pytest.mark.parametrize(
        ("key", "line"),
        [
            ({"game_id": OPENER, "player_id": GIANNIS}, (32, 12, 25, 1, 4, 7, 9, 14, 7, 1, 2, 4)),
            ({"game_id": OPENER, "player_id": DURANT}, (32, 13, 25, 3, 7, 3, 6, 11, 4, 0, 2, 1)),
            # Karl-Anthony Towns' 60 against San Antonio, Trae Young's 56 and 14 in Portland
            ({"game_date": date(2022, 3, 14), "player_id": 1626157}, (60, 19, 31, 7, 11, 15, 16, 17, 3, 1, 0, 6)),
            ({"game_date": date(2022, 1, 3), "player_id": 1629027}, (56, 17, 26, 7, 12, 15, 15, 4, 14, 0, 0, 4)),
        ],
        ids=["Antetokounmpo", "Durant", "Towns", "Young"],
    )
    def test_line(self, real_season: Warehouse, key: dict[str, object], line: tuple[int, ...]) -> None:
        assert one(real_season, PGS, self.COLUMNS, **key) == line


class TestTwoWeeksOf2024:
    """2024-01-15 to 2024-01-28, from schedule and box scores alone."""

    SCOPE = Scope(dates=(DateRange(date(2024, 1, 15), date(2024, 1, 28)),))

    def test_dates_and_player_rows(self, real_box_2023: Warehouse) -> None:
        found = real_box_2023.rows(
            f"SELECT COUNT(DISTINCT game_date), COUNT(*) FROM {PGS}"
            " WHERE NOT is_dnp AND game_date BETWEEN DATE '2024-01-15' AND DATE '2024-01-28'"
        )
        assert found == [(14, 2142)]

    def test_they_verify(self, real_box_2023: Warehouse) -> None:
        verdict = verify(real_box_2023, POST, self.SCOPE)
        assert verdict.passed
        assert {each.table: (each.expected, each.verified) for each in verdict.tables} == dict.fromkeys(
            TABLES, (14, 14)
        )

    def test_without_shots_there_are_no_zones_rather_than_zeros(self, real_box_2023: Warehouse) -> None:
        zones = real_box_2023.rows(
            f"SELECT COUNT(*), COUNT(paint_attempts), COUNT(paint_blocks), COUNT(and1_count) FROM {PGS}"
        )
        assert zones == [(real_box_2023.value(f"SELECT COUNT(*) FROM {PGS}"), 0, 0, 0)]

    def test_cup_final_is_uncovered_at_player_level(self, real_box_2023: Warehouse) -> None:
        verdict = verify(real_box_2023, POST, Scope(tables=("player_game_summary",)))
        assert verdict.passed
        assert verdict.tables[0].uncovered_games == 7  # six play-in games and the cup final
