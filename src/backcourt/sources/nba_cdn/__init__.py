"""The NBA's content network: the schedule of the current season, box scores and play-by-play of single games."""
