WITH
-- player x game he appeared in: facts as integers, numbered within his season; usage only where player_game_summary knows it
played AS (
  SELECT
    p.player_id, p.season, p.game_id, p.game_date, p.team_id, p.home_game, p.points, p.fg_makes, p.fg_attempts, p.three_pt_makes,
    p.three_pt_attempts, p.ft_attempts, p.rebounds, p.assists, p.turnovers, p.plus_minus, p.starter_flag,
    CAST(SUBSTRING(p.season, 1, 4) AS INTEGER) AS season_start,
    CAST(p.seconds_played AS BIGINT) AS seconds,
    CAST(100 * p.fg_attempts + 44 * p.ft_attempts AS BIGINT) AS shooting_hundredths,
    CASE WHEN p.usage_rate IS NOT NULL THEN
      CAST(100 * p.fg_attempts + 44 * p.ft_attempts + 100 * p.turnovers AS BIGINT) * t.game_seconds END AS own_use,
    CASE WHEN p.usage_rate IS NOT NULL THEN
      CAST(p.seconds_played AS BIGINT) * (t.possessions_hundredths + 100 * t.offensive_rebounds) END AS team_use,
    ROW_NUMBER() OVER (PARTITION BY p.player_id, p.season ORDER BY p.game_date NULLS FIRST, p.game_id NULLS FIRST) AS game_number
  FROM analytics.player_game_summary AS p
  LEFT JOIN analytics.team_offense_game_summary AS t ON t.game_id = p.game_id AND t.team_id = p.team_id
  WHERE NOT p.is_dnp
),
-- player x game he appeared in: sums over the 5 and the 10 games that end with it and over the season up to it, and the date of
-- his next. The last_10 weights are 10 for the game itself, 9 for the one before: 10 - its number + theirs.
form AS (
  SELECT
    player_id, season, season_start, game_date,
    LEAD(game_date) OVER (PARTITION BY player_id, season ORDER BY game_number NULLS FIRST) AS next_date,
    COUNT(*) OVER last_5 AS games_5,
    SUM(points) OVER last_5 AS points_5,
    COUNT(seconds) OVER last_5 AS timed_games_5,
    SUM(seconds) OVER last_5 AS seconds_5,

    COUNT(*) OVER last_10 AS games_10,
    SUM(points) OVER last_10 AS points_10,
    SUM(CAST(points AS BIGINT) * points) OVER last_10 AS points_squared_10,
    COUNT(seconds) OVER last_10 AS timed_games_10,
    SUM(seconds) OVER last_10 AS seconds_10,
    SUM(seconds * seconds) OVER last_10 AS seconds_squared_10,
    SUM(CASE WHEN seconds IS NOT NULL THEN points END) OVER last_10 AS timed_points_10,
    COUNT(team_use) OVER last_10 AS usage_games_10,
    SUM(own_use) OVER last_10 AS own_use_10,
    SUM(team_use) OVER last_10 AS team_use_10,
    SUM(shooting_hundredths) OVER last_10 AS shooting_hundredths_10,
    SUM(2 * fg_makes + three_pt_makes) OVER last_10 AS half_makes_10,
    SUM(fg_attempts) OVER last_10 AS fg_attempts_10,
    SUM(three_pt_attempts) OVER last_10 AS three_pt_attempts_10,
    SUM(ft_attempts) OVER last_10 AS ft_attempts_10,
    SUM(rebounds) OVER last_10 AS rebounds_10,
    SUM(assists) OVER last_10 AS assists_10,
    SUM(turnovers) OVER last_10 AS turnovers_10,
    COUNT(plus_minus) OVER last_10 AS plus_minus_games_10,
    SUM(plus_minus) OVER last_10 AS plus_minus_10,
    COUNT(starter_flag) OVER last_10 AS starter_games_10,
    SUM(CASE WHEN starter_flag THEN 1 ELSE 0 END) OVER last_10 AS starts_10,
    (10 - game_number) * COUNT(*) OVER last_10 + SUM(game_number) OVER last_10 AS weight_10,
    (10 - game_number) * SUM(points) OVER last_10 + SUM(game_number * points) OVER last_10 AS weighted_points_10,
    (10 - game_number) * SUM(fg_attempts) OVER last_10 + SUM(game_number * fg_attempts) OVER last_10 AS weighted_fg_attempts_10,
    (10 - game_number) * SUM(seconds) OVER last_10 + SUM(game_number * seconds) OVER last_10 AS weighted_seconds_10,
    (10 - game_number) * COUNT(seconds) OVER last_10
      + SUM(CASE WHEN seconds IS NOT NULL THEN game_number END) OVER last_10 AS timed_weight_10,

    COUNT(*) OVER so_far AS games,
    SUM(points) OVER so_far AS points,
    SUM(CAST(points AS BIGINT) * points) OVER so_far AS points_squared,
    SUM(CASE WHEN home_game THEN 1 ELSE 0 END) OVER so_far AS home_games,
    SUM(CASE WHEN home_game THEN points ELSE 0 END) OVER so_far AS home_points,
    COUNT(seconds) OVER so_far AS timed_games,
    SUM(seconds) OVER so_far AS seconds,
    COUNT(team_use) OVER so_far AS usage_games,
    SUM(own_use) OVER so_far AS own_use,
    SUM(team_use) OVER so_far AS team_use,
    SUM(shooting_hundredths) OVER so_far AS shooting_hundredths
  FROM played
  WINDOW
    last_5 AS (PARTITION BY player_id, season ORDER BY game_number NULLS FIRST ROWS BETWEEN 4 PRECEDING AND CURRENT ROW),
    last_10 AS (PARTITION BY player_id, season ORDER BY game_number NULLS FIRST ROWS BETWEEN 9 PRECEDING AND CURRENT ROW),
    so_far AS (PARTITION BY player_id, season ORDER BY game_number NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),

-- Games of his team that he missed --------------------------------------------------------------------------------------

-- team x final game with a box score of its players, numbered within the season, with the date of the next
team_games AS (
  SELECT
    team_id, season, game_id, game_date,
    ROW_NUMBER() OVER (PARTITION BY team_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST) AS game_number,
    LEAD(game_date) OVER (PARTITION BY team_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST) AS next_date
  FROM (SELECT DISTINCT team_id, season, game_id, game_date FROM played)
),
-- player x (game he appeared in, or spine row), placed by the team's games: a spine row stands right behind those before its date
places AS (
  SELECT p.player_id, p.season, p.team_id, t.game_number AS place, CAST(NULL AS VARCHAR) AS game_id, 1 AS appearances
  FROM played AS p
  JOIN team_games AS t ON t.game_id = p.game_id AND t.team_id = p.team_id
  UNION ALL
  SELECT s.player_id, s.season, s.team_id, COALESCE(t.game_number, 0) + 1 AS place, s.game_id, 0 AS appearances
  FROM spine AS s
  LEFT JOIN team_games AS t
    ON t.team_id = s.team_id AND t.season = s.season
      AND t.game_date < s.game_date AND (t.next_date IS NULL OR t.next_date >= s.game_date)
),
-- player x place: in how many of the team's 10 games before it he appeared
attendance AS (
  SELECT
    player_id, game_id,
    LEAST(place - 1, 10) AS team_games_10,
    COALESCE(SUM(appearances) OVER (
      PARTITION BY player_id, season, team_id ORDER BY place NULLS FIRST RANGE BETWEEN 10 PRECEDING AND 1 PRECEDING), 0) AS attended_10
  FROM places
)
-- expected player x date: his form after his newest game before it, one division each
SELECT
  s.game_id,
  s.player_id,
  s.game_date,
  s.season,
  s.season_type,
  s.team_id,
  s.opponent_team_id,
  COALESCE(f.games_5, 0) AS games_used_5,
  COALESCE(f.games_10, 0) AS games_used_10,
  COALESCE(f.games, 0) AS games_played_season,
  f.game_date AS last_game_date,
  DATE_DIFF('day', f.game_date, s.game_date) AS days_since_last_game,
  DATE_DIFF('day', COALESCE(f.game_date, b.game_date), s.game_date) AS input_age_days,

  f.points_5 / f.games_5 AS points_avg_last_5,
  f.points_10 / f.games_10 AS points_avg_last_10,
  f.points / f.games AS points_avg_season,
  SQRT((f.games_10 * f.points_squared_10 - f.points_10 * f.points_10) / NULLIF(f.games_10 * (f.games_10 - 1), 0)) AS points_std_last_10,
  SQRT((f.games * f.points_squared - f.points * f.points) / NULLIF(f.games * (f.games - 1), 0)) AS points_std_season,
  COALESCE(f.home_games, 0) AS home_games_season,
  f.home_points / NULLIF(f.home_games, 0) AS home_points_avg_season,
  COALESCE(f.games - f.home_games, 0) AS away_games_season,
  (f.points - f.home_points) / NULLIF(f.games - f.home_games, 0) AS away_points_avg_season,

  COALESCE(f.timed_games_5, 0) AS timed_games_5,
  COALESCE(f.timed_games_10, 0) AS timed_games_10,
  COALESCE(f.timed_games, 0) AS timed_games_season,
  f.seconds_5 / NULLIF(60 * f.timed_games_5, 0) AS minutes_avg_last_5,
  f.seconds_10 / NULLIF(60 * f.timed_games_10, 0) AS minutes_avg_last_10,
  f.seconds / NULLIF(60 * f.timed_games, 0) AS minutes_avg_season,
  SQRT(
    (f.timed_games_10 * f.seconds_squared_10 - f.seconds_10 * f.seconds_10)
      / NULLIF(3600 * f.timed_games_10 * (f.timed_games_10 - 1), 0)
  ) AS minutes_std_last_10,
  60 * f.timed_points_10 / NULLIF(f.seconds_10, 0) AS points_per_minute_last_10,

  COALESCE(f.usage_games_10, 0) AS usage_games_10,
  COALESCE(f.usage_games, 0) AS usage_games_season,
  f.own_use_10 / NULLIF(f.team_use_10, 0) AS usage_rate_last_10,
  f.own_use / NULLIF(f.team_use, 0) AS usage_rate_season,
  50 * f.points_10 / NULLIF(f.shooting_hundredths_10, 0) AS ts_pct_last_10,
  50 * f.points / NULLIF(f.shooting_hundredths, 0) AS ts_pct_season,
  f.half_makes_10 / NULLIF(2 * f.fg_attempts_10, 0) AS efg_pct_last_10,

  f.fg_attempts_10 / f.games_10 AS fg_attempts_avg_last_10,
  f.three_pt_attempts_10 / f.games_10 AS three_pt_attempts_avg_last_10,
  f.ft_attempts_10 / f.games_10 AS ft_attempts_avg_last_10,
  f.rebounds_10 / f.games_10 AS rebounds_avg_last_10,
  f.assists_10 / f.games_10 AS assists_avg_last_10,
  f.turnovers_10 / f.games_10 AS turnovers_avg_last_10,
  CASE WHEN f.plus_minus_games_10 = f.games_10 THEN f.plus_minus_10 / f.games_10 END AS plus_minus_avg_last_10,
  CASE WHEN f.starter_games_10 = f.games_10 THEN f.starts_10 / f.games_10 END AS starter_rate_last_10,
  a.team_games_10 AS team_games_used_10,
  a.team_games_10 - a.attended_10 AS team_games_missed_last_10,

  COALESCE(f.weight_10, 0) AS decayed_weight_used,
  f.weighted_points_10 / f.weight_10 AS points_decayed,
  f.weighted_seconds_10 / NULLIF(60 * f.timed_weight_10, 0) AS minutes_decayed,
  f.weighted_fg_attempts_10 / f.weight_10 AS fg_attempts_decayed,

  COALESCE(b.games, 0) AS prior_season_games,
  COALESCE(b.timed_games, 0) AS prior_season_timed_games,
  COALESCE(b.usage_games, 0) AS prior_season_usage_games,
  b.points / b.games AS prior_season_points_avg,
  b.seconds / NULLIF(60 * b.timed_games, 0) AS prior_season_minutes_avg,
  b.own_use / NULLIF(b.team_use, 0) AS prior_season_usage_rate,
  50 * b.points / NULLIF(b.shooting_hundredths, 0) AS prior_season_ts_pct,

  t.form_games_used_10 AS team_form_games_used_10,
  t.pace_last_10 AS team_pace_last_10,
  t.offensive_rating_last_10 AS team_offensive_rating_last_10,
  z.zone_games_10,
  z.primary_scoring_zone,
  z.paint_rate_last_10,
  z.three_pt_rate_last_10,
  z.assisted_rate_last_10,
  u.games_in_last_7_days,
  u.games_in_last_14_days,
  u.minutes_in_last_7_days,
  u.minutes_in_last_14_days,
  u.minutes_per_game_last_7_days,
  u.back_to_backs_last_14_days,
  u.player_age_years
FROM spine AS s
LEFT JOIN attendance AS a ON a.game_id = s.game_id AND a.player_id = s.player_id
LEFT JOIN form AS f
  ON f.player_id = s.player_id AND f.season = s.season
    AND f.game_date < s.game_date AND (f.next_date IS NULL OR f.next_date >= s.game_date)
LEFT JOIN form AS b
  ON b.player_id = s.player_id AND b.season_start = CAST(SUBSTRING(s.season, 1, 4) AS INTEGER) - 1
    AND b.game_date < s.game_date AND b.next_date IS NULL
LEFT JOIN analytics.upcoming_team_game_context AS t ON t.game_id = s.game_id AND t.team_id = s.team_id AND t.game_date = s.game_date
LEFT JOIN precompute.player_shot_zone_analysis AS z ON z.player_id = s.player_id AND z.game_date = s.game_date
LEFT JOIN analytics.upcoming_player_game_context AS u
  ON u.game_id = s.game_id AND u.player_id = s.player_id AND u.game_date = s.game_date
