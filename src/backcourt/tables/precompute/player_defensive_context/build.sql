WITH
-- player x played game: how often he has played in the season up to it, with how many points, until the date of his next game
to_date AS (
  SELECT
    player_id, season, game_date,
    COUNT(*) OVER upto AS games,
    SUM(points) OVER upto AS points,
    LEAD(game_date) OVER (PARTITION BY player_id, season ORDER BY game_date NULLS FIRST) AS next_date
  FROM analytics.player_game_summary
  WHERE NOT is_dnp
  WINDOW upto AS (PARTITION BY player_id, season ORDER BY game_date NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
-- player x season: all that he played
whole_season AS (
  SELECT player_id, CAST(SUBSTRING(season, 1, 4) AS INTEGER) AS start_year, COUNT(*) AS games, SUM(points) AS points
  FROM analytics.player_game_summary
  WHERE NOT is_dnp
  GROUP BY player_id, CAST(SUBSTRING(season, 1, 4) AS INTEGER)
),
-- player x scheduled game: his games of this season and the one before, against whomever
totals AS (
  SELECT
    s.game_id, s.player_id,
    COALESCE(t.games, 0) + COALESCE(w.games, 0) AS games,
    COALESCE(t.points, 0) + COALESCE(w.points, 0) AS points
  FROM spine AS s
  LEFT JOIN to_date AS t
    ON t.player_id = s.player_id AND t.season = s.season AND t.game_date < s.game_date
      AND (t.next_date IS NULL OR t.next_date >= s.game_date)
  LEFT JOIN whole_season AS w
    ON w.player_id = s.player_id AND w.start_year = CAST(SUBSTRING(s.season, 1, 4) AS INTEGER) - 1
),
-- player x scheduled game: of those games the few against this opponent
meetings AS (
  SELECT
    s.game_id, s.player_id,
    COUNT(p.game_id) AS games,
    COALESCE(SUM(p.points), 0) AS points,
    COUNT(p.seconds_played) AS timed_games,
    SUM(p.seconds_played) AS seconds
  FROM spine AS s
  LEFT JOIN analytics.player_game_summary AS p
    ON p.player_id = s.player_id AND p.opponent_team_id = s.opponent_team_id AND NOT p.is_dnp AND p.game_date < s.game_date
      AND CAST(SUBSTRING(p.season, 1, 4) AS INTEGER)
        BETWEEN CAST(SUBSTRING(s.season, 1, 4) AS INTEGER) - 1 AND CAST(SUBSTRING(s.season, 1, 4) AS INTEGER)
  GROUP BY s.game_id, s.player_id
)
-- player x scheduled game
SELECT
  s.game_id,
  s.player_id,
  s.game_date,
  s.season,
  s.season_type,
  s.team_id,
  s.opponent_team_id,
  d.games_in_sample AS opponent_games_in_sample,
  d.zone_games_used AS opponent_zone_games_used,
  d.paint_pct_allowed_last_15 AS opponent_paint_pct_allowed,
  d.mid_range_pct_allowed_last_15 AS opponent_mid_range_pct_allowed,
  d.three_pt_pct_allowed_last_15 AS opponent_three_pt_pct_allowed,
  d.paint_defense_vs_league_avg AS opponent_paint_defense_vs_league_avg,
  d.mid_range_defense_vs_league_avg AS opponent_mid_range_defense_vs_league_avg,
  d.three_pt_defense_vs_league_avg AS opponent_three_pt_defense_vs_league_avg,
  d.strongest_zone AS opponent_strongest_zone,
  d.weakest_zone AS opponent_weakest_zone,
  d.defensive_rating_last_15 AS opponent_defensive_rating,
  d.defensive_rating_last_15 - l.offensive_rating AS opponent_defensive_rating_vs_league,
  d.opponent_pace_last_15 AS opponent_pace,
  d.opponent_pace_last_15 - l.pace AS opponent_pace_vs_league,
  d.opponent_points_per_game AS opponent_points_allowed_per_game,
  z.games_in_sample_10,
  z.zone_games_10,
  z.paint_rate_last_10,
  z.mid_range_rate_last_10,
  z.three_pt_rate_last_10,
  z.primary_scoring_zone,
  z.paint_rate_last_10 * d.paint_defense_vs_league_avg
    + z.mid_range_rate_last_10 * d.mid_range_defense_vs_league_avg
    + z.three_pt_rate_last_10 * d.three_pt_defense_vs_league_avg AS zone_advantage,
  2 * z.paint_attempts_per_game_last_10 * d.paint_defense_vs_league_avg
    + 2 * z.mid_range_attempts_per_game_last_10 * d.mid_range_defense_vs_league_avg
    + 3 * z.three_pt_attempts_per_game_last_10 * d.three_pt_defense_vs_league_avg AS zone_advantage_points_per_game,
  CASE z.primary_scoring_zone
    WHEN 'paint' THEN d.paint_defense_vs_league_avg
    WHEN 'mid_range' THEN d.mid_range_defense_vs_league_avg
    WHEN 'perimeter' THEN d.three_pt_defense_vs_league_avg
  END AS primary_zone_advantage,
  u.games_vs_opponent,
  u.points_avg_vs_opponent,
  m.timed_games AS timed_games_vs_opponent,
  m.seconds / NULLIF(60 * m.timed_games, 0) AS minutes_avg_vs_opponent,
  t.games - m.games AS games_vs_others,
  -- both means over one denominator, so that there is one division
  (m.points * (t.games - m.games) - (t.points - m.points) * m.games)
    / NULLIF(m.games * (t.games - m.games), 0) AS points_vs_opponent_minus_average
FROM spine AS s
JOIN totals AS t ON t.game_id = s.game_id AND t.player_id = s.player_id
JOIN meetings AS m ON m.game_id = s.game_id AND m.player_id = s.player_id
LEFT JOIN precompute.team_defense_zone_analysis AS d ON d.game_date = s.game_date AND d.team_id = s.opponent_team_id
LEFT JOIN precompute.league_averages AS l ON l.game_date = s.game_date
LEFT JOIN precompute.player_shot_zone_analysis AS z ON z.game_date = s.game_date AND z.player_id = s.player_id
LEFT JOIN analytics.upcoming_player_game_context AS u
  ON u.game_date = s.game_date AND u.game_id = s.game_id AND u.player_id = s.player_id
