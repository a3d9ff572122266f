"""ESPN: the scoreboard of a date and the roster of a team, from its site's undocumented API."""
