-- player x scheduled game
SELECT
  s.game_id,
  s.player_id,
  s.game_date,
  s.season,
  s.team_id,
  s.cutoff_at,
  s.is_home AS home_game,
  COUNT(p.points) AS games_used,
  SUM(p.points) / NULLIF(COUNT(p.points), 0) AS points_average,
  MAX(p.points) AS most_points,
  MAX(l.points_line) AS points_line,
  COUNT(l.points_line) > 0 AS has_points_line
FROM spine AS s
LEFT JOIN analytics.player_game_summary AS p ON p.player_id = s.player_id AND p.game_date < s.game_date AND NOT p.is_dnp
LEFT JOIN shared.points_lines AS l ON l.game_id = s.game_id AND l.player_id = s.player_id
GROUP BY s.game_id, s.player_id, s.game_date, s.season, s.team_id, s.cutoff_at, s.is_home
