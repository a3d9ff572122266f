WITH
-- player x game with offers before the cut-off
offers AS (
  SELECT game_id, player_id, COUNT(*) AS lines
  FROM raw.player_lines_current
  GROUP BY game_id, player_id
),
-- player x played game that counts
played AS (
  SELECT b.player_id, b.game_id, b.game_date, b.points
  FROM raw.player_box_current AS b
  JOIN raw.games_current AS g ON g.game_id = b.game_id
  WHERE b.appeared AND g.counts
)
-- player x listed game
SELECT
  s.game_id, s.player_id, s.game_date, s.season, s.team_id,
  COUNT(p.game_id) AS games_used, SUM(p.points) AS points, COALESCE(o.lines, 0) AS lines
FROM spine AS s
LEFT JOIN played AS p ON p.player_id = s.player_id AND p.game_date < s.game_date
LEFT JOIN offers AS o ON o.game_id = s.game_id AND o.player_id = s.player_id
GROUP BY s.game_id, s.player_id, s.game_date, s.season, s.team_id, o.lines
