WITH
-- player x game: everyone in the box score, and those listed as not playing whom the box score leaves out
listed AS (
  SELECT game_id, game_date, player_id, team_id, FALSE AS is_listed_only
  FROM raw.player_box_current
  UNION ALL
  SELECT d.game_id, d.game_date, d.player_id, d.team_id, TRUE AS is_listed_only
  FROM raw.did_not_play_current AS d
  LEFT JOIN raw.player_box_current AS b ON b.game_id = d.game_id AND b.player_id = d.player_id
  WHERE b.player_id IS NULL
)
-- player x final game that counts: date, opponent and score come from the schedule, the team from the box score of that game
SELECT
  l.game_id,
  l.player_id,
  l.team_id,
  CASE l.team_id WHEN g.home_team_id THEN g.away_team_id WHEN g.away_team_id THEN g.home_team_id END AS opponent_team_id,
  g.game_date,
  g.season,
  g.season_type,
  l.team_id = g.home_team_id AS is_home,
  CASE l.team_id WHEN g.home_team_id THEN g.home_points WHEN g.away_team_id THEN g.away_points END AS team_points,
  CASE l.team_id WHEN g.home_team_id THEN g.away_points WHEN g.away_team_id THEN g.home_points END AS opponent_points,
  l.is_listed_only
FROM listed AS l
JOIN raw.games_current AS g ON g.game_id = l.game_id AND g.game_date = l.game_date
WHERE g.counts AND g.is_final
