WITH
-- scheduled game of the spine
games AS (
  SELECT DISTINCT game_id, game_date
  FROM spine
),
-- member of a team x scheduled game who is out and of the rotation: the plays the team used to see from him, in hundredths
freed AS (
  SELECT
    m.game_id, m.player_id, m.team_id,
    -- who has not been seen for so long that he is not expected has no row there, and freed his plays long ago
    COALESCE((m.plays_hundredths * (c.team_games_used_10 - c.team_games_missed_last_10)) // NULLIF(c.team_games_used_10, 0), 0)
      AS plays_hundredths
  FROM shared.teammates AS m
  JOIN games AS g ON g.game_id = m.game_id
  LEFT JOIN precompute.player_daily_cache AS c
    ON c.game_date = g.game_date AND c.game_id = m.game_id AND c.player_id = m.player_id AND c.team_id = m.team_id
  WHERE m.is_out AND m.is_rotation
),
-- team x scheduled game: all of them together
freed_by_team AS (
  SELECT game_id, team_id, SUM(plays_hundredths) AS plays_hundredths
  FROM freed
  GROUP BY game_id, team_id
),
-- player x scheduled game: the inputs of all scores
inputs AS (
  SELECT
    s.game_id, s.player_id, s.game_date, s.season, s.season_type, s.team_id, s.opponent_team_id,
    u.days_rest, u.back_to_back, u.games_in_last_7_days, u.seconds_in_last_7_days, u.minutes_in_last_7_days,
    u.games_without_box_last_14_days,
    u.minutes_per_game_last_7_days, u.back_to_backs_last_14_days, u.rotation_teammates_out, u.team_days_rest, u.opponent_days_rest,
    u.travel_miles, u.time_zones_crossed, u.next_game_days_rest,
    d.zone_games_10, d.primary_scoring_zone, d.zone_advantage, d.opponent_games_in_sample, d.opponent_zone_games_used,
    d.paint_rate_last_10, d.mid_range_rate_last_10, d.three_pt_rate_last_10, d.opponent_paint_defense_vs_league_avg,
    d.opponent_mid_range_defense_vs_league_avg, d.opponent_three_pt_defense_vs_league_avg, d.opponent_pace_vs_league,
    d.opponent_defensive_rating_vs_league,
    CASE WHEN u.availability_known THEN COALESCE(f.plays_hundredths, 0) - COALESCE(o.plays_hundredths, 0) END AS plays_freed_hundredths
  FROM spine AS s
  LEFT JOIN analytics.upcoming_player_game_context AS u
    ON u.game_date = s.game_date AND u.game_id = s.game_id AND u.player_id = s.player_id
  LEFT JOIN precompute.player_defensive_context AS d
    ON d.game_date = s.game_date AND d.game_id = s.game_id AND d.player_id = s.player_id
  LEFT JOIN freed_by_team AS f ON f.game_id = s.game_id AND f.team_id = s.team_id
  LEFT JOIN freed AS o ON o.game_id = s.game_id AND o.team_id = s.team_id AND o.player_id = s.player_id
),
-- player x scheduled game: each score before its limits, NULL if an input is; weights on integers stand as divisions (0.1 as / 10), which
-- are exact on every engine
measured AS (
  SELECT
    game_id, player_id,
    CASE WHEN days_rest IS NOT NULL AND seconds_in_last_7_days IS NOT NULL AND games_without_box_last_14_days = 0 THEN
      100
        - CASE WHEN back_to_back THEN 15 WHEN days_rest >= 3 THEN -5 ELSE 0 END
        - CASE WHEN games_in_last_7_days >= 4 THEN 10 ELSE 0 END
        - CASE WHEN seconds_in_last_7_days > 60 * 240 THEN 10 ELSE 0 END
        - CASE WHEN seconds_in_last_7_days > 60 * 35 * games_in_last_7_days THEN 8 ELSE 0 END
        - CASE WHEN back_to_backs_last_14_days >= 2 THEN 12 WHEN back_to_backs_last_14_days = 1 THEN 5 ELSE 0 END
    END AS freshness,
    12 * 0.5 * (
      2 * paint_rate_last_10 * opponent_paint_defense_vs_league_avg
      + 2 * mid_range_rate_last_10 * opponent_mid_range_defense_vs_league_avg
      + 3 * three_pt_rate_last_10 * opponent_three_pt_defense_vs_league_avg) AS shot_zone_mismatch,
    CASE WHEN opponent_games_in_sample >= 5 THEN 0.15 * opponent_pace_vs_league END AS pace,
    6 * plays_freed_hundredths / 10000 AS usage_spike,
    travel_miles / (10000 * team_days_rest)
      + CASE WHEN ABS(time_zones_crossed) < team_days_rest THEN 0 ELSE ABS(time_zones_crossed) - team_days_rest + 1 END / 10 AS travel,
    CASE WHEN team_days_rest > 3 THEN 3 ELSE team_days_rest END
      - CASE WHEN opponent_days_rest > 3 THEN 3 ELSE opponent_days_rest END AS days_ahead,
    CASE WHEN opponent_games_in_sample >= 5 THEN 0.07 * opponent_defensive_rating_vs_league END AS opponent_strength,
    CASE WHEN next_game_days_rest = 1 THEN 1 WHEN next_game_days_rest > 1 THEN 0 END AS games_tomorrow
  FROM inputs
),
-- player x scheduled game: the scores within their limits; GREATEST and LEAST would make a number of a NULL, but not on every engine
scores AS (
  SELECT
    game_id, player_id,
    CASE WHEN freshness > 100 THEN 100 ELSE freshness END AS freshness_score,
    CASE WHEN shot_zone_mismatch < -10 THEN -10 WHEN shot_zone_mismatch > 10 THEN 10 ELSE shot_zone_mismatch END
      AS shot_zone_mismatch_score,
    CASE WHEN pace < -3 THEN -3 WHEN pace > 3 THEN 3 ELSE pace END AS pace_score,
    CASE WHEN usage_spike > 3 THEN 3 ELSE usage_spike END AS usage_spike_score,
    0 - travel AS travel_impact_score,
    days_ahead / 10 AS rest_advantage_score,
    CASE WHEN opponent_strength < -3 THEN -3 WHEN opponent_strength > 3 THEN 3 ELSE opponent_strength END AS opponent_strength_score,
    0 - games_tomorrow / 5 AS look_ahead_pressure_score
  FROM measured
)
-- player x scheduled game
SELECT
  i.game_id,
  i.player_id,
  i.game_date,
  i.season,
  i.season_type,
  i.team_id,
  i.opponent_team_id,
  c.freshness_score,
  (c.freshness_score - 100) / 20 AS fatigue_adjustment,
  c.shot_zone_mismatch_score,
  c.pace_score,
  c.usage_spike_score,
  c.travel_impact_score,
  c.rest_advantage_score,
  c.opponent_strength_score,
  c.look_ahead_pressure_score,
  CASE WHEN c.freshness_score IS NULL THEN 0 ELSE 1 END
    + CASE WHEN c.shot_zone_mismatch_score IS NULL THEN 0 ELSE 1 END
    + CASE WHEN c.pace_score IS NULL THEN 0 ELSE 1 END
    + CASE WHEN c.usage_spike_score IS NULL THEN 0 ELSE 1 END
    + CASE WHEN c.travel_impact_score IS NULL THEN 0 ELSE 1 END
    + CASE WHEN c.rest_advantage_score IS NULL THEN 0 ELSE 1 END
    + CASE WHEN c.opponent_strength_score IS NULL THEN 0 ELSE 1 END
    + CASE WHEN c.look_ahead_pressure_score IS NULL THEN 0 ELSE 1 END AS factors_present,
  CASE WHEN COALESCE(c.freshness_score, c.shot_zone_mismatch_score, c.pace_score, c.usage_spike_score,
    c.travel_impact_score, c.rest_advantage_score, c.opponent_strength_score, c.look_ahead_pressure_score) IS NOT NULL THEN
    COALESCE((c.freshness_score - 100) / 20, 0)
      + COALESCE(c.shot_zone_mismatch_score, 0)
      + COALESCE(c.pace_score, 0)
      + COALESCE(c.usage_spike_score, 0)
      + COALESCE(c.travel_impact_score, 0)
      + COALESCE(c.rest_advantage_score, 0)
      + COALESCE(c.opponent_strength_score, 0)
      + COALESCE(c.look_ahead_pressure_score, 0)
  END AS total_composite_adjustment,
  i.days_rest,
  i.back_to_back,
  i.games_in_last_7_days,
  i.minutes_in_last_7_days,
  i.minutes_per_game_last_7_days,
  i.back_to_backs_last_14_days,
  i.zone_games_10,
  i.primary_scoring_zone,
  i.zone_advantage,
  i.opponent_games_in_sample,
  i.opponent_zone_games_used,
  i.opponent_pace_vs_league,
  i.opponent_defensive_rating_vs_league,
  i.plays_freed_hundredths / 100 AS plays_freed,
  i.rotation_teammates_out,
  i.team_days_rest,
  i.opponent_days_rest,
  i.travel_miles,
  i.time_zones_crossed,
  i.next_game_days_rest
FROM inputs AS i
JOIN scores AS c ON c.game_id = i.game_id AND c.player_id = i.player_id
