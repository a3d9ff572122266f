"""`backcourt ingest injury_report`: the last report before each cut-off, each a stream of its own."""

from __future__ import annotations

from pathlib import Path

from answering import status
from following import NEXT_DAY, Following, pdf
from reports import ROWS, Cells, report

INGEST = "injury_report"
COLUMNS = "player_id, status, snapshot_at"


def path(wall: str) -> str:
    return f"/referee/injury/Injury-Report_2024-01-24_{wall}.pdf"


def told(time: str, rows: list[list[Cells]] = ROWS) -> bytes:
    return report(rows, title=f"Injury Report: 01/24/24 {time}")


def serve(following: Following) -> None:
    following.serve(path("04PM"), pdf(told("04:30 PM")))
    following.serve(path("06PM"), pdf(told("06:30 PM")))
    following.serve(path("09PM"), pdf(told("09:30 PM", [[*ROWS[0][:1], *ROWS[0][3:]], ROWS[1]])))


def test_before_and_after(following: Following, real_league: Path) -> None:
    """In the afternoon the newest report, afterwards the one before each tip; none makes an older one vanish."""
    serve(following)
    first = following.ingest(INGEST)
    assert (first["documents"], first["fetched"], first["states"]) == (1, 1, {"had": 1})
    assert following.rows("raw.injuries_current", COLUMNS) != []
    again = following.ingest(INGEST)
    assert (again["fetched"], again["changed"]) == (0, 0)
    following.wall.at = NEXT_DAY
    after = following.ingest(INGEST)
    assert (after["documents"], after["fetched"]) == (2, 2)
    rows = following.rows("raw.injuries_current", COLUMNS)
    times = [f"{at:%H:%M}" for *_, at in rows]
    assert [times.count(each) for each in ("21:30", "23:30", "02:30")] == [3, 3, 2]
    asked = len(following.server.asked)
    again = following.ingest(INGEST)
    assert (again["fetched"], again["changed"], len(following.server.asked)) == (0, 0, asked)
    assert following.replayed(f"{INGEST} --seasons 2023", "raw.injuries_current", COLUMNS, real_league) == rows


def test_no_report(following: Following) -> None:
    """Where there is none the one before is asked for; an absence that may be too early is not believed for long."""
    serve(following)
    following.serve(path("04PM"), status(403))
    following.serve(path("03PM"), pdf(told("03:30 PM")))
    first = following.ingest(INGEST)
    assert first["states"] == {"had": 1, "not there": 1}
    following.serve(path("04PM"), pdf(told("04:30 PM")))
    following.wall.at = following.wall.at.replace(minute=20)
    later = following.ingest(INGEST)
    assert (later["fetched"], later["states"]) == (1, {"had": 2})


def test_trouble(following: Following) -> None:
    """A report of another shape is named, and the other one is taken."""
    serve(following)
    following.serve(path("06PM"), pdf(told("07:30 PM")))
    following.wall.at = NEXT_DAY
    answer = following.type("ingest injury_report --dates 2024-01-24")
    assert answer.code == 1
    assert "injury_report 2024-01-24 18:30 of another shape" in answer.text
    assert {f"{at:%H:%M}" for *_, at in following.rows("raw.injuries_current", COLUMNS)} == {"02:30"}


def test_no_schedule(following: Following) -> None:
    """Said plainly, before anything is asked; a new warehouse is not left behind."""
    following.folder = following.folder / "new"
    following.folder.mkdir()
    answer = following.type("ingest injury_report --seasons 2023")
    assert (answer.code, following.server.asked, following.warehouse.exists()) == (5, [], False)
    assert "this warehouse has no schedule" in answer.err
    assert "backcourt ingest nba_stats" in answer.err


def test_out_of_scope(following: Following) -> None:
    for words in ("--seasons 2021", "--dates 2024-01-20"):
        answer = following.type(f"ingest injury_report {words}")
        assert answer.code == 5, answer
        assert "schedule" in answer.err
    following.wall.at = NEXT_DAY.replace(month=8)
    answer = following.type("ingest injury_report")
    assert (answer.code, following.server.asked) == (0, [])
    assert "No game is near" in answer.text


def test_daily(following: Following) -> None:
    """As a source of the daily job; one that is down stops no other."""
    serve(following)
    answer = following.type("daily --json --sample 0", BACKCOURT_SOURCES="local:nowhere,injury_report")
    folder, reports = answer.json["sources"]
    assert "is not a folder" in folder["error"]
    assert (reports["changed"], reports["error"]) == (3, "")


def test_a_client_that_is_blocked(following: Following) -> None:
    """Every answer is the one that means that there is no report: that is no success."""
    for hour in ("04PM", "03PM", "02PM", "01PM", "12PM"):
        following.serve(path(hour), status(403))
    answer = following.type(f"ingest {INGEST} --json")
    (made,) = answer.json["seasons"]
    assert (answer.code, made["states"]) == (1, {"not there": 4})
    assert "every answer was that there is none: is this client blocked?" in made["not_taken"][-1]["said"]
