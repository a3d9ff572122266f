WITH
-- team x game with shots: attempts and makes by the zone of the shot
shots AS (
  SELECT
    game_id, team_id,
    COUNT(*) AS attempts,
    COUNT(*) FILTER (WHERE zone = 'paint') AS paint_attempts,
    COUNT(*) FILTER (WHERE zone = 'paint' AND made) AS paint_makes,
    COUNT(*) FILTER (WHERE zone = 'mid_range') AS mid_range_attempts,
    COUNT(*) FILTER (WHERE zone = 'mid_range' AND made) AS mid_range_makes,
    COUNT(*) FILTER (WHERE zone = 'three') AS three_attempts,
    COUNT(*) FILTER (WHERE zone = 'three' AND made) AS three_makes,
    COUNT(*) FILTER (WHERE zone_quality = 'distance') AS attempts_by_distance
  FROM raw.shots_current
  GROUP BY game_id, team_id
),
-- team x game with shots that agree with the box score within two attempts; the others get no zones
zones AS (
  SELECT
    s.game_id, s.team_id, s.paint_attempts, s.paint_makes, s.mid_range_attempts, s.mid_range_makes, s.three_attempts, s.three_makes,
    CASE WHEN s.attempts_by_distance = 0 THEN 'source' ELSE 'distance' END AS quality
  FROM shots AS s
  JOIN raw.team_box_current AS b ON b.game_id = s.game_id AND b.team_id = s.team_id
  WHERE ABS(b.fg_attempted - s.attempts) <= 2
),
-- team x game with play-by-play: points of its events, free throws included as the source flags them; where it flags none, no sum
events AS (
  SELECT
    game_id, team_id,
    SUM(points) AS points,
    CASE WHEN COUNT(is_fast_break) = COUNT(*) THEN SUM(CASE WHEN is_fast_break THEN points ELSE 0 END) END AS fast_break_points,
    CASE WHEN COUNT(is_second_chance) = COUNT(*) THEN SUM(CASE WHEN is_second_chance THEN points ELSE 0 END) END AS second_chance_points
  FROM raw.play_by_play_current
  WHERE points > 0
  GROUP BY game_id, team_id
),
-- team x game: flagged points of games whose events tell the score within two points; a torn feed would undercount
flagged AS (
  SELECT e.game_id, e.team_id, e.fast_break_points, e.second_chance_points
  FROM events AS e
  JOIN raw.team_box_current AS b ON b.game_id = e.game_id AND b.team_id = e.team_id
  WHERE ABS(b.points - e.points) <= 2
),
-- game x team with someone listed who did not appear
absent AS (
  SELECT d.game_id, d.team_id, COUNT(*) AS players
  FROM raw.did_not_play_current AS d
  LEFT JOIN raw.player_box_current AS b ON b.game_id = d.game_id AND b.player_id = d.player_id AND b.appeared
  WHERE b.player_id IS NULL
  GROUP BY d.game_id, d.team_id
),
-- game with a listing of those who did not play: only there is nobody absent a fact
listings AS (
  SELECT game_id, COUNT(*) AS players
  FROM raw.did_not_play_current
  GROUP BY game_id
),
-- game: its officials, in the order of their ids
crews AS (
  SELECT game_id, STRING_AGG(CAST(official_id AS VARCHAR), '|' ORDER BY official_id NULLS FIRST) AS referee_crew_id
  FROM raw.officials_current
  GROUP BY game_id
),
-- team x game: regulation is 240 player-minutes, an overtime 25; printed minutes are a few off, so to the nearest overtime
length AS (
  SELECT game_id, team_id, GREATEST(0, minutes - 240 + 12) // 25 AS overtime_periods
  FROM raw.team_box_current
),
-- team x game: numerators and denominators of every rate, in integers
counts AS (
  SELECT
    b.game_id, b.team_id, l.overtime_periods,
    2880 + 300 * l.overtime_periods AS game_seconds,
    CAST(100 * b.fg_attempted + 44 * b.ft_attempted AS BIGINT) AS shooting_hundredths,
    CAST(100 * b.fg_attempted + 44 * b.ft_attempted + 100 * b.turnovers - 100 * b.rebounds_offensive AS BIGINT) AS possessions_hundredths
  FROM raw.team_box_current AS b
  JOIN length AS l ON l.game_id = b.game_id AND l.team_id = b.team_id
)
-- team x final game: one division each, at the end
SELECT
  s.game_id,
  s.team_id,
  s.game_date,
  s.season,
  s.season_type,
  team.tricode AS team_abbr,
  s.opponent_team_id,
  opponent.tricode AS opponent_team_abbr,
  s.is_home AS home_game,
  b.points AS points_scored,
  b.fg_made AS fg_makes,
  b.fg_attempted AS fg_attempts,
  b.three_made AS three_pt_makes,
  b.three_attempted AS three_pt_attempts,
  b.ft_made AS ft_makes,
  b.ft_attempted AS ft_attempts,
  b.rebounds_offensive + b.rebounds_defensive AS rebounds,
  b.rebounds_offensive AS offensive_rebounds,
  b.assists,
  b.turnovers,
  b.fouls AS personal_fouls,
  z.paint_attempts AS team_paint_attempts,
  z.paint_makes AS team_paint_makes,
  z.mid_range_attempts AS team_mid_range_attempts,
  z.mid_range_makes AS team_mid_range_makes,
  z.three_attempts AS team_three_attempts_pbp,
  z.three_makes AS team_three_makes_pbp,
  2 * z.paint_makes AS points_in_paint_scored,
  f.fast_break_points AS fast_break_points_scored,
  f.second_chance_points AS second_chance_points_scored,
  c.possessions_hundredths,
  c.possessions_hundredths / 100 AS possessions,
  10000 * b.points / NULLIF(c.possessions_hundredths, 0) AS offensive_rating,
  c.possessions_hundredths * 2880 / (100 * c.game_seconds) AS pace,
  (c.possessions_hundredths + o.possessions_hundredths) * 2880 / (200 * c.game_seconds) AS game_pace,
  50 * b.points / NULLIF(c.shooting_hundredths, 0) AS ts_pct,
  (2 * b.fg_made + b.three_made) / NULLIF(2 * b.fg_attempted, 0) AS efg_pct,
  s.points > s.opponent_points AS win_flag,
  s.points - s.opponent_points AS margin_of_victory,
  c.overtime_periods,
  c.game_seconds,
  CASE WHEN listings.players > 0 THEN COALESCE(absent.players, 0) END AS players_inactive,
  crews.referee_crew_id,
  z.game_id IS NOT NULL AS has_shot_zones,
  z.quality AS shot_zones_quality,
  b.fg_attempted - shots.attempts AS shot_zone_attempts_gap
FROM spine AS s
JOIN raw.team_box_current AS b ON b.game_id = s.game_id AND b.team_id = s.team_id
JOIN counts AS c ON c.game_id = s.game_id AND c.team_id = s.team_id
JOIN counts AS o ON o.game_id = s.game_id AND o.team_id = s.opponent_team_id
LEFT JOIN raw.teams_current AS team ON team.team_id = s.team_id
LEFT JOIN raw.teams_current AS opponent ON opponent.team_id = s.opponent_team_id
LEFT JOIN shots ON shots.game_id = s.game_id AND shots.team_id = s.team_id
LEFT JOIN zones AS z ON z.game_id = s.game_id AND z.team_id = s.team_id
LEFT JOIN flagged AS f ON f.game_id = s.game_id AND f.team_id = s.team_id
LEFT JOIN absent ON absent.game_id = s.game_id AND absent.team_id = s.team_id
LEFT JOIN listings ON listings.game_id = s.game_id
LEFT JOIN crews ON crews.game_id = s.game_id
