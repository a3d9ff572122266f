WITH
-- team x scheduled game that counts, with the moment that a row may know
scheduled AS (
  SELECT game_id, game_date, season, season_type, cutoff_at, home_team_id AS team_id
  FROM raw.games_scheduled
  WHERE counts AND takes_place
  UNION ALL
  SELECT game_id, game_date, season, season_type, cutoff_at, away_team_id AS team_id
  FROM raw.games_scheduled
  WHERE counts AND takes_place
),
-- team x scheduled game: the newest roster before the cut-off
newest AS (
  SELECT s.game_id, s.game_date, s.season, s.season_type, s.team_id, MAX(r.snapshot_at) AS snapshot_at
  FROM scheduled AS s
  JOIN raw.rosters_current AS r ON r.team_id = s.team_id AND r.snapshot_at < s.cutoff_at
  GROUP BY s.game_id, s.game_date, s.season, s.season_type, s.team_id
)
-- player x scheduled game: who was on that roster
SELECT n.game_id, r.player_id, n.team_id, n.game_date, n.season, n.season_type
FROM newest AS n
JOIN raw.rosters_current AS r ON r.team_id = n.team_id AND r.snapshot_at = n.snapshot_at
