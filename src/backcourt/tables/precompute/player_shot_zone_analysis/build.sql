WITH
-- player x game he appeared in, with the season's start year and the date of his next game of the season
played AS (
  SELECT
    player_id, season, CAST(SUBSTRING(season, 1, 4) AS INTEGER) AS season_start, game_id, game_date,
    points, ft_makes, ft_attempts, fg_attempts, and1_count, CASE WHEN has_shot_zones THEN 1 END AS zone_game,
    paint_attempts, paint_makes, mid_range_attempts, mid_range_makes, three_attempts_pbp, three_makes_pbp,
    assisted_fg_makes, unassisted_fg_makes,
    LEAD(game_date) OVER (PARTITION BY player_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST) AS next_game_date
  FROM analytics.player_game_summary
  WHERE NOT is_dnp
),
-- the same: counts and sums over the last 10 and the last 20 games up to it; zone columns are NULL where a game has no zones
states AS (
  SELECT
    player_id, season, game_id, game_date, next_game_date,
    COUNT(game_id) OVER last_10 AS games_10,
    COUNT(zone_game) OVER last_10 AS zone_games_10,
    COUNT(and1_count) OVER last_10 AS play_by_play_games_10,
    SUM(paint_attempts) OVER last_10 AS paint_10,
    SUM(paint_makes) OVER last_10 AS paint_makes_10,
    SUM(mid_range_attempts) OVER last_10 AS mid_range_10,
    SUM(mid_range_makes) OVER last_10 AS mid_range_makes_10,
    SUM(three_attempts_pbp) OVER last_10 AS three_10,
    SUM(three_makes_pbp) OVER last_10 AS three_makes_10,
    SUM(assisted_fg_makes) OVER last_10 AS assisted_10,
    SUM(unassisted_fg_makes) OVER last_10 AS unassisted_10,
    SUM(points) OVER last_10 AS points_10,
    SUM(ft_makes) OVER last_10 AS ft_makes_10,
    SUM(ft_attempts) OVER last_10 AS ft_attempts_10,
    SUM(fg_attempts) OVER last_10 AS fg_attempts_10,
    SUM(and1_count) OVER last_10 AS and_ones_10,
    COUNT(game_id) OVER last_20 AS games_20,
    COUNT(zone_game) OVER last_20 AS zone_games_20,
    SUM(paint_attempts) OVER last_20 AS paint_20,
    SUM(paint_makes) OVER last_20 AS paint_makes_20,
    SUM(mid_range_attempts) OVER last_20 AS mid_range_20,
    SUM(mid_range_makes) OVER last_20 AS mid_range_makes_20,
    SUM(three_attempts_pbp) OVER last_20 AS three_20,
    SUM(three_makes_pbp) OVER last_20 AS three_makes_20
  FROM played
  WINDOW
    last_10 AS (
      PARTITION BY player_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST
      ROWS BETWEEN 9 PRECEDING AND CURRENT ROW),
    last_20 AS (
      PARTITION BY player_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST
      ROWS BETWEEN 19 PRECEDING AND CURRENT ROW)
),
-- played game whose last 10 may speak of zones: at least 5 with shots, and at least 7 of 10
zones_10 AS (
  SELECT
    player_id, game_id, zone_games_10 AS games, paint_10 AS paint, paint_makes_10 AS paint_makes,
    mid_range_10 AS mid_range, mid_range_makes_10 AS mid_range_makes, three_10 AS three, three_makes_10 AS three_makes,
    paint_10 + mid_range_10 + three_10 AS shots, assisted_10 AS assisted, unassisted_10 AS unassisted
  FROM states
  WHERE zone_games_10 >= 5 AND 10 * zone_games_10 >= 7 * games_10
),
-- played game whose last 20 may: at least 15 of them, and at least 7 of 10 with shots
zones_20 AS (
  SELECT
    player_id, game_id, paint_20 AS paint, paint_makes_20 AS paint_makes, mid_range_20 AS mid_range,
    mid_range_makes_20 AS mid_range_makes, three_20 AS three, three_makes_20 AS three_makes,
    paint_20 + mid_range_20 + three_20 AS shots
  FROM states
  WHERE games_20 >= 15 AND 10 * zone_games_20 >= 7 * games_20
),
-- player x season, under the start year of the season after it
prior AS (
  SELECT
    player_id, season_start + 1 AS season_start, MAX(game_date) AS last_game_date,
    COUNT(game_id) AS games,
    COUNT(zone_game) AS zone_games,
    SUM(paint_attempts) AS paint,
    SUM(mid_range_attempts) AS mid_range,
    SUM(three_attempts_pbp) AS three
  FROM played
  GROUP BY player_id, season_start
),
-- the same, of seasons that may speak of zones
prior_zones AS (
  SELECT player_id, season_start, paint, mid_range, three, paint + mid_range + three AS shots
  FROM prior
  WHERE zone_games >= 5 AND 10 * zone_games >= 7 * games
)
-- expected player x date: the state after his newest game before it; no state is no game, and no zones are none to be trusted
SELECT
  s.game_id,
  s.player_id,
  s.game_date,
  s.season,
  s.season_type,
  s.team_id,
  s.opponent_team_id,
  COALESCE(h.games_10, 0) AS games_in_sample_10,
  COALESCE(h.games_20, 0) AS games_in_sample_20,
  COALESCE(h.zone_games_10, 0) AS zone_games_10,
  COALESCE(h.zone_games_20, 0) AS zone_games_20,
  CASE
    WHEN h.games_10 >= 10 THEN 'excellent'
    WHEN h.games_10 >= 7 THEN 'good'
    WHEN h.games_10 >= 5 THEN 'limited'
    ELSE 'insufficient'
  END AS sample_quality_10,
  CASE
    WHEN h.games_20 >= 20 THEN 'excellent'
    WHEN h.games_20 >= 14 THEN 'good'
    WHEN h.games_20 >= 10 THEN 'limited'
    ELSE 'insufficient'
  END AS sample_quality_20,
  h.paint_10 + h.mid_range_10 + h.three_10 AS total_shots_last_10,
  z.paint / NULLIF(z.shots, 0) AS paint_rate_last_10,
  z.mid_range / NULLIF(z.shots, 0) AS mid_range_rate_last_10,
  z.three / NULLIF(z.shots, 0) AS three_pt_rate_last_10,
  z.paint_makes / NULLIF(z.paint, 0) AS paint_pct_last_10,
  z.mid_range_makes / NULLIF(z.mid_range, 0) AS mid_range_pct_last_10,
  z.three_makes / NULLIF(z.three, 0) AS three_pt_pct_last_10,
  z.paint / NULLIF(z.games, 0) AS paint_attempts_per_game_last_10,
  z.mid_range / NULLIF(z.games, 0) AS mid_range_attempts_per_game_last_10,
  z.three / NULLIF(z.games, 0) AS three_pt_attempts_per_game_last_10,
  CASE
    WHEN COALESCE(z.shots, 0) = 0 THEN NULL
    WHEN 100 * z.paint >= 40 * z.shots THEN 'paint'
    WHEN 100 * z.three >= 40 * z.shots THEN 'perimeter'
    WHEN 100 * z.mid_range >= 35 * z.shots THEN 'mid_range'
    ELSE 'balanced'
  END AS primary_scoring_zone,
  z.assisted / NULLIF(z.assisted + z.unassisted, 0) AS assisted_rate_last_10,
  z.unassisted / NULLIF(z.assisted + z.unassisted, 0) AS unassisted_rate_last_10,
  y.paint / NULLIF(y.shots, 0) AS paint_rate_last_20,
  y.mid_range / NULLIF(y.shots, 0) AS mid_range_rate_last_20,
  y.three / NULLIF(y.shots, 0) AS three_pt_rate_last_20,
  y.paint_makes / NULLIF(y.paint, 0) AS paint_pct_last_20,
  y.mid_range_makes / NULLIF(y.mid_range, 0) AS mid_range_pct_last_20,
  y.three_makes / NULLIF(y.three, 0) AS three_pt_pct_last_20,
  h.ft_makes_10 / NULLIF(h.points_10, 0) AS free_throw_points_share_last_10,
  h.ft_attempts_10 / NULLIF(h.fg_attempts_10, 0) AS ft_attempts_per_fg_attempt_last_10,
  COALESCE(h.play_by_play_games_10, 0) AS play_by_play_games_10,
  h.and_ones_10 / NULLIF(h.play_by_play_games_10, 0) AS and1_per_game_last_10,
  COALESCE(b.games, 0) AS prior_season_games,
  COALESCE(b.zone_games, 0) AS prior_season_zone_games,
  p.paint / NULLIF(p.shots, 0) AS prior_season_paint_rate,
  p.mid_range / NULLIF(p.shots, 0) AS prior_season_mid_range_rate,
  p.three / NULLIF(p.shots, 0) AS prior_season_three_pt_rate
FROM spine AS s
LEFT JOIN states AS h
  ON h.player_id = s.player_id AND h.season = s.season AND h.game_date < s.game_date
    AND (h.next_game_date IS NULL OR h.next_game_date >= s.game_date)
LEFT JOIN zones_10 AS z ON z.player_id = h.player_id AND z.game_id = h.game_id
LEFT JOIN zones_20 AS y ON y.player_id = h.player_id AND y.game_id = h.game_id
LEFT JOIN prior AS b
  ON b.player_id = s.player_id AND b.season_start = CAST(SUBSTRING(s.season, 1, 4) AS INTEGER) AND b.last_game_date < s.game_date
LEFT JOIN prior_zones AS p ON p.player_id = b.player_id AND p.season_start = b.season_start
