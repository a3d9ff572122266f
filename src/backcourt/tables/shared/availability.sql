WITH
-- report of a player for a game: from before its cut-off, the newest first; of several at one moment the worst
reports AS (
  SELECT
    g.game_id, i.player_id, i.status, i.reason, i.snapshot_at,
    ROW_NUMBER() OVER (
      PARTITION BY g.game_id, i.player_id
      ORDER BY
        i.snapshot_at DESC NULLS FIRST,
        CASE i.status WHEN 'out' THEN 1 WHEN 'doubtful' THEN 2 WHEN 'questionable' THEN 3 WHEN 'probable' THEN 4 ELSE 5 END NULLS FIRST,
        i.reason NULLS FIRST, i.feed NULLS FIRST
    ) AS place
  FROM raw.injuries_current AS i
  JOIN raw.games_scheduled AS g ON g.game_date = i.game_date
  WHERE i.snapshot_quality = 'timed' AND i.snapshot_at < g.cutoff_at AND i.status <> 'unknown'
),
-- step of a player onto the injured list or off it; having appeared he is off it, but a placement of the same date came after,
-- and of several the one that says for how long weighs most
steps AS (
  SELECT
    player_id, game_date, 'placed' AS step, notes,
    CASE WHEN CONTAINS(LOWER(notes), 'out for') OR CONTAINS(LOWER(notes), 'out indefinitely') THEN 4 ELSE 3 END AS weight
  FROM raw.transactions_current
  WHERE kind = 'injured_list_placed'
  UNION ALL
  SELECT player_id, game_date, 'activated' AS step, notes, 1 AS weight
  FROM raw.transactions_current
  WHERE kind = 'injured_list_activated'
  UNION ALL
  SELECT player_id, game_date, 'appeared' AS step, CAST(NULL AS VARCHAR) AS notes, 2 AS weight
  FROM raw.player_box_current
  WHERE appeared
),
-- player x date with a step: the weightiest
weighed AS (
  SELECT
    player_id, game_date, step, notes, weight,
    ROW_NUMBER() OVER (PARTITION BY player_id, game_date ORDER BY weight DESC NULLS FIRST, notes NULLS FIRST) AS place
  FROM steps
),
-- player x date with a step, until the date of his next
stretches AS (
  SELECT
    player_id, game_date, step, notes, weight,
    LEAD(game_date) OVER (PARTITION BY player_id ORDER BY game_date NULLS FIRST) AS next_date
  FROM weighed
  WHERE place = 1
),
-- player x stretch on the injured list
placements AS (
  SELECT
    player_id, game_date, notes, next_date,
    CASE WHEN weight = 4 THEN 'out' ELSE 'doubtful' END AS status
  FROM stretches
  WHERE step = 'placed'
)
-- member of a team x scheduled game: what was said of him before its cut-off, a timed report before the injured list;
-- a placement of more than 180 days ago is of another season
SELECT
  m.game_id, m.player_id, m.team_id, m.game_date, m.season, m.seen_on, m.team_games_since,
  COALESCE(r.status, p.status) AS status,
  CASE WHEN r.status IS NOT NULL THEN 'report' WHEN p.status IS NOT NULL THEN 'injured_list' END AS status_source,
  CASE WHEN r.status IS NOT NULL THEN r.reason ELSE p.notes END AS status_reason
FROM shared.team_members AS m
LEFT JOIN reports AS r ON r.game_id = m.game_id AND r.player_id = m.player_id AND r.place = 1
LEFT JOIN placements AS p
  ON p.player_id = m.player_id AND p.game_date < m.game_date AND (p.next_date IS NULL OR p.next_date >= m.game_date)
    AND DATE_DIFF('day', p.game_date, m.game_date) <= 180
