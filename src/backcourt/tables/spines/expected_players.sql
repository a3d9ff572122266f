WITH
-- player x game with a line before the cut-off
lined AS (
  SELECT DISTINCT game_id, player_id
  FROM raw.player_lines_current
),
-- player x game with a report before the cut-off that lets him play
reported AS (
  SELECT DISTINCT g.game_id, i.player_id
  FROM raw.injuries_current AS i
  JOIN raw.games_scheduled AS g ON g.game_date = i.game_date
  WHERE i.snapshot_quality = 'timed' AND i.snapshot_at < g.cutoff_at AND i.status IN ('available', 'probable', 'questionable')
)
-- player x scheduled game in which he is expected: seen within the team's last 12 games, or listed with a line or in a report
SELECT
  m.game_id, m.player_id, m.team_id, m.opponent_team_id, m.game_date, m.season, m.season_type, m.is_home, m.cutoff_at,
  m.cutoff_kind, m.seen_on, m.team_games_since,
  CASE WHEN m.team_games_since < 12 THEN m.sign WHEN l.player_id IS NOT NULL THEN 'line' ELSE 'report' END AS expected_because
FROM shared.team_members AS m
LEFT JOIN lined AS l ON l.game_id = m.game_id AND l.player_id = m.player_id
LEFT JOIN reported AS r ON r.game_id = m.game_id AND r.player_id = m.player_id
WHERE m.team_games_since < 12 OR l.player_id IS NOT NULL OR r.player_id IS NOT NULL
