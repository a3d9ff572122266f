"""What goes wrong on the way: hosts, documents, the spool, a stop; no game waits for another."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from answering import Reply, as_json, document, object_of, page, status
from cdn_season import (
    BOSTON,
    LAKERS,
    MIAMI,
    SEASON,
    Fed,
    Season,
    box_path,
    plays_path,
    schedule_path,
)

from backcourt.errors import SourceError
from backcourt.sources.feed.outcome import FeedReport
from backcourt.sources.http import Archive
from backcourt.sources.http.errors import FetchError
from backcourt.sources.nba_cdn import requests

WRONG = document(as_json({"game": {"gameId": LAKERS, "renamed": 3}}))
BAD = {"500": status(500), "html": page(), "shape": WRONG}


def troubles(report: FeedReport) -> list[tuple[str, str]]:
    return [(each.need, each.subject) for each in report.troubles]


def test_what_gave_nothing_is_asked_for_again_however_old_its_game_is(fed: Fed, season: Season) -> None:
    """A host in trouble answers a backfill with 200 and no box score: that is not the last word on the season."""
    season.server.on(box_path(LAKERS), WRONG)
    fed.wall.at = fed.wall.at.replace(month=3)
    assert ("box", LAKERS) in troubles(fed.run())
    season.serve()
    fed.wall.at += timedelta(minutes=61)
    assert ("box", LAKERS) not in troubles(fed.run())
    assert len(fed.rows("player_box", "player_id", f"game_id = '{LAKERS}'")) == 12


@pytest.mark.parametrize(
    "bad", [pytest.param(bad, id=name, marks=[pytest.mark.soak] * (name != "shape")) for name, bad in BAD.items()]
)
class TestOneBadDocument:
    def test_at_first(self, fed: Fed, season: Season, bad: Reply) -> None:
        """The other games are had, this one's plays wait for its players, and it is had as soon as it can be."""
        season.server.on(box_path(LAKERS), bad)
        report = fed.run()
        assert troubles(report) == [("box", LAKERS)]
        assert report.states == {
            "had": 5,
            "waits for the box score": 1,
            report.troubles[0].state: 1,
        }
        for kind in ("player_box", "officials", "shots", "play_by_play"):
            assert [row[0] for row in fed.rows(kind, "DISTINCT game_id")] == [BOSTON, MIAMI], kind
        season.serve()
        fed.wall.at += timedelta(days=2)
        assert troubles(fed.run()) != [("box", LAKERS)]
        for kind in ("player_box", "officials", "shots", "play_by_play"):
            assert [row[0] for row in fed.rows(kind, "DISTINCT game_id")] == [BOSTON, LAKERS, MIAMI], kind

    @pytest.mark.soak
    def test_later(self, again: Fed, season: Season, bad: Reply) -> None:
        """What the game had stays; what is new of the other game on its date is taken."""
        season.boxes[BOSTON]["game"]["officials"].pop()
        season.serve()
        season.server.on(box_path(LAKERS), bad)
        season.server.on(plays_path(LAKERS), bad)
        before = again.all_rows()
        again.wall.at += timedelta(hours=25)
        report = again.run()
        assert {("box", LAKERS), ("play_by_play", LAKERS)} <= set(troubles(report))
        assert [(each.stream, each.vanished) for each in report.outcomes] == [("officials_2025-01-06.ndjson", 1)]
        after = again.all_rows()
        assert {kind for kind in before if before[kind] != after[kind]} == {"officials"}


class TestSchedule:
    def test_missing(self, fed: Fed, season: Season) -> None:
        season.server.on(schedule_path(), status(404))
        with pytest.raises(FetchError, match=r"nba_cdn, schedule 2024-25.*404"):
            fed.run()

    def test_of_another_shape_at_first(self, fed: Fed, season: Season) -> None:
        season.server.on(schedule_path(), document(as_json({"leagueSchedule": {}})))
        with pytest.raises(SourceError, match=r"nba_cdn, schedule 2024-25: .*seasonYear"):
            fed.run()

    def test_of_another_shape_later(self, again: Fed, season: Season) -> None:
        """The one before it stands in, and the games are asked for."""
        season.boxes[MIAMI]["game"]["officials"].pop()
        season.serve()
        season.server.on(schedule_path(), document(as_json({"leagueSchedule": {}})))
        again.wall.at += timedelta(hours=7)
        report = again.run()
        assert troubles(report) == [("schedule", SEASON)]
        assert again.counts()["games"] == 20
        assert again.counts()["officials"] == 8

    def test_cut_short(self, again: Fed, season: Season) -> None:
        """A schedule from which games are missing is refused, unless somebody says that it is right."""
        del season.games["0022400025"]
        del season.games["0022400024"]
        season.serve()
        again.wall.at += timedelta(hours=2)
        with pytest.raises(SourceError, match="2 of 20 known rows are missing") as refused:
            again.run()
        assert "--accept-deletions" in refused.value.hint
        assert again.counts()["games"] == 20
        again.run(max_vanishing=1.0)
        assert again.counts()["games"] == 18

    def test_past_season(self, fed: Fed, season: Season) -> None:
        """The network has one schedule; who has others is named."""
        fed.wall.at += timedelta(days=300)
        with pytest.raises(SourceError, match="current season only, not of 2024-25") as refused:
            fed.run()
        assert "backcourt ingest nba_stats --seasons 2024" in refused.value.hint
        assert season.server.asked == []
        assert not fed.warehouse.exists()


@pytest.mark.soak
def test_stopped(fed: Fed, season: Season) -> None:
    """A stop between documents keeps what came; the same again asks for the rest and nothing twice."""
    report = fed.run(should_stop=lambda: "SIGINT" if len(season.server.asked) >= 4 else "")
    assert report.stopped == "SIGINT"
    assert report.states == {"had": 4, "not asked": 3}
    assert fed.counts()["games"] == 20
    assert [row[0] for row in fed.rows("player_box", "DISTINCT game_id")] == [BOSTON, LAKERS]
    report = fed.run()
    assert (report.stopped, report.states, report.fetched) == ("", {"had": 7}, 3)
    assert [row[0] for row in fed.rows("play_by_play", "DISTINCT game_id")] == [BOSTON, LAKERS, MIAMI]
    assert all(season.server.count(path) == 1 for path, _ in season.server.asked)


def test_stopped_at_once(fed: Fed, season: Season) -> None:
    report = fed.run(should_stop=lambda: "SIGTERM")
    assert (report.stopped, report.states, report.outcomes) == ("SIGTERM", {"not asked": 1}, [])
    assert season.server.asked == []


class TestSpool:
    def folder(self, again: Fed) -> Path:
        return again.archive / "spool" / "nba_cdn" / SEASON

    @pytest.mark.soak
    @pytest.mark.parametrize("harm", ["deleted", "note cut", "note of another shape", "file deleted"])
    def test_made_again(self, again: Fed, season: Season, harm: str) -> None:
        """From the archive, file by file what it was: nothing is fetched and nothing changes."""
        folder = self.folder(again)
        note = folder / "games" / "made_from.json"
        files = {path: path.read_bytes() for path in sorted(folder.rglob("*.ndjson"))}
        if harm == "deleted":
            shutil.rmtree(folder)
        elif harm == "note cut":
            note.write_bytes(note.read_bytes()[:100])
        elif harm == "note of another shape":
            note.write_text('{"2025-01-06": []}')
        else:
            (folder / "games" / "shots_2025-01-06.ndjson").unlink()
        before = again.all_rows()
        report = again.run()
        assert (report.fetched, report.changed, report.troubles) == (0, 0, [])
        assert again.all_rows() == before
        assert {path: path.read_bytes() for path in sorted(folder.rglob("*.ndjson"))} == files

    def test_no_empty_files(self, again: Fed) -> None:
        """A kind that never had a row has no file."""
        assert all(path.stat().st_size for path in self.folder(again).rglob("*.ndjson"))

    @pytest.mark.soak
    def test_damaged_archive(self, again: Fed, season: Season) -> None:
        """A document that is damaged in the archive takes no row away, even if the spool is gone and nobody may be asked."""
        with Archive(again.archive, again.wall.now()) as archive:
            newest = archive.newest(requests.box(LAKERS))
            assert newest is not None
            object_of(again.archive, archive.read(str(newest.digest))).write_bytes(b"soiled")
        shutil.rmtree(self.folder(again))
        before = again.all_rows()
        report = again.run(offline=True)
        assert troubles(report) == [("box", LAKERS)]
        assert again.all_rows() == before
        report = again.run()
        assert (troubles(report), report.fetched) == ([], 1)
        assert again.all_rows() == before


def test_refused_file(again: Fed, season: Season) -> None:
    """A document that adds up and says what a raw table does not allow is told; other kinds and dates are taken."""
    for action in season.plays[MIAMI]["game"]["actions"]:
        action.update({key: 77777 for key, value in action.items() if value == 39003})
    season.boxes[BOSTON]["game"]["officials"].pop()
    season.serve()
    again.wall.at += timedelta(hours=25)
    report = again.run()
    (refused,) = report.refused
    assert (refused.need, refused.subject, str(refused.game_date)) == ("ingest", "shots", "2025-01-08")
    assert "column player_id" in refused.said
    assert again.counts()["shots"] == 12
    assert again.counts()["officials"] == 8
    assert again.run().refused == [refused]
