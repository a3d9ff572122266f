WITH
-- date with a game that counts
dates AS (
  SELECT DISTINCT game_date, season
  FROM raw.games_scheduled
  WHERE counts AND takes_place
),
-- team of the season: one that its schedule names
teams AS (
  SELECT DISTINCT season, team_id
  FROM shared.team_schedule
)
-- team x date with a game that counts, whether or not the team plays on it
SELECT d.game_date, t.team_id, d.season
FROM dates AS d
JOIN teams AS t ON t.season = d.season
