"""The NBA's statistics site: logs of whole seasons, box scores, events and shots of every season, the registry."""
