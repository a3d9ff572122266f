WITH
-- player x game he appeared in: numbered within his season, with his rest before it, the date of his next and the parts of a usage rate
played AS (
  SELECT
    p.game_id, p.player_id, p.game_date, p.season, p.team_id, p.opponent_team_id, p.points, p.points_line, p.over_under_result,
    p.seconds_played, p.fourth_quarter_seconds,
    CAST(SUBSTRING(p.season, 1, 4) AS INTEGER) AS season_start,
    CAST(ROUND(100 * p.points_vs_line) AS BIGINT) AS margin_hundredths,
    CASE WHEN p.usage_rate IS NOT NULL
      THEN CAST(100 * p.fg_attempts + 44 * p.ft_attempts + 100 * p.turnovers AS BIGINT) * t.game_seconds END AS usage_part,
    CASE WHEN p.usage_rate IS NOT NULL
      THEN p.seconds_played * (t.possessions_hundredths + 100 * t.offensive_rebounds) END AS usage_whole,
    ROW_NUMBER() OVER in_order AS games,
    DATE_DIFF('day', LAG(p.game_date) OVER in_order, p.game_date) AS days_rest,
    LEAD(p.game_date) OVER in_order AS next_date,
    LAG(p.team_id) OVER in_order AS previous_team_id
  FROM analytics.player_game_summary AS p
  LEFT JOIN analytics.team_offense_game_summary AS t ON t.game_id = p.game_id AND t.team_id = p.team_id
  WHERE NOT p.is_dnp
  WINDOW in_order AS (PARTITION BY p.player_id, p.season ORDER BY p.game_date NULLS FIRST, p.game_id NULLS FIRST)
),

-- Props ----------------------------------------------------------------------------------------------------------------

-- player x game with a line: how many books offer one
books AS (
  SELECT game_id, player_id, COUNT(DISTINCT book) AS books
  FROM raw.player_lines_current
  GROUP BY game_id, player_id
),
-- player x scheduled game with a line x his earlier game this season: which side of today's line it fell on
sides AS (
  SELECT
    s.game_id, s.player_id, p.games,
    p.points > l.points_line AS is_over,
    p.points < l.points_line AS is_under
  FROM spine AS s
  JOIN shared.points_lines AS l ON l.game_id = s.game_id AND l.player_id = s.player_id
  JOIN played AS p ON p.player_id = s.player_id AND p.season = s.season AND p.game_date < s.game_date
),
-- the same, with the number of the last game on either side
turns AS (
  SELECT
    game_id, player_id, games, is_over, is_under,
    MAX(CASE WHEN is_over THEN games ELSE 0 END) OVER (PARTITION BY game_id, player_id) AS last_over,
    MAX(CASE WHEN is_under THEN games ELSE 0 END) OVER (PARTITION BY game_id, player_id) AS last_under
  FROM sides
),
-- player x scheduled game with a line and an earlier game: the streaks that lead up to it
streaks AS (
  SELECT
    game_id, player_id,
    COUNT(*) FILTER (WHERE is_over AND games > last_under) AS overs,
    COUNT(*) FILTER (WHERE is_under AND games > last_over) AS unders
  FROM turns
  GROUP BY game_id, player_id
),

-- Form -----------------------------------------------------------------------------------------------------------------

-- player x played game: his season once it is over, which stands until the date of his next
standing AS (
  SELECT
    player_id, season, team_id, game_date, days_rest, next_date, points_line, games,
    COUNT(*) OVER last_3 AS games_3,
    SUM(points) OVER last_3 AS points_3,
    COUNT(*) OVER last_5 AS games_5,
    SUM(points) OVER last_5 AS points_5,
    COUNT(margin_hundredths) OVER last_5 AS graded_5,
    SUM(margin_hundredths) OVER last_5 AS margin_hundredths_5,
    COUNT(*) OVER last_10 AS games_10,
    SUM(points) OVER last_10 AS points_10,
    COUNT(over_under_result) OVER last_10 AS graded_10,
    COUNT(CASE WHEN over_under_result = 'OVER' THEN 1 END) OVER last_10 AS overs_10,
    -- the last game entered rested, and how many games were played by the last one for another team
    MAX(CASE WHEN days_rest IS NULL OR days_rest >= 3 THEN game_date END) OVER upto AS rested_on,
    MAX(CASE WHEN previous_team_id <> team_id THEN games - 1 END) OVER upto AS games_elsewhere
  FROM played
  WINDOW
    upto AS (PARTITION BY player_id, season ORDER BY games NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
    last_3 AS (PARTITION BY player_id, season ORDER BY games NULLS FIRST ROWS BETWEEN 2 PRECEDING AND CURRENT ROW),
    last_5 AS (PARTITION BY player_id, season ORDER BY games NULLS FIRST ROWS BETWEEN 4 PRECEDING AND CURRENT ROW),
    last_10 AS (PARTITION BY player_id, season ORDER BY games NULLS FIRST ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)
),
-- player x scheduled game with a game this season before it: his season as it stands
form AS (
  SELECT
    s.game_id, s.player_id,
    DATE_DIFF('day', a.game_date, s.game_date) AS days_rest,
    a.days_rest AS days_rest_before_last_game,
    a.team_id, a.game_date, a.points_line, a.games, a.games_3, a.points_3, a.games_5, a.points_5, a.graded_5,
    a.margin_hundredths_5, a.games_10, a.points_10, a.graded_10, a.overs_10, a.rested_on, a.games_elsewhere
  FROM spine AS s
  JOIN standing AS a
    ON a.player_id = s.player_id AND a.season = s.season AND a.game_date < s.game_date
      AND (a.next_date IS NULL OR a.next_date >= s.game_date)
),

-- Fatigue: played games alone, so that a missed game is rest ---------------------------------------------------------------

-- player x scheduled game x his game of the 14 days before it, if any
near AS (
  SELECT
    s.game_id, s.player_id, p.game_id AS played_game_id, p.days_rest, p.seconds_played, p.fourth_quarter_seconds,
    p.usage_part, p.usage_whole,
    DATE_DIFF('day', p.game_date, s.game_date) AS days_ago
  FROM spine AS s
  LEFT JOIN played AS p
    ON p.player_id = s.player_id AND p.season = s.season AND p.game_date < s.game_date
      AND DATE_DIFF('day', p.game_date, s.game_date) <= 14
),
-- player x scheduled game: the 14 and the 7 days before it; a sum is whole only if as many games are behind it
recent AS (
  SELECT
    game_id, player_id,
    COUNT(played_game_id) AS games_14,
    COUNT(seconds_played) AS timed_14,
    SUM(CASE WHEN days_ago <= 14 THEN seconds_played ELSE 0 END) AS seconds_14,
    COUNT(*) FILTER (WHERE days_rest = 1 AND days_ago <= 13) AS back_to_backs_14,
    COUNT(*) FILTER (WHERE days_ago <= 7) AS games_7,
    COUNT(seconds_played) FILTER (WHERE days_ago <= 7) AS timed_7,
    SUM(CASE WHEN days_ago <= 7 THEN seconds_played ELSE 0 END) AS seconds_7,
    COUNT(fourth_quarter_seconds) FILTER (WHERE days_ago <= 7) AS fourth_quarters_7,
    SUM(CASE WHEN days_ago <= 7 THEN fourth_quarter_seconds ELSE 0 END) AS fourth_quarter_seconds_7,
    COUNT(usage_part) FILTER (WHERE days_ago <= 7) AS usage_games_7,
    SUM(CASE WHEN days_ago <= 7 THEN usage_part END) AS usage_part_7,
    SUM(CASE WHEN days_ago <= 7 THEN usage_whole END) AS usage_whole_7
  FROM near
  GROUP BY game_id, player_id
),
-- game with a box score
boxes AS (
  SELECT DISTINCT game_id
  FROM analytics.player_game_summary
),
-- team x final game: with a box score, or without, and then nobody knows who played
team_games AS (
  SELECT DISTINCT game_id, team_id, season, game_date, TRUE AS has_box
  FROM analytics.player_game_summary
  UNION ALL
  SELECT t.game_id, t.team_id, t.season, t.game_date, FALSE AS has_box
  FROM shared.team_schedule AS t
  JOIN raw.games_current AS g ON g.game_id = t.game_id
  LEFT JOIN boxes AS b ON b.game_id = t.game_id
  WHERE g.is_final AND b.game_id IS NULL
),
-- player x scheduled game x game of his present team this season that matters: after the last he appeared in, or of the 14 days before
since AS (
  SELECT
    s.game_id, s.player_id, g.has_box,
    DATE_DIFF('day', g.game_date, s.game_date) AS days_ago,
    f.game_date IS NULL OR g.game_date > f.game_date AS is_after
  FROM spine AS s
  LEFT JOIN form AS f ON f.game_id = s.game_id AND f.player_id = s.player_id
  JOIN team_games AS g
    ON g.team_id = s.team_id AND g.season = s.season AND g.game_date < s.game_date
      AND (f.game_date IS NULL OR g.game_date > f.game_date OR DATE_DIFF('day', g.game_date, s.game_date) <= 14)
),
-- player x scheduled game with such a game: how many he missed, and how many nobody knows of
missed AS (
  SELECT
    game_id, player_id,
    COUNT(*) FILTER (WHERE has_box AND is_after) AS games,
    COUNT(*) FILTER (WHERE NOT has_box AND is_after) AS unknown_after,
    COUNT(*) FILTER (WHERE NOT has_box AND days_ago <= 7) AS unknown_7,
    COUNT(*) FILTER (WHERE NOT has_box AND days_ago <= 14) AS unknown_14
  FROM since
  GROUP BY game_id, player_id
),
-- player x scheduled game: his rest and his sums of playing time, where every game that they must count is known
fatigue AS (
  SELECT
    r.game_id, r.player_id,
    COALESCE(m.games, 0) AS games_missed,
    COALESCE(m.unknown_14, 0) AS unknown_14,
    CASE WHEN COALESCE(m.unknown_after, 0) = 0 THEN f.days_rest END AS days_rest,
    CASE WHEN COALESCE(m.unknown_7, 0) = 0 AND r.timed_7 = r.games_7 THEN r.seconds_7 END AS seconds_7,
    CASE WHEN COALESCE(m.unknown_14, 0) = 0 AND r.timed_14 = r.games_14 THEN r.seconds_14 END AS seconds_14,
    CASE WHEN COALESCE(m.unknown_7, 0) = 0 AND r.fourth_quarters_7 = r.games_7 THEN r.fourth_quarter_seconds_7 END
      AS fourth_quarter_seconds_7
  FROM recent AS r
  LEFT JOIN form AS f ON f.game_id = r.game_id AND f.player_id = r.player_id
  LEFT JOIN missed AS m ON m.game_id = r.game_id AND m.player_id = r.player_id
),

-- Availability ---------------------------------------------------------------------------------------------------------

-- member of a team x scheduled game: what he takes from it if he is out
members AS (
  SELECT
    game_id, team_id, player_id, status, status_source, status_reason,
    CASE WHEN is_star AND is_out THEN 1 ELSE 0 END AS stars,
    CASE WHEN is_star AND is_out THEN star_tier ELSE 0 END AS tiers,
    CASE WHEN is_star AND is_questionable THEN 1 ELSE 0 END AS questionable_stars,
    CASE WHEN is_rotation AND is_out THEN 1 ELSE 0 END AS rotation,
    CASE WHEN is_rotation AND is_out THEN plays_hundredths ELSE 0 END AS plays_hundredths,
    CASE WHEN is_rotation AND is_out THEN points_hundredths ELSE 0 END AS points_hundredths,
    CASE WHEN is_rotation AND is_out THEN seconds ELSE 0 END AS seconds
  FROM shared.teammates
),
-- member of a team x scheduled game: what the others take from it, that is the team's sum less his own share
absences AS (
  SELECT
    game_id, player_id, status, status_source, status_reason,
    SUM(stars) OVER team - stars AS stars,
    SUM(tiers) OVER team - tiers AS tiers,
    SUM(questionable_stars) OVER team - questionable_stars AS questionable_stars,
    SUM(rotation) OVER team - rotation AS rotation,
    SUM(plays_hundredths) OVER team - plays_hundredths AS plays_hundredths,
    SUM(points_hundredths) OVER team - points_hundredths AS points_hundredths,
    SUM(seconds) OVER team - seconds AS seconds
  FROM members
  WINDOW team AS (PARTITION BY game_id, team_id)
),

-- History: this and the previous season ------------------------------------------------------------------------------------

-- player x scheduled game with an earlier one against the same opponent
meetings AS (
  SELECT s.game_id, s.player_id, COUNT(*) AS games, SUM(p.points) AS points
  FROM spine AS s
  JOIN played AS p
    ON p.player_id = s.player_id AND p.opponent_team_id = s.opponent_team_id AND p.game_date < s.game_date
      AND p.season_start >= CAST(SUBSTRING(s.season, 1, 4) AS INTEGER) - 1
  GROUP BY s.game_id, s.player_id
),
-- player x scheduled game against a team that he appeared for before
former AS (
  SELECT DISTINCT s.game_id, s.player_id
  FROM spine AS s
  JOIN played AS p
    ON p.player_id = s.player_id AND p.team_id = s.opponent_team_id AND p.game_date < s.game_date
      AND p.season_start >= CAST(SUBSTRING(s.season, 1, 4) AS INTEGER) - 1
)
-- player x scheduled game: facts first, one division each at the end
SELECT
  s.game_id,
  s.player_id,
  s.game_date,
  s.season,
  s.season_type,
  s.team_id,
  s.opponent_team_id,
  registry.name_key AS player_lookup,
  registry.full_name AS player_full_name,
  t.team_abbr,
  t.opponent_team_abbr,
  s.is_home AS home_game,
  s.cutoff_at,
  s.cutoff_kind,
  s.expected_because,
  s.team_games_since AS team_games_since_seen,
  t.season_phase,
  (
    10000 * (EXTRACT(YEAR FROM s.game_date) - EXTRACT(YEAR FROM registry.birth_date))
    + 100 * (EXTRACT(MONTH FROM s.game_date) - EXTRACT(MONTH FROM registry.birth_date))
    + EXTRACT(DAY FROM s.game_date) - EXTRACT(DAY FROM registry.birth_date)
  ) // 10000 AS player_age_years,
  CASE
    WHEN STARTS_WITH(registry.position, 'G') THEN 'guard'
    WHEN STARTS_WITH(registry.position, 'F') THEN 'forward'
    WHEN STARTS_WITH(registry.position, 'C') THEN 'center'
  END AS position,
  -- line on his points
  l.points_line IS NOT NULL AS has_points_line,
  l.points_line,
  l.book AS points_line_source,
  l.snapshot_quality AS points_line_quality,
  l.snapshot_at AS points_line_at,
  l.opening_line AS opening_points_line,
  l.points_line - l.opening_line AS line_movement,
  COALESCE(b.books, 0) AS line_books,
  f.points_line AS previous_points_line,
  l.points_line - f.points_line AS line_change_since_last_game,
  -- game, team and opponent
  t.spread,
  t.opening_spread,
  t.spread_movement,
  t.game_total,
  t.total_movement,
  t.implied_team_total,
  t.days_rest AS team_days_rest,
  t.opponent_days_rest,
  t.rest_advantage,
  t.travel_miles,
  t.time_zones_crossed,
  t.travel_miles_last_14_days,
  t.consecutive_road_games,
  t.next_game_days_rest,
  t.games_in_next_7_days,
  t.opponent_form_games_used_10,
  t.opponent_pace_last_10,
  t.opponent_defensive_rating_last_10 AS opponent_def_rating_last_10,
  t.opponent_offensive_rating_last_10 AS opponent_off_rating_last_10,
  t.opponent_ft_rate_allowed_last_10,
  t.opponent_rebound_rate_last_10,
  t.form_games_used_10 AS team_form_games_used_10,
  t.pace_differential,
  t.win_streak,
  t.loss_streak,
  t.lost_last_meeting AS revenge_game,
  -- fatigue
  w.days_rest,
  COALESCE(f.days_rest = 1, FALSE) AS back_to_back,
  f.days_rest_before_last_game,
  CASE WHEN w.days_rest >= 3 THEN 0 WHEN w.days_rest < 3 THEN DATE_DIFF('day', f.rested_on, s.game_date) END
    AS days_since_2_plus_days_rest,
  r.games_7 AS games_in_last_7_days,
  r.games_14 AS games_in_last_14_days,
  w.unknown_14 AS games_without_box_last_14_days,
  w.seconds_7 AS seconds_in_last_7_days,
  w.seconds_14 AS seconds_in_last_14_days,
  w.seconds_7 / 60 AS minutes_in_last_7_days,
  w.seconds_14 / 60 AS minutes_in_last_14_days,
  w.seconds_7 / NULLIF(60 * r.games_7, 0) AS minutes_per_game_last_7_days,
  w.fourth_quarter_seconds_7 / 60 AS fourth_quarter_minutes_last_7_days,
  r.back_to_backs_14 AS back_to_backs_last_14_days,
  r.usage_part_7 / NULLIF(r.usage_whole_7, 0) AS usage_rate_last_7_days,
  r.usage_games_7 AS usage_games_last_7_days,
  w.games_missed AS games_missed_streak,
  -- form
  COALESCE(f.games, 0) AS season_games,
  COALESCE(f.games_3, 0) AS games_used_3,
  COALESCE(f.games_5, 0) AS games_used_5,
  COALESCE(f.games_10, 0) AS games_used_10,
  f.points_3 / f.games_3 AS points_avg_last_3,
  f.points_5 / f.games_5 AS points_avg_last_5,
  f.points_10 / f.games_10 AS points_avg_last_10,
  CASE WHEN l.points_line IS NOT NULL THEN COALESCE(k.overs, 0) END AS over_streak,
  CASE WHEN l.points_line IS NOT NULL THEN COALESCE(k.unders, 0) END AS under_streak,
  COALESCE(f.graded_10, 0) AS graded_games_10,
  CASE WHEN f.graded_10 >= 5 THEN f.overs_10 / f.graded_10 END AS over_rate_last_10,
  COALESCE(f.graded_5, 0) AS graded_games_5,
  CASE WHEN f.graded_5 >= 3 THEN f.margin_hundredths_5 / (100 * f.graded_5) END AS margin_vs_line_avg_last_5,
  -- availability
  t.availability_known,
  a.status AS player_status,
  a.status_source AS player_status_source,
  a.status_reason AS player_status_reason,
  CASE WHEN t.availability_known THEN a.stars END AS star_teammates_out,
  CASE WHEN t.has_injury_report THEN a.questionable_stars END AS questionable_star_teammates,
  CASE WHEN t.availability_known THEN a.tiers END AS star_tier_out,
  CASE WHEN t.availability_known THEN a.rotation END AS rotation_teammates_out,
  CASE WHEN t.availability_known THEN a.plays_hundredths END / 100 AS teammates_out_plays,
  CASE WHEN t.availability_known THEN a.points_hundredths END / 100 AS teammates_out_points,
  CASE WHEN t.availability_known THEN a.seconds END / 60 AS teammates_out_minutes,
  -- history
  o.player_id IS NOT NULL AS former_team_game,
  CASE WHEN f.team_id <> s.team_id THEN 0 ELSE f.games - f.games_elsewhere END AS games_since_team_change,
  COALESCE(h.games, 0) AS games_vs_opponent,
  h.points / h.games AS points_avg_vs_opponent
FROM spine AS s
LEFT JOIN analytics.upcoming_team_game_context AS t
  ON t.game_id = s.game_id AND t.team_id = s.team_id AND t.game_date = s.game_date
LEFT JOIN raw.players_current AS registry ON registry.player_id = s.player_id
LEFT JOIN shared.points_lines AS l ON l.game_id = s.game_id AND l.player_id = s.player_id
LEFT JOIN books AS b ON b.game_id = s.game_id AND b.player_id = s.player_id
LEFT JOIN streaks AS k ON k.game_id = s.game_id AND k.player_id = s.player_id
LEFT JOIN recent AS r ON r.game_id = s.game_id AND r.player_id = s.player_id
LEFT JOIN form AS f ON f.game_id = s.game_id AND f.player_id = s.player_id
LEFT JOIN fatigue AS w ON w.game_id = s.game_id AND w.player_id = s.player_id
LEFT JOIN absences AS a ON a.game_id = s.game_id AND a.player_id = s.player_id
LEFT JOIN meetings AS h ON h.game_id = s.game_id AND h.player_id = s.player_id
LEFT JOIN former AS o ON o.game_id = s.game_id AND o.player_id = s.player_id
