WITH
-- team x season: its games in the schedule
calendars AS (
  SELECT season, team_id, COUNT(*) AS games
  FROM (
    SELECT season, home_team_id AS team_id FROM raw.games_scheduled WHERE counts AND takes_place
    UNION ALL
    SELECT season, away_team_id AS team_id FROM raw.games_scheduled WHERE counts AND takes_place
  )
  GROUP BY season, team_id
),
-- team x scheduled game: what it has scored before
forms AS (
  SELECT s.game_id, s.team_id, COUNT(r.game_id) AS games, SUM(r.points) AS points
  FROM spine AS s
  LEFT JOIN analytics.team_result AS r ON r.team_id = s.team_id AND r.game_date < s.game_date
  GROUP BY s.game_id, s.team_id
),
-- team x scheduled game: its players together
rosters AS (
  SELECT game_id, team_id, COUNT(*) AS players, SUM(points) AS points
  FROM precompute.player_outlook
  GROUP BY game_id, team_id
)
-- team x scheduled game
SELECT
  s.game_id, s.team_id, s.game_date, c.games AS games_scheduled, f.games AS games_used, f.points,
  COALESCE(r.players, 0) AS players, r.points AS roster_points
FROM spine AS s
JOIN calendars AS c ON c.season = s.season AND c.team_id = s.team_id
JOIN forms AS f ON f.game_id = s.game_id AND f.team_id = s.team_id
LEFT JOIN rosters AS r ON r.game_id = s.game_id AND r.team_id = s.team_id
