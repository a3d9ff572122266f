"""The thirty teams, their arenas and the distances between them: facts, so that joins and travel look real."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backcourt.names import TEAM_IDS

EARTH_RADIUS_MILES = 3958.8

# tricode, city, nickname, conference, division, arena, city of the arena, latitude, longitude, time zone
_TEAMS = """
ATL|Atlanta|Hawks|Eastern|Southeast|State Farm Arena|Atlanta|33.7573|-84.3963|America/New_York
BKN|Brooklyn|Nets|Eastern|Atlantic|Barclays Center|Brooklyn|40.6826|-73.9754|America/New_York
BOS|Boston|Celtics|Eastern|Atlantic|TD Garden|Boston|42.3662|-71.0621|America/New_York
CHA|Charlotte|Hornets|Eastern|Southeast|Spectrum Center|Charlotte|35.2251|-80.8392|America/New_York
CHI|Chicago|Bulls|Eastern|Central|United Center|Chicago|41.8807|-87.6742|America/Chicago
CLE|Cleveland|Cavaliers|Eastern|Central|Rocket Arena|Cleveland|41.4965|-81.6882|America/New_York
DAL|Dallas|Mavericks|Western|Southwest|American Airlines Center|Dallas|32.7905|-96.8104|America/Chicago
DEN|Denver|Nuggets|Western|Northwest|Ball Arena|Denver|39.7487|-105.0077|America/Denver
DET|Detroit|Pistons|Eastern|Central|Little Caesars Arena|Detroit|42.341|-83.0552|America/Detroit
GSW|Golden State|Warriors|Western|Pacific|Chase Center|San Francisco|37.768|-122.3877|America/Los_Angeles
HOU|Houston|Rockets|Western|Southwest|Toyota Center|Houston|29.7508|-95.3621|America/Chicago
IND|Indiana|Pacers|Eastern|Central|Gainbridge Fieldhouse|Indianapolis|39.764|-86.1555|America/Indiana/Indianapolis
LAC|Los Angeles|Clippers|Western|Pacific|Intuit Dome|Inglewood|33.9448|-118.3417|America/Los_Angeles
LAL|Los Angeles|Lakers|Western|Pacific|Crypto.com Arena|Los Angeles|34.043|-118.2673|America/Los_Angeles
MEM|Memphis|Grizzlies|Western|Southwest|FedExForum|Memphis|35.1382|-90.0506|America/Chicago
MIA|Miami|Heat|Eastern|Southeast|Kaseya Center|Miami|25.7814|-80.187|America/New_York
MIL|Milwaukee|Bucks|Eastern|Central|Fiserv Forum|Milwaukee|43.0451|-87.9173|America/Chicago
MIN|Minnesota|Timberwolves|Western|Northwest|Target Center|Minneapolis|44.9795|-93.276|America/Chicago
NOP|New Orleans|Pelicans|Western|Southwest|Smoothie King Center|New Orleans|29.949|-90.0821|America/Chicago
NYK|New York|Knicks|Eastern|Atlantic|Madison Square Garden|New York|40.7505|-73.9934|America/New_York
OKC|Oklahoma City|Thunder|Western|Northwest|Paycom Center|Oklahoma City|35.4634|-97.5151|America/Chicago
ORL|Orlando|Magic|Eastern|Southeast|Kia Center|Orlando|28.5392|-81.3839|America/New_York
PHI|Philadelphia|76ers|Eastern|Atlantic|Wells Fargo Center|Philadelphia|39.9012|-75.172|America/New_York
PHX|Phoenix|Suns|Western|Pacific|Footprint Center|Phoenix|33.4457|-112.0712|America/Phoenix
POR|Portland|Trail Blazers|Western|Northwest|Moda Center|Portland|45.5316|-122.6668|America/Los_Angeles
SAC|Sacramento|Kings|Western|Pacific|Golden 1 Center|Sacramento|38.5802|-121.4997|America/Los_Angeles
SAS|San Antonio|Spurs|Western|Southwest|Frost Bank Center|San Antonio|29.427|-98.4375|America/Chicago
TOR|Toronto|Raptors|Eastern|Atlantic|Scotiabank Arena|Toronto|43.6435|-79.3791|America/Toronto
UTA|Utah|Jazz|Western|Northwest|Delta Center|Salt Lake City|40.7683|-111.9011|America/Denver
WAS|Washington|Wizards|Eastern|Southeast|Capital One Arena|Washington|38.8981|-77.0209|America/New_York
"""


@dataclass(frozen=True)
class Team:
    """One team and its home arena."""

    team_id: int
    tricode: str
    city: str
    nickname: str
    conference: str
    division: str
    arena: str
    arena_city: str
    latitude: float
    longitude: float
    timezone: str

    @property
    def full_name(self) -> str:
        """City and nickname."""
        return f"{self.city} {self.nickname}"


def _parse(line: str) -> Team:
    code, city, nickname, conference, division, arena, arena_city, latitude, longitude, timezone = line.split("|")
    names = (code, city, nickname, conference, division, arena, arena_city)
    return Team(TEAM_IDS[code], *names, float(latitude), float(longitude), timezone)


TEAMS = tuple(_parse(line) for line in _TEAMS.strip().splitlines())


def distance_tenth_miles(one: Team, other: Team) -> int:
    """Great-circle distance between two home arenas, in tenths of a mile."""
    lat1, lon1, lat2, lon2 = (
        math.radians(angle) for angle in (one.latitude, one.longitude, other.latitude, other.longitude)
    )
    half_chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return round(20 * EARTH_RADIUS_MILES * math.asin(math.sqrt(half_chord)))
