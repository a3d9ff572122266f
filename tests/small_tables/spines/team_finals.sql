-- team x final game that counts
SELECT game_id, home_team_id AS team_id, game_date, season
FROM raw.games_current
WHERE counts AND is_final
UNION ALL
SELECT game_id, away_team_id AS team_id, game_date, season
FROM raw.games_current
WHERE counts AND is_final
