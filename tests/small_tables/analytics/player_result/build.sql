-- player x final game
SELECT s.game_id, s.player_id, s.team_id, s.game_date, s.season, b.points, r.points AS team_points
FROM spine AS s
JOIN raw.player_box_current AS b ON b.game_id = s.game_id AND b.player_id = s.player_id
JOIN analytics.team_result AS r ON r.game_id = s.game_id AND r.team_id = s.team_id
