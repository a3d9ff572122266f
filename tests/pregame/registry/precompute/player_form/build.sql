WITH
-- player x played game that counts, numbered within the player's season
played AS (
  SELECT
    b.player_id, b.season, b.game_id, b.game_date, b.points,
    ROW_NUMBER() OVER (PARTITION BY b.player_id, b.season ORDER BY b.game_date NULLS FIRST, b.game_id NULLS FIRST) - 1 AS games_before
  FROM raw.player_box_current AS b
  JOIN raw.games_current AS g ON g.game_id = b.game_id
  WHERE b.appeared AND g.counts
),
-- player x spine row: how many games were played before that day, and the date of the last of them
target AS (
  SELECT
    s.player_id, s.season, s.game_id, s.game_date, s.team_id,
    COUNT(p.game_id) AS games_before,
    MAX(p.game_date) AS last_played,
    COUNT(CASE WHEN p.game_date >= s.game_date - INTERVAL 14 DAY THEN 1 END) AS games_used_14d
  FROM spine AS s
  LEFT JOIN played AS p ON p.player_id = s.player_id AND p.season = s.season AND p.game_date < s.game_date
  GROUP BY s.player_id, s.season, s.game_id, s.game_date, s.team_id
),
-- player x (played game or spine row): spine rows carry no facts, so no frame can see them
timeline AS (
  SELECT
    player_id, season, game_id, game_date, CAST(NULL AS BIGINT) AS team_id, games_before, points,
    CAST(NULL AS DATE) AS last_played, 0 AS games_used_14d, FALSE AS is_target
  FROM played
  UNION ALL
  SELECT
    player_id, season, game_id, game_date, team_id, games_before, CAST(NULL AS INTEGER) AS points,
    last_played, games_used_14d, TRUE AS is_target
  FROM target
),
-- player x timeline row: integer moments of the games before it
moments AS (
  SELECT
    player_id, season, game_id, game_date, team_id, last_played, games_used_14d, is_target,
    COUNT(points) OVER last_10 AS games_used_10,
    SUM(points) OVER last_10 AS points_10,
    SUM(points * points) OVER last_10 AS points_squared_10
  FROM timeline
  WINDOW last_10 AS (
    PARTITION BY player_id, season ORDER BY games_before NULLS FIRST RANGE BETWEEN 10 PRECEDING AND 1 PRECEDING)
)
-- player x spine row: one division each, at the end
SELECT
  game_id,
  player_id,
  game_date,
  season,
  team_id,
  games_used_10,
  points_10,
  points_10 / NULLIF(games_used_10, 0) AS points_avg_10,
  SQRT((games_used_10 * points_squared_10 - points_10 * points_10) / NULLIF(games_used_10 * (games_used_10 - 1), 0)) AS points_std_10,
  games_used_14d,
  last_played
FROM moments
WHERE is_target
