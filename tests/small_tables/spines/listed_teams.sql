-- team x scheduled game that counts
SELECT game_id, home_team_id AS team_id, game_date, season
FROM raw.games_scheduled
WHERE counts AND takes_place
UNION ALL
SELECT game_id, away_team_id AS team_id, game_date, season
FROM raw.games_scheduled
WHERE counts AND takes_place
