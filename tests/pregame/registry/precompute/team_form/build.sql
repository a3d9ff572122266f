WITH
-- team x scheduled game: its players together
rosters AS (
  SELECT game_id, team_id, COUNT(points_10) AS players_used, SUM(points_10) AS points_10
  FROM precompute.player_form
  GROUP BY game_id, team_id
),
-- team x game of the player table
games AS (
  SELECT DISTINCT season, game_id, game_date, team_id
  FROM precompute.player_form
),
-- team x spine row: games before that day
earlier AS (
  SELECT s.game_id, s.team_id, COUNT(g.game_id) AS games_earlier
  FROM spine AS s
  LEFT JOIN games AS g ON g.team_id = s.team_id AND g.season = s.season AND g.game_date < s.game_date
  GROUP BY s.game_id, s.team_id
)
-- team x spine row
SELECT s.game_id, s.team_id, s.game_date, r.players_used, r.points_10, e.games_earlier
FROM spine AS s
JOIN rosters AS r ON r.game_id = s.game_id AND r.team_id = s.team_id
JOIN earlier AS e ON e.game_id = s.game_id AND e.team_id = s.team_id
