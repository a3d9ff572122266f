-- player x final game that counts
SELECT b.game_id, b.player_id, b.team_id, g.game_date, g.season
FROM raw.player_box_current AS b
JOIN raw.games_current AS g ON g.game_id = b.game_id AND g.game_date = b.game_date
WHERE g.counts AND g.is_final
