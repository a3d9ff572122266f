WITH
-- game: final games that count; a game that does not count is nobody's game
finals AS (
  SELECT game_id, game_date, season, season_type, home_team_id, away_team_id, home_points, away_points
  FROM raw.games_current
  WHERE counts AND is_final
)
-- team x final game: the home team's row, then the away team's
SELECT
  game_id, home_team_id AS team_id, away_team_id AS opponent_team_id, game_date, season, season_type,
  TRUE AS is_home, home_points AS points, away_points AS opponent_points
FROM finals
UNION ALL
SELECT
  game_id, away_team_id AS team_id, home_team_id AS opponent_team_id, game_date, season, season_type,
  FALSE AS is_home, away_points AS points, home_points AS opponent_points
FROM finals
