WITH
-- player x game he appeared in, numbered within his season, with the date of his next and the parts of a usage rate
played AS (
  SELECT
    p.player_id, p.season, p.game_id, p.game_date, p.team_id, p.starter_flag, p.points, p.seconds_played, p.fourth_quarter_seconds,
    CASE WHEN p.usage_rate IS NOT NULL THEN
      CAST(100 * p.fg_attempts + 44 * p.ft_attempts + 100 * p.turnovers AS BIGINT) * t.game_seconds END AS own_use,
    CASE WHEN p.usage_rate IS NOT NULL THEN
      CAST(p.seconds_played AS BIGINT) * (t.possessions_hundredths + 100 * t.offensive_rebounds) END AS team_use,
    ROW_NUMBER() OVER in_order AS game_number,
    LAG(p.game_date) OVER in_order AS earlier_date,
    LEAD(p.game_date) OVER in_order AS next_date
  FROM analytics.player_game_summary AS p
  LEFT JOIN analytics.team_offense_game_summary AS t ON t.game_id = p.game_id AND t.team_id = p.team_id
  WHERE NOT p.is_dnp
  WINDOW in_order AS (PARTITION BY p.player_id, p.season ORDER BY p.game_date NULLS FIRST, p.game_id NULLS FIRST)
),
-- player x game he appeared in: his season up to it, and the game with which his newest absence of more than 14 days ended,
-- the first game of the season being one
standing AS (
  SELECT
    player_id, season, game_date, next_date, game_number, points, seconds_played, starter_flag,
    SUM(points) OVER upto AS season_points,
    SUM(CASE WHEN seconds_played IS NOT NULL THEN points END) OVER upto AS season_timed_points,
    SUM(seconds_played) OVER upto AS season_seconds,
    MAX(CASE WHEN earlier_date IS NULL OR DATE_DIFF('day', earlier_date, game_date) > 14 THEN game_number END) OVER upto AS return_number
  FROM played
  WINDOW upto AS (PARTITION BY player_id, season ORDER BY game_number NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
-- spine row with a game of the season before it: his season as it stands
newest AS (
  SELECT
    s.game_id, s.player_id, a.season, a.game_number, a.points, a.seconds_played, a.starter_flag, a.season_points, a.season_timed_points,
    a.season_seconds,
    CASE WHEN DATE_DIFF('day', a.game_date, s.game_date) > 14 THEN 0 ELSE a.game_number - a.return_number + 1 END AS games_since_return
  FROM spine AS s
  JOIN standing AS a
    ON a.player_id = s.player_id AND a.season = s.season AND a.game_date < s.game_date
      AND (a.next_date IS NULL OR a.next_date >= s.game_date)
),
-- spine row x each of the 10 newest games before it; back is 1 for the newest, 2 for the one before
recent AS (
  SELECT
    n.game_id, n.player_id, n.game_number - p.game_number + 1 AS back,
    CAST(p.points AS BIGINT) AS points, CAST(p.seconds_played AS BIGINT) AS seconds, p.fourth_quarter_seconds, p.starter_flag,
    p.own_use, p.team_use,
    p.points * n.game_number < n.season_points AS is_below_average
  FROM newest AS n
  JOIN played AS p
    ON p.player_id = n.player_id AND p.season = n.season AND p.game_number BETWEEN n.game_number - 9 AND n.game_number
),
-- spine row with a game before it: integer sums over these games. The line through n values y at x = -back, so that the newest
-- comes last, rises by (sum of back x sum of y - n x sum of back x y) / (n x sum of back squared - square of the sum of back).
sums AS (
  SELECT
    game_id, player_id,
    COUNT(*) AS games_10,
    SUM(points) AS points_10,
    SUM(points * points) AS points_squared_10,
    SUM(points * points * points) AS points_cubed_10,
    COUNT(*) * SUM(points * points) - SUM(points) * SUM(points) AS points_spread_10,
    MIN(points) AS points_min,
    MAX(points) AS points_max,
    COUNT(*) FILTER (WHERE points >= 10) AS games_of_10,
    COUNT(*) FILTER (WHERE points >= 20) AS games_of_20,
    COUNT(*) FILTER (WHERE points >= 30) AS games_of_30,
    COALESCE(MIN(back) FILTER (WHERE NOT is_below_average) - 1, COUNT(*)) AS below_average_streak,
    SUM(points) FILTER (WHERE back <= 2) AS points_1_to_2,
    SUM(points) FILTER (WHERE back BETWEEN 3 AND 5) AS points_3_to_5,
    COUNT(*) FILTER (WHERE back <= 7) AS games_7,
    SUM(back) FILTER (WHERE back <= 7) AS back_7,
    SUM(back * back) FILTER (WHERE back <= 7) AS back_squared_7,
    SUM(points) FILTER (WHERE back <= 7) AS points_7,
    SUM(back * points) FILTER (WHERE back <= 7) AS back_points_7,
    SUM(back) * SUM(points) - COUNT(*) * SUM(back * points) AS points_rise_10,
    SUM(back) * SUM(seconds) - COUNT(*) * SUM(back * seconds) AS seconds_rise_10,
    CASE WHEN COUNT(*) >= 5 THEN COUNT(*) * SUM(back * back) - SUM(back) * SUM(back) END AS slope_base_10,
    COUNT(seconds) AS timed_games_10,
    MIN(seconds) AS seconds_min,
    MAX(seconds) AS seconds_max,
    COUNT(seconds) FILTER (WHERE back <= 3) AS timed_games_3,
    SUM(seconds) FILTER (WHERE back <= 3) AS seconds_3,
    COUNT(fourth_quarter_seconds) AS fourth_quarters_10,
    SUM(fourth_quarter_seconds) AS fourth_quarter_seconds_10,
    COUNT(starter_flag) FILTER (WHERE back <= 5) AS starter_games_5,
    COUNT(*) FILTER (WHERE starter_flag AND back <= 5) AS starts_5,
    COUNT(team_use) FILTER (WHERE back <= 5) AS usage_games_5,
    SUM(own_use) FILTER (WHERE back <= 5) AS own_use_5,
    SUM(team_use) FILTER (WHERE back <= 5) AS team_use_5
  FROM recent
  GROUP BY game_id, player_id
),

-- Without the team-mate whom the team misses most ------------------------------------------------------------------------

-- spine row x rotation team-mate who is out, the one with the most playing time a game first
absentees AS (
  SELECT
    s.game_id, s.player_id, s.season, s.game_date, s.team_id, t.player_id AS teammate_id, t.seconds,
    ROW_NUMBER() OVER (PARTITION BY s.game_id, s.player_id ORDER BY t.seconds DESC NULLS FIRST, t.player_id NULLS FIRST) AS place
  FROM spine AS s
  JOIN shared.teammates AS t ON t.game_id = s.game_id AND t.team_id = s.team_id AND t.player_id <> s.player_id
  WHERE t.is_out AND t.is_rotation
),
-- spine row with an absentee: the player's own games of the season for his team that the first absentee did not play in for it
without AS (
  SELECT
    a.game_id, a.player_id,
    COUNT(*) AS games, SUM(p.points) AS points, COUNT(p.seconds_played) AS timed_games, SUM(p.seconds_played) AS seconds
  FROM absentees AS a
  JOIN played AS p ON p.player_id = a.player_id AND p.season = a.season AND p.team_id = a.team_id AND p.game_date < a.game_date
  LEFT JOIN played AS q ON q.game_id = p.game_id AND q.team_id = p.team_id AND q.player_id = a.teammate_id
  WHERE a.place = 1 AND q.player_id IS NULL
  GROUP BY a.game_id, a.player_id
),

-- What is missing ----------------------------------------------------------------------------------------------------------

-- spine row: the required features that are NULL and why, each behind a comma
missing AS (
  SELECT
    s.game_id, s.player_id,
    CONCAT(
      CASE WHEN c.points_avg_last_5 IS NULL THEN ',points_avg_last_5' ELSE '' END,
      CASE WHEN c.points_avg_last_10 IS NULL THEN ',points_avg_last_10' ELSE '' END,
      CASE WHEN c.points_avg_season IS NULL THEN ',points_avg_season' ELSE '' END,
      CASE WHEN c.points_decayed IS NULL THEN ',points_decayed' ELSE '' END,
      CASE WHEN c.minutes_avg_last_5 IS NULL THEN ',minutes_avg_last_5' ELSE '' END,
      CASE WHEN c.minutes_avg_last_10 IS NULL THEN ',minutes_avg_last_10' ELSE '' END,
      CASE WHEN c.minutes_decayed IS NULL THEN ',minutes_decayed' ELSE '' END,
      CASE WHEN c.points_per_minute_last_10 IS NULL THEN ',points_per_minute_last_10' ELSE '' END,
      CASE WHEN c.usage_rate_last_10 IS NULL THEN ',usage_rate_last_10' ELSE '' END,
      CASE WHEN c.fg_attempts_avg_last_10 IS NULL THEN ',fg_attempts_avg_last_10' ELSE '' END,
      CASE WHEN d.opponent_defensive_rating IS NULL THEN ',opponent_defensive_rating' ELSE '' END,
      CASE WHEN d.opponent_pace IS NULL THEN ',opponent_pace' ELSE '' END,
      CASE WHEN c.team_pace_last_10 IS NULL THEN ',team_pace_last_10' ELSE '' END,
      CASE WHEN c.team_offensive_rating_last_10 IS NULL THEN ',team_offensive_rating_last_10' ELSE '' END,
      CASE WHEN u.days_rest IS NULL THEN ',days_rest' ELSE '' END
    ) AS names,
    CONCAT(
      CASE WHEN u.season_games = 0 THEN ',first_game' ELSE '' END,
      CASE
        WHEN u.season_games > 0
          AND (c.minutes_avg_last_5 IS NULL OR c.points_per_minute_last_10 IS NULL OR c.usage_rate_last_10 IS NULL)
          THEN ',no_playing_time'
        ELSE ''
      END,
      CASE WHEN u.season_games > 0 AND u.days_rest IS NULL THEN ',unseen_game' ELSE '' END,
      CASE WHEN u.team_form_games_used_10 = 0 THEN ',team_first_game' ELSE '' END,
      CASE WHEN d.opponent_games_in_sample = 0 THEN ',opponent_first_game' ELSE '' END
    ) AS reasons
  FROM spine AS s
  LEFT JOIN analytics.upcoming_player_game_context AS u
    ON u.game_id = s.game_id AND u.player_id = s.player_id AND u.game_date = s.game_date
  LEFT JOIN precompute.player_daily_cache AS c ON c.player_id = s.player_id AND c.game_date = s.game_date
  LEFT JOIN precompute.player_defensive_context AS d
    ON d.game_id = s.game_id AND d.player_id = s.player_id AND d.game_date = s.game_date
)
-- player x scheduled game: columns of the other pre-game tables of the same date, and one division each over the sums above
SELECT
  s.game_id,
  s.player_id,
  s.game_date,
  s.season,
  s.season_type,
  s.team_id,
  s.opponent_team_id,

  -- How good the row is
  u.season_games AS games_used,
  u.games_used_3,
  c.games_used_5,
  LEAST(u.season_games, 7) AS games_used_7,
  c.games_used_10,
  c.prior_season_games,
  u.team_form_games_used_10,
  u.opponent_form_games_used_10,
  d.opponent_games_in_sample,
  u.games_without_box_last_14_days,
  c.input_age_days,
  18 AS features_required,
  LENGTH(m.names) - LENGTH(REPLACE(m.names, ',', '')) AS required_missing,
  NULLIF(SUBSTRING(m.names, 2), '') AS required_missing_names,
  NULLIF(SUBSTRING(m.reasons, 2), '') AS required_missing_because,
  CASE
    WHEN m.names <> '' THEN 'insufficient'
    WHEN u.season_games >= 10 AND c.input_age_days <= 14 THEN 'high'
    WHEN u.season_games >= 5 AND c.input_age_days <= 30 THEN 'medium'
    ELSE 'low'
  END AS quality_tier,
  s.expected_because,
  u.season_phase,

  -- Level of scoring
  u.points_avg_last_3,
  c.points_avg_last_5,
  c.points_avg_last_10,
  c.points_avg_season,
  c.points_decayed,
  (COALESCE(n.season_points, 0) + 4 * c.prior_season_points_avg) / (u.season_games + 4) AS points_avg_shrunk,
  c.prior_season_points_avg,
  n.points AS points_last_game,
  c.home_points_avg_season,
  c.home_games_season,
  c.away_points_avg_season,
  c.away_games_season,
  u.points_avg_vs_opponent,
  u.games_vs_opponent,
  d.points_vs_opponent_minus_average,

  -- Distribution of points
  c.points_std_last_10,
  c.points_std_season,
  SQRT(w.games_10 * w.points_spread_10 / NULLIF((w.games_10 - 1) * w.points_10 * w.points_10, 0)) AS points_variation_last_10,
  (
    w.games_10 * w.games_10 * w.points_cubed_10 - 3 * w.games_10 * w.points_10 * w.points_squared_10
    + 2 * w.points_10 * w.points_10 * w.points_10
  ) / NULLIF(w.points_spread_10 * SQRT(w.points_spread_10), 0) AS points_skewness_last_10,
  w.points_min AS points_min_last_10,
  w.points_max AS points_max_last_10,
  w.games_of_10 / w.games_10 AS points_10_plus_rate_last_10,
  w.games_of_20 / w.games_10 AS points_20_plus_rate_last_10,
  w.games_of_30 / w.games_10 AS points_30_plus_rate_last_10,

  -- Trend of points
  CASE WHEN w.games_10 >= 5 THEN 3 * w.points_1_to_2 - 2 * w.points_3_to_5 END / 6 AS points_recent_change,
  w.points_rise_10 / w.slope_base_10 AS points_slope_last_10,
  (w.back_7 * w.points_7 - w.games_7 * w.back_points_7)
    / CASE WHEN w.games_7 >= 4 THEN w.games_7 * w.back_squared_7 - w.back_7 * w.back_7 END AS points_slope_last_7,
  (c.points_avg_last_5 - c.points_avg_season) / NULLIF(c.points_std_last_10, 0) AS points_last_5_z,
  (u.points_avg_last_3 - c.points_avg_season) / NULLIF(c.points_std_season, 0) AS points_last_3_z,
  c.points_avg_last_5 > c.points_avg_season + 1.5 * c.points_std_last_10 AS is_breakout,
  w.below_average_streak AS games_below_average_streak,

  -- Minutes and role
  n.seconds_played / 60 AS minutes_last_game,
  CASE WHEN w.timed_games_3 = LEAST(w.games_10, 3) THEN w.seconds_3 END / (60 * LEAST(w.games_10, 3)) AS minutes_avg_last_3,
  c.minutes_avg_last_5,
  c.minutes_avg_last_10,
  c.minutes_avg_season,
  c.minutes_decayed,
  c.timed_games_5,
  c.timed_games_10,
  c.timed_games_season,
  c.prior_season_minutes_avg,
  c.minutes_std_last_10,
  w.seconds_min / 60 AS minutes_min_last_10,
  w.seconds_max / 60 AS minutes_max_last_10,
  CASE WHEN w.timed_games_10 = w.games_10 THEN w.seconds_rise_10 END / (60 * w.slope_base_10) AS minutes_slope_last_10,
  (c.minutes_avg_last_10 - c.minutes_avg_season) / NULLIF(c.minutes_avg_season, 0) AS minutes_change_last_10,
  n.starter_flag AS started_last_game,
  CASE WHEN w.starter_games_5 = LEAST(w.games_10, 5) THEN w.starts_5 END AS starts_last_5,
  c.starter_rate_last_10,
  w.fourth_quarter_seconds_10 / NULLIF(60 * w.fourth_quarters_10, 0) AS fourth_quarter_minutes_avg_last_10,
  COALESCE(w.fourth_quarters_10, 0) AS fourth_quarter_games_10,
  c.team_games_missed_last_10,
  c.team_games_used_10,
  u.games_missed_streak,
  n.games_since_return,
  u.games_since_team_change,
  u.former_team_game,
  c.points_per_minute_last_10,
  60 * n.season_timed_points / NULLIF(n.season_seconds, 0) AS points_per_minute_season,

  -- Usage and shooting
  w.own_use_5 / NULLIF(w.team_use_5, 0) AS usage_rate_last_5,
  c.usage_rate_last_10,
  c.usage_rate_season,
  u.usage_rate_last_7_days,
  COALESCE(w.usage_games_5, 0) AS usage_games_5,
  c.usage_games_10,
  c.usage_games_season,
  u.usage_games_last_7_days,
  c.prior_season_usage_rate,
  c.fg_attempts_avg_last_10,
  c.fg_attempts_decayed,
  c.three_pt_attempts_avg_last_10,
  c.ft_attempts_avg_last_10,
  c.ts_pct_last_10,
  c.ts_pct_season,
  c.prior_season_ts_pct,
  c.efg_pct_last_10,
  d.paint_rate_last_10,
  d.mid_range_rate_last_10,
  d.three_pt_rate_last_10,
  z.unassisted_rate_last_10,
  d.zone_games_10,
  z.free_throw_points_share_last_10,

  -- The opponent
  d.opponent_defensive_rating,
  d.opponent_pace,
  d.opponent_defensive_rating_vs_league,
  d.opponent_pace_vs_league,
  d.opponent_points_allowed_per_game,
  u.opponent_off_rating_last_10,
  u.opponent_ft_rate_allowed_last_10,
  u.opponent_rebound_rate_last_10,
  d.opponent_paint_defense_vs_league_avg,
  d.opponent_mid_range_defense_vs_league_avg,
  d.opponent_three_pt_defense_vs_league_avg,
  d.opponent_zone_games_used,
  d.zone_advantage,
  f.shot_zone_mismatch_score,
  f.pace_score,
  o.rotation_players_out AS opponent_rotation_players_out,
  o.seconds_out / 60 AS opponent_minutes_out,

  -- The game and his team
  s.is_home AS home_game,
  t.neutral_site,
  s.season_type = 'playoffs' AS playoff_game,
  t.game_number_in_season,
  c.team_pace_last_10,
  c.team_offensive_rating_last_10,
  u.pace_differential,
  t.win_pct AS team_win_pct,
  t.opponent_win_pct,
  t.average_margin_last_10,
  t.blowout_rate_last_10,
  u.win_streak,
  u.loss_streak,

  -- Rest and travel
  u.days_rest,
  u.back_to_back,
  u.games_in_last_7_days,
  u.games_in_last_14_days,
  u.minutes_in_last_7_days,
  u.minutes_in_last_14_days,
  u.minutes_per_game_last_7_days,
  u.back_to_backs_last_14_days,
  f.freshness_score,
  u.team_days_rest,
  u.opponent_days_rest,
  u.rest_advantage,
  u.travel_miles,
  u.time_zones_crossed,
  u.travel_miles_last_14_days,
  u.consecutive_road_games,
  u.next_game_days_rest,
  u.games_in_next_7_days,

  -- Who is missing
  CASE
    WHEN u.availability_known THEN
      CASE u.player_status WHEN 'out' THEN 4 WHEN 'doubtful' THEN 3 WHEN 'questionable' THEN 2 WHEN 'probable' THEN 1 ELSE 0 END
  END AS status_severity,
  u.team_games_since_seen,
  u.star_teammates_out,
  u.questionable_star_teammates,
  u.star_tier_out,
  u.rotation_teammates_out,
  u.teammates_out_plays,
  u.teammates_out_points,
  u.teammates_out_minutes,
  f.plays_freed,
  f.usage_spike_score,
  a.teammate_id AS top_absentee_id,
  a.seconds / 60 AS top_absentee_minutes,
  COALESCE(x.games, 0) AS games_without_top_absentee,
  CASE WHEN x.timed_games = x.games THEN x.seconds END / NULLIF(60 * x.games, 0) AS minutes_avg_without_top_absentee,
  x.points / NULLIF(x.games, 0) AS points_avg_without_top_absentee,

  -- Market of the game: every column from the lines on spread and total begins with market_
  u.spread AS market_spread,
  ABS(u.spread) AS market_spread_size,
  u.spread_movement AS market_spread_movement,
  u.game_total AS market_total,
  u.total_movement AS market_total_movement,
  u.implied_team_total AS market_implied_team_total,

  -- Lines on his points: every column that comes from one begins with prop_
  u.has_points_line AS prop_has_line,
  u.points_line AS prop_points_line,
  u.opening_points_line AS prop_opening_line,
  u.line_movement AS prop_line_movement,
  u.line_books AS prop_line_books,
  u.points_line - c.points_avg_season AS prop_line_vs_season_average,
  u.line_change_since_last_game AS prop_line_change_since_last_game,
  u.over_streak AS prop_over_streak,
  u.under_streak AS prop_under_streak,
  u.graded_games_10 AS prop_graded_games_10,
  u.graded_games_5 AS prop_graded_games_5,
  u.over_rate_last_10 AS prop_over_rate_last_10,
  u.margin_vs_line_avg_last_5 AS prop_margin_vs_line_avg_last_5
FROM spine AS s
LEFT JOIN missing AS m ON m.game_id = s.game_id AND m.player_id = s.player_id
LEFT JOIN newest AS n ON n.game_id = s.game_id AND n.player_id = s.player_id
LEFT JOIN sums AS w ON w.game_id = s.game_id AND w.player_id = s.player_id
LEFT JOIN absentees AS a ON a.game_id = s.game_id AND a.player_id = s.player_id AND a.place = 1
LEFT JOIN without AS x ON x.game_id = s.game_id AND x.player_id = s.player_id
LEFT JOIN analytics.upcoming_player_game_context AS u
  ON u.game_id = s.game_id AND u.player_id = s.player_id AND u.game_date = s.game_date
LEFT JOIN analytics.upcoming_team_game_context AS t
  ON t.game_id = s.game_id AND t.team_id = s.team_id AND t.game_date = s.game_date
LEFT JOIN analytics.upcoming_team_game_context AS o
  ON o.game_id = s.game_id AND o.team_id = s.opponent_team_id AND o.game_date = s.game_date
LEFT JOIN precompute.player_daily_cache AS c ON c.player_id = s.player_id AND c.game_date = s.game_date
LEFT JOIN precompute.player_shot_zone_analysis AS z ON z.player_id = s.player_id AND z.game_date = s.game_date
LEFT JOIN precompute.player_defensive_context AS d
  ON d.game_id = s.game_id AND d.player_id = s.player_id AND d.game_date = s.game_date
LEFT JOIN precompute.player_composite_factors AS f
  ON f.game_id = s.game_id AND f.player_id = s.player_id AND f.game_date = s.game_date
