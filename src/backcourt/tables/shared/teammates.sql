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
-- member of a team x scheduled game that he may miss: his standing in the team by the season before its date; that of the
-- others is in nobody's sums
standing AS (
  SELECT
    d.game_id, d.player_id,
    COALESCE(t.season_games, 0) AS season_games,
    -- floored to a hundredth of a play, a hundredth of a point and a second per game, so that sums over teammates are exact
    COALESCE(t.season_plays_hundredths // t.season_games, 0) AS plays_hundredths,
    COALESCE(100 * t.season_points // t.season_games, 0) AS points_hundredths,
    COALESCE(t.season_seconds // t.season_games, 0) AS seconds
  FROM shared.doubts AS d
  LEFT JOIN to_date AS t
    ON t.player_id = d.player_id AND t.season = d.season AND t.game_date < d.game_date
      AND (t.next_date IS NULL OR t.next_date >= d.game_date)
)
-- member of a team x scheduled game: whether he is likely to miss the game, and if he may, what he is to the team
SELECT
  a.game_id, a.player_id, a.team_id, a.status, a.status_source, a.status_reason, s.plays_hundredths, s.points_hundredths, s.seconds,
  COALESCE(s.season_games >= 10 AND (s.points_hundredths >= 1800 OR (s.seconds >= 1680 AND s.points_hundredths >= 1200)), FALSE)
    AS is_star,
  COALESCE(s.season_games >= 5 AND s.seconds >= 900, FALSE) AS is_rotation,
  CASE WHEN s.points_hundredths >= 2500 THEN 3 WHEN s.points_hundredths >= 1800 THEN 2 ELSE 1 END AS star_tier,
  COALESCE(a.status IN ('out', 'doubtful'), FALSE) AS is_out,
  COALESCE(a.status = 'questionable', FALSE) AS is_questionable
FROM shared.availability AS a
LEFT JOIN standing AS s ON s.game_id = a.game_id AND s.player_id = a.player_id
