WITH
-- team x game: what the opponent did, the season's games in order, and the date of the next
games AS (
  SELECT
    team_id, season, CAST(SUBSTRING(season, 1, 4) AS INTEGER) AS start_year, game_date, game_id, home_game, points_allowed,
    opponent_possessions_hundredths AS possessions_hundredths,
    game_seconds,
    CASE WHEN has_shot_zones THEN 1 ELSE 0 END AS zone_games,
    opp_paint_attempts, opp_paint_makes, opp_mid_range_attempts, opp_mid_range_makes, opp_three_attempts_pbp, opp_three_makes_pbp,
    points_in_paint_allowed, blocks_paint, blocks_mid_range, blocks_three_pt,
    LEAD(game_date) OVER (PARTITION BY team_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST) AS next_date
  FROM analytics.team_defense_game_summary
),
-- team x game: sums over the newest 15 games up to it and over the season up to it; they hold until after the next date
states AS (
  SELECT
    team_id, start_year, game_date, next_date,
    COUNT(*) OVER last_15 AS games,
    SUM(points_allowed) OVER last_15 AS points,
    SUM(possessions_hundredths) OVER last_15 AS possessions_hundredths,
    SUM(game_seconds) OVER last_15 AS game_seconds,
    SUM(zone_games) OVER last_15 AS zone_games,
    SUM(opp_paint_attempts) OVER last_15 AS paint_attempts,
    SUM(opp_paint_makes) OVER last_15 AS paint_makes,
    SUM(opp_mid_range_attempts) OVER last_15 AS mid_range_attempts,
    SUM(opp_mid_range_makes) OVER last_15 AS mid_range_makes,
    SUM(opp_three_attempts_pbp) OVER last_15 AS three_attempts,
    SUM(opp_three_makes_pbp) OVER last_15 AS three_makes,
    SUM(points_in_paint_allowed) OVER last_15 AS paint_points,
    SUM(blocks_paint) OVER last_15 AS paint_blocks,
    SUM(blocks_mid_range) OVER last_15 AS mid_range_blocks,
    SUM(blocks_three_pt) OVER last_15 AS three_blocks,
    SUM(CASE WHEN home_game THEN 1 ELSE 0 END) OVER so_far AS home_games,
    SUM(CASE WHEN home_game THEN points_allowed ELSE 0 END) OVER so_far AS home_points,
    SUM(CASE WHEN home_game THEN possessions_hundredths ELSE 0 END) OVER so_far AS home_possessions_hundredths,
    SUM(CASE WHEN home_game THEN 0 ELSE 1 END) OVER so_far AS away_games,
    SUM(CASE WHEN home_game THEN 0 ELSE points_allowed END) OVER so_far AS away_points,
    SUM(CASE WHEN home_game THEN 0 ELSE possessions_hundredths END) OVER so_far AS away_possessions_hundredths
  FROM games
  WINDOW
    last_15 AS (
      PARTITION BY team_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST ROWS BETWEEN 14 PRECEDING AND CURRENT ROW),
    so_far AS (
      PARTITION BY team_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
-- spine row: the state after the team's newest game before the date, in its season and in the one before
target AS (
  SELECT
    r.game_date, r.team_id, r.season,
    COALESCE(s.games, 0) AS games,
    COALESCE(s.zone_games, 0) AS zone_games,
    COALESCE(s.home_games, 0) AS home_games,
    COALESCE(s.away_games, 0) AS away_games,
    COALESCE(p.home_games + p.away_games, 0) AS prior_games,
    s.points, s.possessions_hundredths, s.game_seconds,
    s.home_points, s.home_possessions_hundredths, s.away_points, s.away_possessions_hundredths,
    p.home_points + p.away_points AS prior_points,
    p.home_possessions_hundredths + p.away_possessions_hundredths AS prior_possessions_hundredths,
    s.paint_attempts, s.paint_makes, s.mid_range_attempts, s.mid_range_makes, s.three_attempts, s.three_makes,
    s.paint_points, s.paint_blocks, s.mid_range_blocks, s.three_blocks
  FROM spine AS r
  LEFT JOIN states AS s
    ON s.team_id = r.team_id AND s.start_year = CAST(SUBSTRING(r.season, 1, 4) AS INTEGER)
    AND s.game_date < r.game_date AND (s.next_date IS NULL OR s.next_date >= r.game_date)
  LEFT JOIN states AS p
    ON p.team_id = r.team_id AND p.start_year = CAST(SUBSTRING(r.season, 1, 4) AS INTEGER) - 1
    AND p.game_date < r.game_date AND (p.next_date IS NULL OR p.next_date >= r.game_date)
),
-- spine row with zones in enough games of its window; its makes beside what the league would have made of the attempts
zones AS (
  SELECT
    t.game_date, t.team_id, t.zone_games, t.paint_attempts, t.paint_makes, t.mid_range_attempts, t.mid_range_makes,
    t.three_attempts, t.three_makes, t.paint_points, t.paint_blocks, t.mid_range_blocks, t.three_blocks,
    t.paint_attempts + t.mid_range_attempts + t.three_attempts AS attempts,
    1000 * t.paint_makes - CAST(ROUND(1000 * l.paint_pct) AS BIGINT) * t.paint_attempts AS paint_excess_thousandths,
    1000 * t.mid_range_makes - CAST(ROUND(1000 * l.mid_range_pct) AS BIGINT) * t.mid_range_attempts AS mid_range_excess_thousandths,
    1000 * t.three_makes - CAST(ROUND(1000 * l.three_pt_pct) AS BIGINT) * t.three_attempts AS three_excess_thousandths
  FROM target AS t
  LEFT JOIN precompute.league_averages AS l ON l.game_date = t.game_date
  WHERE t.zone_games >= 5 AND 10 * t.zone_games >= 7 * t.games
),
-- spine row with zones: allowed less the league's percentage; one division, so that equal ones compare as equal
against AS (
  SELECT
    game_date, team_id,
    paint_excess_thousandths / NULLIF(1000 * paint_attempts, 0) AS paint,
    mid_range_excess_thousandths / NULLIF(1000 * mid_range_attempts, 0) AS mid_range,
    three_excess_thousandths / NULLIF(1000 * three_attempts, 0) AS three
  FROM zones
)
-- spine row: one division each; a comparison with NULL names no zone
SELECT
  t.game_date,
  t.team_id,
  t.season,
  team.tricode AS team_abbr,
  t.games AS games_in_sample,
  CASE WHEN t.games >= 15 THEN 'high' WHEN t.games >= 10 THEN 'medium' ELSE 'low' END AS sample_tier,
  t.zone_games AS zone_games_used,
  z.paint_makes / NULLIF(z.paint_attempts, 0) AS paint_pct_allowed_last_15,
  z.mid_range_makes / NULLIF(z.mid_range_attempts, 0) AS mid_range_pct_allowed_last_15,
  z.three_makes / NULLIF(z.three_attempts, 0) AS three_pt_pct_allowed_last_15,
  z.paint_attempts / z.zone_games AS paint_attempts_allowed_per_game,
  z.mid_range_attempts / z.zone_games AS mid_range_attempts_allowed_per_game,
  z.three_attempts / z.zone_games AS three_pt_attempts_allowed_per_game,
  z.paint_attempts / NULLIF(z.attempts, 0) AS paint_share_allowed,
  z.mid_range_attempts / NULLIF(z.attempts, 0) AS mid_range_share_allowed,
  z.three_attempts / NULLIF(z.attempts, 0) AS three_pt_share_allowed,
  z.paint_points / z.zone_games AS paint_points_allowed_per_game,
  z.paint_blocks / z.zone_games AS paint_blocks_per_game,
  z.mid_range_blocks / z.zone_games AS mid_range_blocks_per_game,
  z.three_blocks / z.zone_games AS three_pt_blocks_per_game,
  a.paint AS paint_defense_vs_league_avg,
  a.mid_range AS mid_range_defense_vs_league_avg,
  a.three AS three_pt_defense_vs_league_avg,
  CASE
    WHEN a.paint <= a.mid_range AND a.paint <= a.three THEN 'paint'
    WHEN a.mid_range < a.paint AND a.mid_range <= a.three THEN 'mid_range'
    WHEN a.three < a.paint AND a.three < a.mid_range THEN 'perimeter'
  END AS strongest_zone,
  CASE
    WHEN a.paint >= a.mid_range AND a.paint >= a.three THEN 'paint'
    WHEN a.mid_range > a.paint AND a.mid_range >= a.three THEN 'mid_range'
    WHEN a.three > a.paint AND a.three > a.mid_range THEN 'perimeter'
  END AS weakest_zone,
  10000 * t.points / NULLIF(t.possessions_hundredths, 0) AS defensive_rating_last_15,
  t.points / NULLIF(t.games, 0) AS opponent_points_per_game,
  2880 * t.possessions_hundredths / NULLIF(100 * t.game_seconds, 0) AS opponent_pace_last_15,
  t.home_games AS home_season_games_used,
  10000 * t.home_points / NULLIF(t.home_possessions_hundredths, 0) AS defensive_rating_home_season,
  t.away_games AS away_season_games_used,
  10000 * t.away_points / NULLIF(t.away_possessions_hundredths, 0) AS defensive_rating_away_season,
  t.prior_games AS prior_season_games_used,
  10000 * t.prior_points / NULLIF(t.prior_possessions_hundredths, 0) AS prior_season_defensive_rating
FROM target AS t
LEFT JOIN raw.teams_current AS team ON team.team_id = t.team_id
LEFT JOIN zones AS z ON z.game_date = t.game_date AND z.team_id = t.team_id
LEFT JOIN against AS a ON a.game_date = t.game_date AND a.team_id = t.team_id
