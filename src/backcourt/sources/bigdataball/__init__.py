"""BigDataBall: purchased CSV files of play-by-play, one a game, with the ten names on court."""
