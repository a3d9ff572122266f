"""Invented players: names, bodies and the latent skills from which everything they do is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from backcourt.names import name_key

FIRST_PLAYER_ID = 9_000_001
FIRST_SEASON = 2020  # the league's history starts here, so that a later season has veterans, whichever are asked for
ROSTER_SIZE = 17  # fifteen and two two-way players

# Talent expected of the first to the last player of a team; it drives minutes, shots and accuracy.
DEPTH_TALENT = (2.1, 1.5, 1.1, 0.8, 0.5, 0.3, 0.1, -0.1, -0.3, -0.5, -0.7, -0.9, -1.1, -1.2, -1.3, -1.5, -1.6)

_FIRST = """
    Aaron Abdou Alonzo Amar André Andre Anselm Antoine Ariel Armand Bastian Bilal Boris Brandt Caleb Cam'Ron Cedric
    Damir Dante Darnell De'Marcus Deandre Dejan Devonte Dieudonné Dominik Dwight Eamon Elias Emeka Ethan Évan Ezra
    Felix Fabrício Gabriel Garrison Goran Gui Hakeem Harlan Hugo Ibrahima Isaiah Ivo Ja'Quan Jabari Jalen-Marc
    Jamison Jarrett João José Julian Kadeem Keenan Khalil Kofi Kyrell Lamar Léo Leandro Lonnie Luka Malik Marcel
    Mateo Miloš Moussa Nate Nikola Noah O'Shea Olivier Omar Oscar Paolo Pascal Quentin Raúl Reggie Rodney Sasha
    Sékou Shane Silas Tariq Terrance Théo Tobias Trevon Tyus Usman Vasil Vince Wendell Xavier Yannick Yusuf Zaire
"""
_LAST = """
    Abara Adeyemi Alcázar Alderman Ashworth Bakari Barlow Beaumont Bellweather Bogdanić Boateng Brightwater Bronson
    Calloway Carmody Castañeda Chukwu Clayborne Coulibaly-Reyes Crowder-Hayes D'Amico Dabrowski Delacroix Diabaté
    Doumbé Drayton Easterling Ebanks Ekwueme Fairweather Fontaine Gadsden Garibović Gentry Goodwater Gravesande
    Hadžić Halloran Hargrove Hollowell Ingram-Cole Jankauskas Kalamian Kaminga Keïta Kessler Kilbride Kovačević
    Lafayette Lattimore Lindqvist Lockridge Lomidze M'Bala Mabry Maddox Marchetti McAllister Mensah Mirković Montrose
    N'Diaye Naismyth Nwosu O'Banion O'Rourke Okafor-Lee Oyelaran Pemberton Petrauskas Pondexter Quarles Quiñones
    Radovanov Ravenel Redfern Rousseau Sabatini Sanogo Šarenac Sauvage Shackleford Sinclair Sørensen Stackpole
    Tadić Tavares Thibodeaux Tolliver Underhill Vašek Vanterpool Villanova Wainwright Walthour Weatherby Whitlock
    Yarborough Zamora Zeller-Pruitt Zubac-Lynn
"""
_FIRST_NAMES, _LAST_NAMES = _FIRST.split(), _LAST.split()
_SUFFIXES = (" Jr.", " II", " III", " Sr.")


@dataclass(frozen=True, slots=True)
class Player:
    """Who a player is and how he plays; weights are relative to the others on court, rates are probabilities."""

    player_id: int
    name: str
    position: str
    birth_date: date
    height_in: int
    weight_lb: int
    talent: float
    usage: float
    zone_three: float
    zone_mid: float
    make_three: float
    make_mid: float
    make_paint: float
    free_throw: float
    draws: float
    self_made: float
    assist: float
    offensive_rebound: float
    defensive_rebound: float
    steal: float
    block: float
    foul: float
    turnover: float


class People:
    """Makes players, each with an id and a name key of his own."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(f"{seed}/people")
        self._keys: set[str] = set()

    def create(self, depth: int, season: int) -> Player:
        """A new player fit for a place on the bench: depth 0 is a team's star."""
        rng = self._rng
        talent = DEPTH_TALENT[min(depth, ROSTER_SIZE - 1)] + rng.gauss(0, 0.4)
        size = rng.random()  # 0 is a small guard, 1 a centre
        height = round(73 + 11 * size + rng.gauss(0, 1))
        age_days = int(365.25 * min(37.0, max(19.2, rng.gauss(26 + min(talent, 2), 4))))
        tilt = rng.gauss(0, 1)  # a scorer's taste for the three
        three = min(0.85, max(0.03, 0.467 - 0.32 * size**3 + 0.10 * tilt))
        return Player(
            player_id=FIRST_PLAYER_ID + len(self._keys),
            name=self._name(),
            position=("G", "G-F", "F", "F-C", "C")[min(4, int(size * 5))],
            birth_date=date(season, 10, 1) - timedelta(days=age_days),
            height_in=min(92, max(69, height)),
            weight_lb=round(height * 5.6 - 230 + rng.gauss(0, 12)),
            talent=talent,
            usage=math.exp(0.29 * talent + rng.gauss(0, 0.12)),
            zone_three=three,
            zone_mid=(1 - three) * min(0.6, max(0.02, 0.25 - 0.08 * size + 0.09 * rng.gauss(0, 1))),
            make_three=0.351 + 0.006 * talent - 0.03 * size**4 + 0.012 * tilt + rng.gauss(0, 0.012),
            make_mid=0.409 + 0.011 * talent + rng.gauss(0, 0.025),
            make_paint=0.524 + 0.013 * talent + 0.05 * size + rng.gauss(0, 0.025),
            free_throw=min(0.95, max(0.45, 0.80 + 0.012 * talent - 0.12 * size**2 + rng.gauss(0, 0.055))),
            draws=math.exp(0.20 * talent + 0.22 * size + rng.gauss(0, 0.18)),
            self_made=math.exp(0.22 * talent - 0.25 * size - 0.1),
            assist=math.exp(0.45 * talent + rng.gauss(0, 0.45)) * (1.55 - 1.15 * size),
            offensive_rebound=(0.35 + 2.4 * size**2) * math.exp(rng.gauss(0, 0.25)),
            defensive_rebound=(0.6 + 1.6 * size) * math.exp(0.1 * talent + rng.gauss(0, 0.28)),
            steal=(1.25 - 0.5 * size) * math.exp(rng.gauss(0, 0.28)),
            block=(0.25 + 2.6 * size**2.5) * math.exp(rng.gauss(0, 0.35)),
            foul=(0.75 + 0.6 * size) * math.exp(rng.gauss(0, 0.18) - 0.1 * talent),
            turnover=math.exp(0.28 * talent + rng.gauss(0, 0.15)),
        )

    def _name(self) -> str:
        rng = self._rng
        while True:
            name = f"{rng.choice(_FIRST_NAMES)} {rng.choice(_LAST_NAMES)}"
            if rng.random() < 0.06:
                name += rng.choice(_SUFFIXES)
            if name_key(name) not in self._keys:
                self._keys.add(name_key(name))
                return name


@dataclass(frozen=True)
class Squads:
    """Who belongs to which team on the first day of a season, best player first, and who waits for a call."""

    by_team: dict[int, list[Player]]
    free_agents: list[Player]


def squads_of(seed: int, team_ids: Sequence[int], season: int) -> Squads:
    """The squads of a season, grown year by year from the first, so that they do not depend on what is asked for."""
    people = People(seed)
    squads = {team: [people.create(depth, FIRST_SEASON) for depth in range(ROSTER_SIZE)] for team in team_ids}
    free_agents = [people.create(ROSTER_SIZE, FIRST_SEASON) for _ in range(3 * len(team_ids))]
    for year in range(FIRST_SEASON + 1, season + 1):
        squads = _next_summer(people, Random(f"{seed}/summer/{year}"), squads, year)
        free_agents = [people.create(ROSTER_SIZE, year) for _ in range(3 * len(team_ids))]
    return Squads({team: _best_first(squad) for team, squad in squads.items()}, free_agents)


def _best_first(squad: list[Player]) -> list[Player]:
    return sorted(squad, key=lambda player: (-player.talent, player.player_id))


def _next_summer(people: People, rng: Random, squads: dict[int, list[Player]], year: int) -> dict[int, list[Player]]:
    """Some retire, some change teams for a player of the same depth, all grow or fade a little."""
    columns = []
    for depth in range(ROSTER_SIZE):
        column = [_one_year_on(people, rng, squad[depth], depth, year) for squad in squads.values()]
        movers = [place for place in range(len(column)) if rng.random() < 0.25]
        moved = [column[place] for place in movers]
        rng.shuffle(moved)
        for place, player in zip(movers, moved, strict=True):
            column[place] = player
        columns.append(column)
    return {team: _best_first([column[place] for column in columns]) for place, team in enumerate(squads)}


def _one_year_on(people: People, rng: Random, player: Player, depth: int, year: int) -> Player:
    age = year - player.birth_date.year
    if rng.random() < 0.04 + 0.012 * depth + (0.25 if age > 35 else 0):
        return people.create(depth, year)
    talent = player.talent + 0.15 * (DEPTH_TALENT[depth] - player.talent) + rng.gauss(0, 0.2)
    grown = talent - player.talent
    return replace(
        player,
        talent=talent,
        usage=player.usage * math.exp(0.29 * grown),
        make_three=player.make_three + 0.006 * grown,
        make_mid=player.make_mid + 0.011 * grown,
        make_paint=player.make_paint + 0.013 * grown,
        assist=player.assist * math.exp(0.45 * grown),
    )
