"""What ends a backfill before its plan does, as the command line takes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from terminal import Terminal

from backcourt.cli.limits import parse_until
from backcourt.errors import UsageError

NOW = datetime(2026, 7, 1, 22, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30m", "2026-07-01T22:45"),
        ("1h30m", "2026-07-01T23:45"),
        ("90s", "2026-07-01T22:16:30"),
        ("48h", "2026-07-03T22:15"),
        ("23:00", "2026-07-01T23:00"),
        ("6:30", "2026-07-02T06:30"),
        (" 06:30 ", "2026-07-02T06:30"),
        ("22:15", "2026-07-02T22:15"),
        ("22:15:01", "2026-07-01T22:15:01"),
        ("2026-07-05", "2026-07-05T00:00"),
        ("2026-07-01T23:00", "2026-07-01T23:00"),
        ("2026-07-01T23:00-05:00", "2026-07-02T04:00"),
    ],
)
def test_until(text: str, moment: str) -> None:
    assert parse_until(text, NOW) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "neither a time nor a while"),
        ("soon", "neither a time nor a while"),
        ("30", "neither a time nor a while"),
        ("-5m", "neither a time nor a while"),
        ("25:00", "no clock says so"),
        ("2026-07-01T22:15", "that has passed; it is 2026-07-01T22:15:00 UTC"),
        ("2021-10-19", "that has passed"),
    ],
)
def test_no_time(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        parse_until(text, NOW)


class TestLimit:
    def test_what_it_left_is_told(self, raw_cli: Terminal) -> None:
        dry = raw_cli("backfill --limit 6 --dry-run --json")
        assert (dry.code, dry.json["partitions"], dry.json["considered"]) == (0, 6, 18)
        refused = raw_cli("backfill --limit 9", BACKCOURT_CONFIRM_OVER="8")
        assert (refused.code, "9 partitions will run" in refused.err) == (2, True)
        answer = raw_cli("backfill --limit 7", BACKCOURT_CONFIRM_OVER="6")
        assert answer.code == 1
        assert "6 of 18 partitions would run" in answer.text
        assert "12 more are due and left for another run by --limit." in answer.text
        assert "Stopped: limited to 7 partitions. 6 partitions are committed, 12 not run." in answer.text
        assert answer.out.endswith("Go on with  backcourt backfill --limit 7\n")
        found = raw_cli("backfill --limit 7 --no-upstream --json").json
        assert (found["written"], found["not_run"], found["outcome"]) == (6, 6, "incomplete")
        assert found["stopped"] == {"reason": "limit", "said": "limited to 7 partitions"}
        assert (found["go_on"], found["retry"]) == ("backcourt backfill --limit 7 --no-upstream", None)

    @pytest.mark.parametrize("flags", ["--limit 0", "--limit 5 --force", "--until yesterday"])
    def test_refused(self, raw_cli: Terminal, flags: str) -> None:
        assert raw_cli(f"backfill {flags}").code == 2


def test_until_ends_a_run(raw_cli: Terminal) -> None:
    found = raw_cli("backfill --until 0s --fail-fast --json")
    assert (found.code, found.json["not_run"], found.json["stopped"]["reason"]) == (1, 18, "until")
    assert raw_cli("backfill --until 10m --fail-fast --tables TOGS").code == 0
