WITH
-- shooting team x game with a blocked shot: blocks by the zone of the blocked shot
blocked AS (
  SELECT
    game_id, team_id,
    COUNT(*) FILTER (WHERE zone = 'paint') AS paint,
    COUNT(*) FILTER (WHERE zone = 'mid_range') AS mid_range,
    COUNT(*) FILTER (WHERE zone = 'three') AS three
  FROM raw.shots_current
  WHERE block_player_id IS NOT NULL
  GROUP BY game_id, team_id
)
-- defending team x final game: the opponent's offence with the pair swapped, beside what the box score says of the defenders
SELECT
  s.game_id,
  s.team_id,
  s.game_date,
  s.season,
  s.season_type,
  own.team_abbr AS defending_team_abbr,
  s.opponent_team_id,
  own.opponent_team_abbr,
  own.home_game,
  opp.points_scored AS points_allowed,
  opp.fg_makes AS opp_fg_makes,
  opp.fg_attempts AS opp_fg_attempts,
  opp.three_pt_makes AS opp_three_pt_makes,
  opp.three_pt_attempts AS opp_three_pt_attempts,
  opp.ft_makes AS opp_ft_makes,
  opp.ft_attempts AS opp_ft_attempts,
  opp.rebounds AS opp_rebounds,
  opp.offensive_rebounds AS opp_offensive_rebounds,
  opp.assists AS opp_assists,
  opp.turnovers AS turnovers_forced,
  own.personal_fouls AS fouls_committed,
  b.steals,
  b.blocks,
  b.rebounds_defensive AS defensive_rebounds,
  opp.team_paint_attempts AS opp_paint_attempts,
  opp.team_paint_makes AS opp_paint_makes,
  opp.team_mid_range_attempts AS opp_mid_range_attempts,
  opp.team_mid_range_makes AS opp_mid_range_makes,
  opp.team_three_attempts_pbp AS opp_three_attempts_pbp,
  opp.team_three_makes_pbp AS opp_three_makes_pbp,
  opp.points_in_paint_scored AS points_in_paint_allowed,
  2 * opp.team_mid_range_makes AS mid_range_points_allowed,
  3 * opp.three_pt_makes AS three_pt_points_allowed,
  opp.fast_break_points_scored AS fast_break_points_allowed,
  opp.second_chance_points_scored AS second_chance_points_allowed,
  CASE WHEN opp.has_shot_zones THEN COALESCE(k.paint, 0) END AS blocks_paint,
  CASE WHEN opp.has_shot_zones THEN COALESCE(k.mid_range, 0) END AS blocks_mid_range,
  CASE WHEN opp.has_shot_zones THEN COALESCE(k.three, 0) END AS blocks_three_pt,
  opp.possessions_hundredths AS opponent_possessions_hundredths,
  opp.possessions AS opponent_possessions,
  opp.offensive_rating AS defensive_rating,
  opp.pace AS opponent_pace,
  opp.ts_pct AS opponent_ts_pct,
  opp.efg_pct AS opponent_efg_pct,
  own.win_flag,
  own.margin_of_victory,
  own.overtime_periods,
  own.game_seconds,
  own.players_inactive,
  own.referee_crew_id,
  opp.has_shot_zones,
  opp.shot_zones_quality,
  opp.shot_zone_attempts_gap
FROM spine AS s
JOIN analytics.team_offense_game_summary AS own ON own.game_id = s.game_id AND own.team_id = s.team_id
JOIN analytics.team_offense_game_summary AS opp ON opp.game_id = s.game_id AND opp.team_id = s.opponent_team_id
JOIN raw.team_box_current AS b ON b.game_id = s.game_id AND b.team_id = s.team_id
LEFT JOIN blocked AS k ON k.game_id = s.game_id AND k.team_id = s.opponent_team_id
