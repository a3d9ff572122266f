WITH
-- player x played game: what he did in the season up to it, and the date of his next game in it
to_date AS (
  SELECT
    player_id, season, game_date,
    COUNT(*) OVER upto AS season_games,
    SUM(points) OVER upto AS season_points,
    SUM(COALESCE(seconds_played, 0)) OVER upto AS season_seconds,
    SUM(100 * fg_attempts + 44 * ft_attempts + 100 * turnovers) OVER upto AS season_plays_hundredths,
    LEAD(game_date) OVER (PARTITION BY player_id, season ORDER BY game_date NULLS FIRST) AS next_date
  FROM analytics.player_game_summary
  WHERE NOT is_dnp
  WINDOW upto AS (PARTITION BY player_id, season ORDER BY game_date NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
-- member of a team x scheduled game: his standing in the team by the season before its date
standing AS (
  SELECT
    a.game_id, a.player_id, a.team_id, a.status, a.status_source, a.status_reason, a.team_games_since,
    COALESCE(t.season_games, 0) AS season_games,
    -- floored to a hundredth of a play, a hundredth of a point and a second per game, so that sums over teammates are exact
    COALESCE(t.season_plays_hundredths // t.season_games, 0) AS plays_hundredths,
    COALESCE(100 * t.season_points // t.season_games, 0) AS points_hundredths,
    COALESCE(t.season_seconds // t.season_games, 0) AS seconds
  FROM shared.availability AS a
  LEFT JOIN to_date AS t
    ON t.player_id = a.player_id AND t.season = a.season AND t.game_date < a.game_date
      AND (t.next_date IS NULL OR t.next_date >= a.game_date)
)
-- member of a team x scheduled game: what he is to the team, and whether he is likely to miss the game
SELECT
  game_id, player_id, team_id, status, status_source, status_reason, team_games_since, season_games, plays_hundredths,
  points_hundredths, seconds,
  season_games >= 10 AND (points_hundredths >= 1800 OR (seconds >= 1680 AND points_hundredths >= 1200)) AS is_star,
  season_games >= 5 AND seconds >= 900 AS is_rotation,
  CASE WHEN points_hundredths >= 2500 THEN 3 WHEN points_hundredths >= 1800 THEN 2 ELSE 1 END AS star_tier,
  COALESCE(status IN ('out', 'doubtful'), FALSE) AS is_out,
  COALESCE(status = 'questionable', FALSE) AS is_questionable
FROM standing
