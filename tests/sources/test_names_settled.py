"""Whose a name is: by alias and its time, by team and date where players share it, and never by a guess."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from backcourt.clock import FixedClock
from backcourt.engine.ranks import all_sources, with_several
from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError
from backcourt.names import name_key
from backcourt.sources.local import ingest_folder
from backcourt.sources.local.people import Alias, Context, People, unresolved
from backcourt.sources.naming import NewAlias, UnresolvedName, add_alias, rates, unresolved_names
from backcourt.warehouse.duckdb import Warehouse
from stats_ground import FETCHED, GAMES, PLAYERS, TEAMS, ground_files, new_csv
from support import Line

IND, NYK, GSW = 1610612754, 1610612752, 1610612744
CLOCK = FixedClock(FETCHED)
SEASON = "2024-25"


def people(
    *registered: tuple[str, int],
    aliases: dict[str, tuple[Alias, ...]] | None = None,
    played: tuple[tuple[int, int, str], ...] = (),
) -> People:
    keys: dict[str, tuple[int, ...]] = {}
    for name, player in registered:
        keys[name_key(name)] = (*keys.get(name_key(name), ()), player)
    seen = frozenset(one for one, _, _ in played)
    return People(keys, {name_key(name): found for name, found in (aliases or {}).items()}, seen, frozenset(played))


# --- who a name means ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["Luka Dončić", "luka doncic", "Doncic, Luka", "LUKA  DONČIĆ", "Luka Doncic."])
def test_spellings_of_one_name(spelling: str) -> None:
    assert people(("Luka Dončić", 1629029)).everywhere(spelling) == (1629029, None)


def test_a_suffix_is_part_of_a_name() -> None:
    """Gary Trent is not Gary Trent Jr.: his father played too."""
    known = people(("Gary Trent Jr.", 1629018))
    assert known.everywhere("Trent Jr., Gary") == (1629018, None)
    assert known.everywhere("Gary Trent") == (None, "no registered player is called 'Gary Trent'")


def test_one_of_a_name_who_ever_played_is_meant() -> None:
    known = people(("Chris Wright", 1), ("Chris Wright", 2), played=((2, IND, "2013-14"),))
    assert known.everywhere("Chris Wright") == (2, None)


def test_players_of_one_name_are_told_apart_by_season_and_team() -> None:
    known = people(
        ("Marcus Williams", 1), ("Marcus Williams", 2),
        played=((1, IND, "2007-08"), (2, NYK, "2007-08"), (1, GSW, "2009-10")),
    )  # fmt: skip
    assert known.everywhere("Marcus Williams") is None
    there = known.there
    assert there("Marcus Williams", Context(date(2008, 1, 5), NYK)) == (2, None)
    assert there("Marcus Williams", Context(date(2008, 1, 5), IND)) == (1, None)
    assert there("Marcus Williams", Context(date(2009, 12, 5), None)) == (1, None)
    several = (None, "'Marcus Williams' may be any of 1, 2")
    assert there("Marcus Williams", Context(date(2008, 1, 5), None)) == several
    assert there("Marcus Williams", Context(None, NYK)) == several
    assert there("Marcus Williams", Context(date(2008, 1, 5), GSW)) == several


def test_a_traded_player_is_known_with_both_teams_of_a_season() -> None:
    known = people(("Tony Smith", 1), ("Tony Smith", 2), played=((1, IND, SEASON), (1, NYK, SEASON), (2, GSW, SEASON)))
    for team in (IND, NYK):
        assert known.there("Tony Smith", Context(date(2025, 2, 7), team)) == (1, None)


def test_an_alias_holds_in_its_time_only() -> None:
    """Before and after it the registry has its say; at a date that nobody knows a bounded alias does not hold."""
    known = people(
        ("Enes Kanter", 1), ("Enes Freedom", 7),
        aliases={"Enes Freedom": (Alias(1, date(2021, 11, 29), date(2022, 2, 10)),)},
    )  # fmt: skip
    assert known.everywhere("Enes Freedom") is None
    days = (date(2021, 11, 28), date(2021, 11, 29), date(2022, 2, 10), date(2022, 2, 11), None)
    assert [known.there("Enes Freedom", Context(day, None))[0] for day in days] == [7, 1, 1, 7, 7]


def test_two_aliases_that_hold_at_once_are_nobody() -> None:
    known = people(aliases={"Bones": (Alias(1, None, None), Alias(2, None, None))})
    assert known.everywhere("Bones") == (None, "'Bones' may be any of 1, 2")


@pytest.mark.parametrize("name", ["Nic Claxton", 'De\'Andre "Dre" Hunter', "it's", "a may be any of 3", "new\nline"])
def test_problems_can_be_read_back(name: str) -> None:
    nobody = people().everywhere(name)
    several = people((name, 4), (name, 5)).there(name, Context(None, None))
    assert nobody is not None
    told = unresolved(f"column player: {nobody[1]}"), unresolved(f"column player: {several[1]}")
    assert [(one.name, one.candidates) for one in told if one] == [(name, ()), (name, (4, 5))]
    assert unresolved("column line: 80 is not within 0 to 70") is None


# --- in a warehouse --------------------------------------------------------------------------------------------------


def injury(name: str, day: str = "2024-10-23", team: str = "GSW") -> Line:
    named = {"game_date": day, "player": name, "team": team, "source": "report", "status": "Out", "reason": "Knee"}
    return named | {"report_time_et": ""}


@pytest.fixture
def fed(tmp_path: Path) -> Iterator[tuple[Warehouse, Path]]:
    """A warehouse with a report of four names, two of which nobody has, and its folder."""
    folder = tmp_path / "files"
    folder.mkdir()
    ground_files(folder)
    report = [
        injury("Stephen Curry"),
        injury("Green, Draymond"),
        injury("Wardell Curry"),
        injury("Stephen Curry Jr.", "2025-06-22"),
    ]
    new_csv(folder / "injuries_official_report.csv", report)
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as warehouse:
        ingest(warehouse, folder)
        yield warehouse, folder


def ingest(warehouse: Warehouse, folder: Path) -> dict[str, tuple[int, bool]]:
    report = ingest_folder(warehouse, default_registry(), folder, CLOCK)
    return {one.stream: (one.changed, one.is_known) for one in report.outcomes}


def told(found: list[UnresolvedName]) -> list[tuple[object, ...]]:
    return [(one.name, one.rows, sorted(one.seasons), [each.player_id for each in one.candidates]) for one in found]


def test_unresolved_names_have_candidates_and_nobody_is_taken(fed: tuple[Warehouse, Path]) -> None:
    warehouse, _ = fed
    found = unresolved_names(warehouse)
    assert told(found) == [("Stephen Curry Jr.", 1, [SEASON], [201939]), ("Wardell Curry", 1, [SEASON], [])]
    assert found[0].tables == {"injuries"}
    assert unresolved_names(warehouse, season="2023-24") == unresolved_names(warehouse, source="espn") == []
    (rate,) = rates(warehouse, default_registry())
    assert (rate.source, rate.table, rate.season, rate.resolved, rate.unresolved, rate.other) == (
        "local", "injuries", SEASON, 2, 2, 0,
    )  # fmt: skip
    assert rate.share == 0.5


@pytest.mark.parametrize(
    ("spelling", "candidate"),
    [
        ("Isaac Hartenstein", 1628392),
        ("Turner, M.", 1626167),
        ("Jalen Williams III", 1631114),
        ("Pascal Siakham", 1627783),
    ],
)
def test_candidates_are_those_that_a_person_would_think_of(
    fed: tuple[Warehouse, Path], spelling: str, candidate: int
) -> None:
    """Another first name of the initial, a suffix too many, letters off."""
    warehouse, folder = fed
    new_csv(folder / "injuries_official_report.csv", [injury(spelling)])
    ingest_folder(warehouse, default_registry(), folder, CLOCK, max_vanishing=1.0)
    (found,) = unresolved_names(warehouse)
    assert (found.name, candidate in {one.player_id for one in found.candidates}) == (spelling, True)


def test_an_alias_makes_the_files_of_names_be_looked_at_again(fed: tuple[Warehouse, Path]) -> None:
    """And those alone: what has no names is known as before."""
    warehouse, folder = fed
    assert {known for _, known in ingest(warehouse, folder).values()} == {True}
    added = add_alias(warehouse, default_registry(), NewAlias("Wardell Curry", 201939), CLOCK)
    assert (added.full_name, added.is_new, added.waiting) == ("Stephen Curry", True, ("local",))
    outcomes = ingest(warehouse, folder)
    assert {stream for stream, (_, known) in outcomes.items() if not known} == {"injuries_official_report.csv"}
    assert [one.name for one in unresolved_names(warehouse)] == ["Stephen Curry Jr."]
    assert {known for _, known in ingest(warehouse, folder).values()} == {True}


def test_an_alias_of_another_source_changes_nothing_here(fed: tuple[Warehouse, Path]) -> None:
    warehouse, folder = fed
    add_alias(warehouse, default_registry(), NewAlias("Wardell Curry", 201939, "simulated"), CLOCK)
    ingest(warehouse, folder)
    assert [one.name for one in unresolved_names(warehouse)] == ["Stephen Curry Jr.", "Wardell Curry"]


def test_the_time_of_an_alias_is_that_of_the_row(fed: tuple[Warehouse, Path]) -> None:
    """It holds on the date of the report, or not."""
    warehouse, folder = fed
    registry = default_registry()
    add_alias(
        warehouse, registry, NewAlias("Wardell Curry", 201939, None, date(2024, 10, 23), date(2024, 10, 23)), CLOCK
    )
    add_alias(warehouse, registry, NewAlias("Stephen Curry Jr.", 201939, None, None, date(2025, 6, 21)), CLOCK)
    ingest(warehouse, folder)
    assert [one.name for one in unresolved_names(warehouse)] == ["Stephen Curry Jr."]
    # The same spelling once more, for longer, takes the place of the first.
    add_alias(warehouse, registry, NewAlias("Stephen Curry Jr.", 201939), CLOCK)
    ingest(warehouse, folder)
    assert unresolved_names(warehouse) == []
    assert warehouse.value("SELECT COUNT(*) FROM raw.player_aliases_current") == 2


def test_an_alias_makes_no_game_be_chosen_between_two_sources(fed: tuple[Warehouse, Path]) -> None:
    warehouse, _ = fed
    add_alias(warehouse, default_registry(), NewAlias("Wardell Curry", 201939), CLOCK)
    assert not with_several(warehouse)
    assert all_sources(warehouse) == ["local"]


@pytest.mark.parametrize(
    ("alias", "said"),
    [
        (NewAlias("Wardell Curry", 1), "There is no player 1 in raw.players"),
        (NewAlias("!?", 201939), "has no Latin letter or digit"),
        (NewAlias("Steph", 201939, "eSPN"), "There is no source 'eSPN'"),
        (NewAlias("Steph", 201939, None, date(2022, 2, 1), date(2022, 1, 1)), "it is before 2022-02-01"),
        (NewAlias("Chef", 203110), "'Chef' is an alias of player 201939 already, from ever to 2022-06-30"),
        (NewAlias("Chef", 203110, "local", date(2022, 6, 30)), "is an alias of player 201939 already"),
    ],
)
def test_an_alias_that_cannot_be_is_refused(fed: tuple[Warehouse, Path], alias: NewAlias, said: str) -> None:
    warehouse, _ = fed
    add_alias(warehouse, default_registry(), NewAlias("Chef", 201939, None, None, date(2022, 6, 30)), CLOCK)
    with pytest.raises(UsageError) as caught:
        add_alias(warehouse, default_registry(), alias, CLOCK)
    assert said in caught.value.message
    assert caught.value.hint
    assert warehouse.value("SELECT COUNT(*) FROM raw.player_aliases_current") == 1


def test_one_spelling_may_be_two_players_at_different_times(fed: tuple[Warehouse, Path]) -> None:
    warehouse, _ = fed
    registry = default_registry()
    add_alias(warehouse, registry, NewAlias("Chef", 201939, None, None, date(2022, 6, 30)), CLOCK)
    assert add_alias(warehouse, registry, NewAlias("Chef", 203110, None, date(2022, 7, 1)), CLOCK).is_new
    assert not add_alias(warehouse, registry, NewAlias("Chef", 203110, None, date(2022, 7, 1)), CLOCK).is_new


def test_aliases_can_be_kept_in_a_file(fed: tuple[Warehouse, Path]) -> None:
    warehouse, folder = fed
    line = {"name": "Wardell Curry", "player_id": "201939", "source": "", "valid_from": "", "valid_to": ""}
    new_csv(folder / "player_aliases.csv", [line])
    ingest(warehouse, folder)
    assert [one.name for one in unresolved_names(warehouse)] == ["Stephen Curry Jr."]


def test_players_of_one_name_in_a_file_are_told_apart_by_their_teams(fed: tuple[Warehouse, Path]) -> None:
    """Two of one name, each with a box score of his own: the team of the report tells which."""
    warehouse, folder = fed
    twin = {
        "player_id": "77",
        "full_name": "Stephen Curry",
        "position": "",
        "birth_date": "",
        "height": "6-6",
        "weight_lb": "210",
    }
    listed = [{**twin, "player_id": number, "full_name": name} for number, name in PLAYERS]
    new_csv(folder / "players.csv", [*listed, twin])
    box = [box_line("0022400061", "201939", "GSW", "NYK"), box_line("0022400061", "77", "NYK", "GSW")]
    new_csv(folder / "player_box_2024-25.csv", box)
    report = [
        injury("Curry, Stephen"),
        injury("Stephen Curry", team="NYK"),
        injury("Stephen Curry", "2024-10-25", "IND"),
    ]
    new_csv(folder / "injuries_official_report.csv", report)
    ingest_folder(warehouse, default_registry(), folder, CLOCK, max_vanishing=1.0)
    assert warehouse.rows("SELECT player_id, team_id FROM raw.injuries_current ORDER BY 1") == [
        (77, NYK),
        (201939, GSW),
    ]
    assert told(unresolved_names(warehouse)) == [("Stephen Curry", 1, [SEASON], [77, 201939])]


def box_line(game: str, player: str, team: str, opponent: str) -> Line:
    ids = {tricode: number for number, tricode, *_ in TEAMS}
    day = next(day for number, day, *_ in GAMES if number == game)
    counts = dict.fromkeys("pts fgm fga fg3m fg3a ftm fta oreb dreb reb ast stl blk tov pf plus_minus".split(), "0")
    about = {"season": SEASON, "season_type": "Regular Season", "game_id": game, "game_date": day, "player_id": player}
    sides = {
        "team_id": ids[team],
        "team": team,
        "opponent": opponent,
        "is_home": str(team == "GSW").lower(),
        "starter": "true",
    }
    return about | sides | {"player_name": "Stephen Curry", "minutes": "12", "won": "true"} | counts
