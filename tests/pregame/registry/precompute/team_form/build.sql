WITH
-- team x scheduled game: its players together
rosters AS (
  SELECT game_id, team_id, COUNT(points_10) AS players_used, SUM(points_10) AS points_10
  FROM precompute.player_form
  GROUP BY game_id, team_id
)
-- team x spine row
SELECT s.game_id, s.team_id, s.game_date, r.players_used, r.points_10
FROM spine AS s
JOIN rosters AS r ON r.game_id = s.game_id AND r.team_id = s.team_id
