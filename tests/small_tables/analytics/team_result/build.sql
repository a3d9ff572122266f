-- team x final game
SELECT
  s.game_id,
  s.team_id,
  s.game_date,
  s.season,
  t.tricode,
  b.points,
  (2 * b.fg_made + b.three_made) / NULLIF(2 * b.fg_attempted, 0) AS shooting
FROM spine AS s
JOIN raw.team_box_current AS b ON b.game_id = s.game_id AND b.team_id = s.team_id
LEFT JOIN raw.teams_current AS t ON t.team_id = s.team_id
