-- date with a game that counts
SELECT DISTINCT game_date, season
FROM raw.games_scheduled
WHERE counts AND takes_place
