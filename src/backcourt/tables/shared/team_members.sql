WITH
-- team x final game that counts, numbered over this season and the one before, with the date of the next
finals AS (
  SELECT
    team_id, game_date,
    ROW_NUMBER() OVER (PARTITION BY team_id ORDER BY game_date NULLS FIRST) AS played,
    LEAD(game_date) OVER (PARTITION BY team_id ORDER BY game_date NULLS FIRST) AS next_date
  FROM (
    SELECT home_team_id AS team_id, game_date FROM raw.games_current WHERE counts AND is_final
    UNION
    SELECT away_team_id AS team_id, game_date FROM raw.games_current WHERE counts AND is_final
  )
),
-- sign of where a player belongs: what happened on a date, and which of two on one date weighs more
signs AS (
  SELECT player_id, game_date AS seen_on, team_id, 'appeared' AS sign, 2 AS weight
  FROM raw.player_box_current
  WHERE appeared AND season_type <> 'all_star'
  UNION ALL
  SELECT player_id, game_date AS seen_on, team_id, 'roster' AS sign, 3 AS weight
  FROM raw.rosters_current
  UNION ALL
  -- who leaves a team belongs to none, unless another takes him on the same date
  SELECT
    player_id, game_date AS seen_on,
    CASE WHEN kind IN ('signed', 'traded_in', 'injured_list_activated') THEN team_id END AS team_id,
    CASE WHEN kind = 'injured_list_activated' THEN 'activated' ELSE 'moved' END AS sign,
    CASE WHEN kind = 'injured_list_activated' THEN 1 WHEN kind IN ('signed', 'traded_in') THEN 5 ELSE 4 END AS weight
  FROM raw.transactions_current
  WHERE kind IN ('signed', 'traded_in', 'waived', 'traded_out')
    OR (kind = 'injured_list_activated' AND team_id IS NOT NULL)
),
-- player x date with a sign: the weightiest
weighed AS (
  SELECT
    player_id, seen_on, team_id, sign,
    ROW_NUMBER() OVER (PARTITION BY player_id, seen_on ORDER BY weight DESC NULLS FIRST, team_id NULLS FIRST) AS place
  FROM signs
),
-- player x date with a sign, until the date of his next: on every date between it is the newest thing known of him
newest AS (
  SELECT
    player_id, seen_on, team_id, sign,
    LEAD(seen_on) OVER (PARTITION BY player_id ORDER BY seen_on NULLS FIRST) AS next_seen_on
  FROM weighed
  WHERE place = 1
),
-- the same, with how many games his team had played by then
dated AS (
  SELECT n.player_id, n.seen_on, n.next_seen_on, n.team_id, n.sign, COALESCE(f.played, 0) AS played
  FROM newest AS n
  LEFT JOIN finals AS f
    ON f.team_id = n.team_id AND f.game_date <= n.seen_on AND (f.next_date IS NULL OR f.next_date > n.seen_on)
  WHERE n.team_id IS NOT NULL
),
-- team x scheduled game, with how many games the team has played before its date
targets AS (
  SELECT
    t.game_id, t.game_date, t.season, t.season_type, t.team_id, t.opponent_team_id, t.is_home, t.cutoff_at, t.cutoff_kind,
    COALESCE(f.played, 0) AS played
  FROM shared.team_schedule AS t
  LEFT JOIN finals AS f
    ON f.team_id = t.team_id AND f.game_date < t.game_date AND (f.next_date IS NULL OR f.next_date >= t.game_date)
)
-- player x scheduled game of the team that the newest sign before its date names, with the team's games since that sign;
-- after a season's worth of games without one he is gone
SELECT
  t.game_id, d.player_id, t.team_id, t.opponent_team_id, t.game_date, t.season, t.season_type, t.is_home, t.cutoff_at,
  t.cutoff_kind, d.sign, d.seen_on, t.played - d.played AS team_games_since
FROM targets AS t
JOIN dated AS d
  ON d.team_id = t.team_id AND d.seen_on < t.game_date AND (d.next_seen_on IS NULL OR d.next_seen_on >= t.game_date)
WHERE t.played - d.played < 82
