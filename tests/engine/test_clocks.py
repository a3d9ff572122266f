"""When the warehouse had been told: declared for bulk history, observed for what came late, corrected at its ingest."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from backcourt.sources.simulated.faults import inject
from support import NOON, Workshop


class TestTwoClocks:
    def kinds(self, shop: Workshop, table: str) -> dict[str, set[datetime]]:
        found: dict[str, set[datetime]] = {}
        for kind, known, day in shop.warehouse.rows(f"SELECT known_kind, known_at, game_date FROM raw.{table}"):
            found.setdefault(kind, set()).add(known)
            if kind == "declared" and table == "player_box":
                assert known == datetime.combine(day, time(12)) + timedelta(days=1)
        return found

    def test_bulk_history_is_declared_and_a_correction_is_known_when_it_came(self, shop: Workshop) -> None:
        assert self.kinds(shop, "player_box").keys() == {"declared"}
        inject(shop.folder, "assist_correction")
        shop.ingest(hours=3)
        kinds = self.kinds(shop, "player_box")
        assert kinds["corrected"] == {(NOON + timedelta(hours=3)).replace(tzinfo=None)}
        assert kinds.keys() == {"declared", "corrected"}

    def test_a_late_row_is_observed(self, shop: Workshop) -> None:
        lines = shop.read("did_not_play")
        game = lines[0]["game_id"]
        boxes = [*shop.read("player_box"), *lines]
        there = {each["player_id"] for each in boxes if each["game_id"] == game}
        spare = next(each for each in shop.read("players") if each["player_id"] not in there)
        line = {**lines[0], "player_id": spare["player_id"]}
        shop.write("did_not_play", [*lines, line])
        shop.ingest(hours=2)
        kinds = self.kinds(shop, "did_not_play")
        assert kinds["observed"] == {(NOON + timedelta(hours=2)).replace(tzinfo=None)}

    def test_a_snapshot_is_known_at_its_own_time(self, shop: Workshop) -> None:
        other = shop.warehouse.value(
            "SELECT COUNT(*) FROM raw.player_lines WHERE snapshot_at IS NOT NULL AND known_at <> snapshot_at"
        )
        assert other == 0
        assert shop.warehouse.value("SELECT COUNT(*) FROM raw.player_lines WHERE known_at = snapshot_at") > 0

    def test_a_registry_is_declared_as_always_known_and_a_change_of_it_when_it_came(self, shop: Workshop) -> None:
        """It says who there is and nothing of when."""
        always = ("declared", datetime(1970, 1, 1))  # noqa: DTZ001
        kinds = "SELECT DISTINCT known_kind, known_at FROM raw.teams ORDER BY 1"
        assert shop.warehouse.rows(kinds) == [always]
        teams = shop.read("teams")
        teams[0]["tricode"] = "XYZ"
        shop.write("teams", teams)
        shop.ingest(hours=2)
        assert shop.warehouse.rows(kinds) == [("corrected", (NOON + timedelta(hours=2)).replace(tzinfo=None)), always]

    def test_nothing_is_known_before_it_happened_or_after_it_came(self, shop: Workshop) -> None:
        for name, contract in shop.registry.raw.items():
            assert shop.warehouse.value(f"SELECT COUNT(*) FROM raw.{name} WHERE known_at > ingested_at") == 0
            if contract.known_at == "result":
                early = (
                    f"SELECT COUNT(*) FROM raw.{name} WHERE known_at <= CAST(game_date AS TIMESTAMP) + INTERVAL 24 HOUR"
                )
                assert shop.warehouse.value(early) == 0, name
