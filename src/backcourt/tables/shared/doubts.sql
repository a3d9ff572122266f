-- member of a team x scheduled game that he may miss, by what was said of him before its cut-off
SELECT game_id, player_id, season, game_date
FROM shared.availability
WHERE status IN ('out', 'doubtful', 'questionable')
