WITH
-- Calendar: rest, road and what comes next, by the schedule alone ------------------------------------------------------

-- season: where it begins, its dates counted from there, and whether the schedule names networks
seasons AS (
  SELECT
    season, first_date,
    DATE_DIFF('day', first_date, last_regular_date) AS last_regular_day,
    DATE_DIFF('day', first_date, cup_final_date) AS cup_final_day,
    names_networks
  FROM (
    SELECT
      season,
      MIN(game_date) AS first_date,
      MAX(CASE WHEN season_type = 'regular' THEN game_date END) AS last_regular_date,
      MAX(CASE WHEN season_type = 'cup_final' THEN game_date END) AS cup_final_date,
      COUNT(national_tv) > 0 AS names_networks
    FROM shared.team_schedule
    GROUP BY season
  )
),
-- team x scheduled game: its day of the season, and the games before and after it
stops AS (
  SELECT
    t.game_id, t.team_id, t.season, t.season_type, t.game_date, t.game_number, t.eastern_utc_offset_hours, t.venue_team_id,
    s.last_regular_day, s.cup_final_day,
    DATE_DIFF('day', s.first_date, t.game_date) AS day,
    COALESCE(t.venue_team_id = t.team_id, FALSE) AS in_own_arena,
    CASE WHEN s.names_networks THEN t.national_tv IS NOT NULL END AS on_national_tv,
    LAG(t.game_date) OVER by_number AS last_game_date,
    DATE_DIFF('day', LAG(t.game_date) OVER by_number, t.game_date) AS days_rest,
    LAG(t.venue_team_id) OVER by_number AS last_venue_team_id,
    LEAD(t.game_date) OVER by_number AS next_game_date,
    DATE_DIFF('day', s.first_date, LEAD(t.game_date) OVER by_number) AS next_day,
    LEAD(t.season_type) OVER by_number AS next_season_type,
    LEAD(t.opponent_team_id) OVER by_number AS next_opponent_team_id,
    LEAD(t.is_home) OVER by_number AS next_game_home,
    LEAD(CASE WHEN s.names_networks THEN t.national_tv IS NOT NULL END) OVER by_number AS next_game_national_tv
  FROM shared.team_schedule AS t
  JOIN seasons AS s ON s.season = t.season
  WINDOW by_number AS (PARTITION BY t.team_id, t.season ORDER BY t.game_number NULLS FIRST)
),
-- team x scheduled game: the leg that leads to it from the venue of the game before; NULL unless both are somebody's arenas
legs AS (
  SELECT
    p.game_id, p.team_id,
    CASE WHEN p.last_venue_team_id = p.venue_team_id THEN 0 ELSE d.distance_tenth_miles END AS tenth_miles,
    CASE
      WHEN p.eastern_utc_offset_hours = -4 THEN here.summer_utc_offset_hours - there.summer_utc_offset_hours
      ELSE here.winter_utc_offset_hours - there.winter_utc_offset_hours
    END AS zones
  FROM stops AS p
  LEFT JOIN raw.arena_distances_current AS d ON d.from_team_id = p.last_venue_team_id AND d.to_team_id = p.venue_team_id
  LEFT JOIN raw.arenas_current AS here ON here.team_id = p.venue_team_id
  LEFT JOIN raw.arenas_current AS there ON there.team_id = p.last_venue_team_id
),
-- team x scheduled game: counts of games and sums of legs around it, and whether what comes next was settled beforehand
calendar AS (
  SELECT
    p.game_id, p.team_id, p.in_own_arena, p.on_national_tv, p.last_game_date, p.days_rest,
    p.next_game_date, p.next_opponent_team_id, p.next_game_home, p.next_game_national_tv,
    p.next_day - p.day AS next_game_days_rest,
    COUNT(CASE WHEN p.season_type = 'regular' THEN 1 END) OVER season_games AS season_games_scheduled,
    COUNT(CASE WHEN p.season_type = 'regular' THEN 1 END) OVER upto AS regular_number,
    COUNT(*) OVER last_7_days AS games_in_last_7_days,
    COUNT(*) OVER last_14_days AS games_in_last_14_days,
    COUNT(CASE WHEN p.days_rest = 1 THEN 1 END) OVER last_13_days AS back_to_backs_last_14_days,
    COUNT(*) OVER next_7_days AS games_in_next_7_days,
    p.game_number - 1 - COALESCE(MAX(CASE WHEN p.in_own_arena THEN p.game_number END) OVER earlier, 0) AS road_games_before,
    p.game_number - 1 - COALESCE(MAX(CASE WHEN NOT p.in_own_arena THEN p.game_number END) OVER earlier, 0) AS home_games_before,
    l.tenth_miles,
    l.zones,
    CASE WHEN COUNT(*) OVER last_14_days = COUNT(l.tenth_miles) OVER last_14_days
      THEN l.tenth_miles + COALESCE(SUM(l.tenth_miles) OVER last_14_days, 0) END AS tenth_miles_last_14_days,
    CASE WHEN COUNT(*) OVER last_14_days = COUNT(l.zones) OVER last_14_days
      THEN ABS(l.zones) + COALESCE(SUM(ABS(l.zones)) OVER last_14_days, 0) END AS zones_last_14_days,
    -- results decide who plays after the regular season, and in the 8 days that end with a cup final
    p.season_type = 'regular' AND p.next_season_type = 'regular'
      AND COALESCE(p.day > p.cup_final_day OR p.next_day < p.cup_final_day - 7, TRUE) AS is_next_known,
    p.season_type = 'regular' AND p.day + 7 <= p.last_regular_day
      AND COALESCE(p.day > p.cup_final_day OR p.day + 7 < p.cup_final_day - 7, TRUE) AS is_week_known
  FROM stops AS p
  JOIN legs AS l ON l.game_id = p.game_id AND l.team_id = p.team_id
  WINDOW
    season_games AS (PARTITION BY p.team_id, p.season),
    upto AS (PARTITION BY p.team_id, p.season ORDER BY p.game_number NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
    earlier AS (PARTITION BY p.team_id, p.season ORDER BY p.game_number NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
    last_7_days AS (PARTITION BY p.team_id, p.season ORDER BY p.day NULLS FIRST RANGE BETWEEN 7 PRECEDING AND 1 PRECEDING),
    last_13_days AS (PARTITION BY p.team_id, p.season ORDER BY p.day NULLS FIRST RANGE BETWEEN 13 PRECEDING AND 1 PRECEDING),
    last_14_days AS (PARTITION BY p.team_id, p.season ORDER BY p.day NULLS FIRST RANGE BETWEEN 14 PRECEDING AND 1 PRECEDING),
    next_7_days AS (PARTITION BY p.team_id, p.season ORDER BY p.day NULLS FIRST RANGE BETWEEN 1 FOLLOWING AND 7 FOLLOWING)
),

-- State: results of earlier dates --------------------------------------------------------------------------------------

-- team x final game that counts: the home team's row, then the away team's
results AS (
  SELECT
    game_id, game_date, season, season_type, home_team_id AS team_id, away_team_id AS opponent_team_id, TRUE AS is_home,
    home_points - away_points AS margin, COALESCE(winner_team_id = home_team_id, FALSE) AS won
  FROM raw.games_current
  WHERE counts AND is_final
  UNION ALL
  SELECT
    game_id, game_date, season, season_type, away_team_id AS team_id, home_team_id AS opponent_team_id, FALSE AS is_home,
    away_points - home_points AS margin, COALESCE(winner_team_id = away_team_id, FALSE) AS won
  FROM raw.games_current
  WHERE counts AND is_final
),
-- team x final game, numbered within the team's season and within its games against that opponent
numbered AS (
  SELECT
    game_id, game_date, season, team_id, opponent_team_id, is_home, margin, won,
    ROW_NUMBER() OVER (PARTITION BY team_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST) AS n,
    ROW_NUMBER() OVER (PARTITION BY team_id, season, opponent_team_id ORDER BY game_date NULLS FIRST, game_id NULLS FIRST) AS meeting
  FROM results
),
-- team x final game: the team's season up to it, and the date of the next, until which it stands so
records AS (
  SELECT
    team_id, season, game_date, margin, won,
    LEAD(game_date) OVER (PARTITION BY team_id, season ORDER BY n NULLS FIRST) AS next_date,
    COUNT(*) OVER upto AS games,
    COUNT(CASE WHEN won THEN 1 END) OVER upto AS wins,
    COUNT(CASE WHEN is_home THEN 1 END) OVER upto AS home_games,
    COUNT(CASE WHEN is_home AND won THEN 1 END) OVER upto AS home_wins,
    COUNT(*) OVER last_10 AS games_10,
    COUNT(CASE WHEN won THEN 1 END) OVER last_10 AS wins_10,
    COUNT(CASE WHEN ABS(margin) >= 15 THEN 1 END) OVER last_10 AS blowouts_10,
    SUM(margin) OVER last_10 AS margin_10,
    n - COALESCE(MAX(CASE WHEN NOT won THEN n END) OVER upto, 0) AS win_streak,
    n - COALESCE(MAX(CASE WHEN won THEN n END) OVER upto, 0) AS loss_streak
  FROM numbered
  WINDOW
    upto AS (PARTITION BY team_id, season ORDER BY n NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
    last_10 AS (PARTITION BY team_id, season ORDER BY n NULLS FIRST ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)
),
-- team x final game: its meetings with that opponent this season up to it, and the date of the next
meetings AS (
  SELECT
    team_id, opponent_team_id, season, game_date, margin, won, meeting AS games,
    LEAD(game_date) OVER (PARTITION BY team_id, season, opponent_team_id ORDER BY meeting NULLS FIRST) AS next_date,
    COUNT(CASE WHEN won THEN 1 END) OVER upto AS wins,
    SUM(margin) OVER upto AS margins
  FROM numbered
  WINDOW upto AS (
    PARTITION BY team_id, season, opponent_team_id ORDER BY meeting NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
-- team x season: its regular games
regular_seasons AS (
  SELECT
    team_id, CAST(SUBSTRING(season, 1, 4) AS INTEGER) AS start_year, COUNT(*) AS games, COUNT(CASE WHEN won THEN 1 END) AS wins
  FROM results
  WHERE season_type = 'regular'
  GROUP BY team_id, CAST(SUBSTRING(season, 1, 4) AS INTEGER)
),

-- Form: team box scores of earlier dates -------------------------------------------------------------------------------

-- team x game with team box scores: what is summed, and its rates in whole hundredths
boxes AS (
  SELECT
    o.team_id, o.season, o.game_date, o.game_id, o.home_game, o.points_scored, o.possessions_hundredths, o.game_seconds,
    o.fg_attempts, o.rebounds, d.points_allowed, d.opponent_possessions_hundredths, d.opp_ft_attempts,
    2 * o.fg_makes + o.three_pt_makes AS half_field_goals,
    o.rebounds + d.opp_rebounds AS all_rebounds,
    (5760 * o.possessions_hundredths + o.game_seconds) // (2 * o.game_seconds) AS pace,
    (2000000 * CAST(o.points_scored AS BIGINT) + o.possessions_hundredths) // (2 * o.possessions_hundredths) AS offense,
    (2000000 * CAST(d.points_allowed AS BIGINT) + d.opponent_possessions_hundredths) // (2 * d.opponent_possessions_hundredths) AS defense
  FROM analytics.team_offense_game_summary AS o
  JOIN analytics.team_defense_game_summary AS d ON d.game_id = o.game_id AND d.team_id = o.team_id AND d.season = o.season
),
-- team x game with team box scores: sums over the last 10 up to it and over the season, and the date of the next
sums AS (
  SELECT
    team_id, season, game_date,
    LEAD(game_date) OVER (PARTITION BY team_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST) AS next_date,
    COUNT(*) OVER last_10 AS games,
    SUM(game_seconds) OVER last_10 AS seconds,
    SUM(points_scored) OVER last_10 AS points,
    SUM(possessions_hundredths) OVER last_10 AS possessions_hundredths,
    SUM(points_allowed) OVER last_10 AS points_allowed,
    SUM(opponent_possessions_hundredths) OVER last_10 AS opponent_possessions_hundredths,
    SUM(opp_ft_attempts) OVER last_10 AS opponent_ft_attempts,
    SUM(rebounds) OVER last_10 AS rebounds,
    SUM(all_rebounds) OVER last_10 AS all_rebounds,
    SUM(half_field_goals) OVER last_10 AS half_field_goals,
    SUM(fg_attempts) OVER last_10 AS fg_attempts,
    SUM(pace) OVER last_10 AS pace,
    SUM(pace * pace) OVER last_10 AS pace_squared,
    SUM(offense) OVER last_10 AS offense,
    SUM(offense * offense) OVER last_10 AS offense_squared,
    SUM(defense) OVER last_10 AS defense,
    SUM(defense * defense) OVER last_10 AS defense_squared,
    COUNT(CASE WHEN home_game THEN 1 END) OVER upto AS home_games,
    SUM(CASE WHEN home_game THEN points_scored ELSE 0 END) OVER upto AS home_points,
    SUM(CASE WHEN home_game THEN possessions_hundredths ELSE 0 END) OVER upto AS home_possessions_hundredths,
    COUNT(CASE WHEN NOT home_game THEN 1 END) OVER upto AS away_games,
    SUM(CASE WHEN NOT home_game THEN points_scored ELSE 0 END) OVER upto AS away_points,
    SUM(CASE WHEN NOT home_game THEN possessions_hundredths ELSE 0 END) OVER upto AS away_possessions_hundredths
  FROM boxes
  WINDOW
    upto AS (
      PARTITION BY team_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
    last_10 AS (
      PARTITION BY team_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)
),
-- team x game with team box scores: one division each
form AS (
  SELECT
    team_id, season, game_date, next_date, games,
    possessions_hundredths * 2880 / NULLIF(100 * seconds, 0) AS pace,
    10000 * points / NULLIF(possessions_hundredths, 0) AS offensive_rating,
    10000 * points_allowed / NULLIF(opponent_possessions_hundredths, 0) AS defensive_rating,
    10000 * opponent_ft_attempts / NULLIF(opponent_possessions_hundredths, 0) AS ft_rate_allowed,
    rebounds / NULLIF(all_rebounds, 0) AS rebound_rate,
    half_field_goals / NULLIF(2 * fg_attempts, 0) AS efg_pct,
    SQRT((games * pace_squared - pace * pace) / NULLIF(10000 * games * (games - 1), 0)) AS pace_std,
    SQRT((games * offense_squared - offense * offense) / NULLIF(10000 * games * (games - 1), 0)) AS offensive_rating_std,
    SQRT((games * defense_squared - defense * defense) / NULLIF(10000 * games * (games - 1), 0)) AS defensive_rating_std,
    home_games,
    10000 * home_points / NULLIF(home_possessions_hundredths, 0) AS home_offensive_rating,
    away_games,
    10000 * away_points / NULLIF(away_possessions_hundredths, 0) AS away_offensive_rating
  FROM sums
),

-- Absences: what was said of the team's members before the cut-off -----------------------------------------------------

-- game with an injury report from before its cut-off, on anybody
reported AS (
  SELECT DISTINCT g.game_id
  FROM raw.games_scheduled AS g
  JOIN raw.injuries_current AS i ON i.game_date = g.game_date
  WHERE i.snapshot_quality = 'timed' AND i.snapshot_at < g.cutoff_at AND i.status <> 'unknown'
),
-- date with a step on or off an injured list in the 180 days before it
listed AS (
  SELECT DISTINCT d.game_date
  FROM (SELECT DISTINCT game_date FROM spine) AS d
  JOIN (
    SELECT DISTINCT game_date
    FROM raw.transactions_current
    WHERE kind IN ('injured_list_placed', 'injured_list_activated')
  ) AS t ON t.game_date < d.game_date AND DATE_DIFF('day', t.game_date, d.game_date) <= 180
),
-- team x scheduled game: its members who are said to miss the game
absences AS (
  SELECT
    game_id, team_id,
    COUNT(CASE WHEN is_out THEN 1 END) AS players,
    COUNT(CASE WHEN is_out AND is_rotation THEN 1 END) AS rotation_players,
    COUNT(CASE WHEN is_out AND is_star THEN 1 END) AS stars,
    COUNT(CASE WHEN is_questionable THEN 1 END) AS questionable_players,
    SUM(CASE WHEN is_out AND is_rotation THEN plays_hundredths ELSE 0 END) AS plays_hundredths,
    SUM(CASE WHEN is_out AND is_rotation THEN points_hundredths ELSE 0 END) AS points_hundredths,
    SUM(CASE WHEN is_out AND is_rotation THEN seconds ELSE 0 END) AS seconds
  FROM shared.teammates
  GROUP BY game_id, team_id
)
-- team x scheduled game: the team's own figures, and beside them those of its opponent on the same date
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
  s.neutral_site,
  s.cutoff_at,
  s.cutoff_kind,
  CASE
    WHEN s.season_type <> 'regular' THEN s.season_type
    WHEN c.regular_number <= 5 THEN 'opening'
    WHEN c.regular_number <= (2 * c.season_games_scheduled + 3) // 6 THEN 'early'
    WHEN c.regular_number <= (4 * c.season_games_scheduled + 3) // 6 THEN 'middle'
    ELSE 'late'
  END AS season_phase,
  s.game_number AS game_number_in_season,
  c.season_games_scheduled,
  c.on_national_tv AS national_tv,

  c.last_game_date,
  c.days_rest,
  COALESCE(c.days_rest = 1, FALSE) AS is_back_to_back,
  c.games_in_last_7_days,
  c.games_in_last_14_days,
  c.back_to_backs_last_14_days,
  co.days_rest AS opponent_days_rest,
  COALESCE(co.days_rest = 1, FALSE) AS opponent_is_back_to_back,
  co.games_in_last_7_days AS opponent_games_in_last_7_days,
  co.games_in_last_14_days AS opponent_games_in_last_14_days,
  c.days_rest - co.days_rest AS rest_advantage,

  CASE WHEN c.is_next_known THEN c.next_game_date END AS next_game_date,
  CASE WHEN c.is_next_known THEN c.next_game_days_rest END AS next_game_days_rest,
  CASE WHEN c.is_next_known THEN c.next_opponent_team_id END AS next_opponent_team_id,
  CASE WHEN c.is_next_known THEN rn.wins / NULLIF(rn.games, 0) END AS next_opponent_win_pct,
  CASE WHEN c.is_next_known THEN c.next_game_home END AS next_game_home,
  CASE WHEN c.is_next_known THEN c.next_game_national_tv END AS next_game_national_tv,
  CASE WHEN c.is_week_known THEN c.games_in_next_7_days END AS games_in_next_7_days,
  CASE WHEN co.is_next_known THEN co.next_game_days_rest END AS opponent_next_game_days_rest,
  CASE WHEN co.is_week_known THEN co.games_in_next_7_days END AS opponent_games_in_next_7_days,

  s.venue_team_id,
  c.tenth_miles AS travel_tenth_miles,
  c.tenth_miles / 10 AS travel_miles,
  c.zones AS time_zones_crossed,
  c.tenth_miles_last_14_days / 10 AS travel_miles_last_14_days,
  c.zones_last_14_days AS time_zones_crossed_last_14_days,
  c.road_games_before AS consecutive_road_games,
  CASE WHEN NOT c.in_own_arena THEN c.road_games_before + 1 END AS road_trip_game_number,
  CASE WHEN c.in_own_arena THEN c.home_games_before + 1 END AS home_stand_game_number,

  COALESCE(r.wins, 0) AS wins,
  COALESCE(r.games - r.wins, 0) AS losses,
  r.wins / NULLIF(r.games, 0) AS win_pct,
  COALESCE(r.home_games, 0) AS home_games,
  r.home_wins / NULLIF(r.home_games, 0) AS home_win_pct,
  COALESCE(r.games - r.home_games, 0) AS away_games,
  (r.wins - r.home_wins) / NULLIF(r.games - r.home_games, 0) AS away_win_pct,
  COALESCE(r.games_10, 0) AS games_used_10,
  COALESCE(r.wins_10, 0) AS wins_last_10,
  r.margin_10 / NULLIF(r.games_10, 0) AS average_margin_last_10,
  r.blowouts_10 / NULLIF(r.games_10, 0) AS blowout_rate_last_10,
  COALESCE(r.win_streak, 0) AS win_streak,
  COALESCE(r.loss_streak, 0) AS loss_streak,
  r.margin AS last_game_margin,
  CASE WHEN r.won THEN 'W' WHEN NOT r.won THEN 'L' END AS last_game_result,
  COALESCE(m.games, 0) AS games_vs_opponent_season,
  COALESCE(m.wins, 0) AS wins_vs_opponent_season,
  m.margins AS margin_vs_opponent_season,
  NOT m.won AS lost_last_meeting,
  COALESCE(prior.games, 0) AS prior_season_games,
  prior.wins / NULLIF(prior.games, 0) AS prior_season_win_pct,

  COALESCE(f.games, 0) AS form_games_used_10,
  f.pace AS pace_last_10,
  f.offensive_rating AS offensive_rating_last_10,
  f.defensive_rating AS defensive_rating_last_10,
  f.offensive_rating - f.defensive_rating AS net_rating_last_10,
  f.ft_rate_allowed AS ft_rate_allowed_last_10,
  f.rebound_rate AS rebound_rate_last_10,
  f.efg_pct AS efg_pct_last_10,
  f.pace_std AS pace_std_last_10,
  f.offensive_rating_std AS offensive_rating_std_last_10,
  f.defensive_rating_std AS defensive_rating_std_last_10,
  COALESCE(f.home_games, 0) AS home_form_games,
  f.home_offensive_rating AS offensive_rating_home_season,
  COALESCE(f.away_games, 0) AS away_form_games,
  f.away_offensive_rating AS offensive_rating_away_season,
  ro.wins / NULLIF(ro.games, 0) AS opponent_win_pct,
  COALESCE(fo.games, 0) AS opponent_form_games_used_10,
  fo.pace AS opponent_pace_last_10,
  fo.offensive_rating AS opponent_offensive_rating_last_10,
  fo.defensive_rating AS opponent_defensive_rating_last_10,
  fo.ft_rate_allowed AS opponent_ft_rate_allowed_last_10,
  fo.rebound_rate AS opponent_rebound_rate_last_10,
  fo.pace_std AS opponent_pace_std_last_10,
  fo.offensive_rating_std AS opponent_offensive_rating_std_last_10,
  fo.defensive_rating_std AS opponent_defensive_rating_std_last_10,
  f.pace - fo.pace AS pace_differential,

  CASE WHEN s.is_home THEN sp.line ELSE 0 - sp.line END AS spread,
  CASE WHEN s.is_home THEN sp.opening_line ELSE 0 - sp.opening_line END AS opening_spread,
  CASE WHEN s.is_home THEN sp.movement ELSE 0 - sp.movement END AS spread_movement,
  sp.quality AS spread_quality,
  sp.line_at AS spread_at,
  COALESCE(sp.books, 0) AS spread_books,
  tot.line AS game_total,
  tot.opening_line AS opening_total,
  tot.movement AS total_movement,
  tot.quality AS total_quality,
  tot.line_at AS total_at,
  COALESCE(tot.books, 0) AS total_books,
  (tot.line - CASE WHEN s.is_home THEN sp.line ELSE 0 - sp.line END) / 2 AS implied_team_total,

  reported.game_id IS NOT NULL OR listed.game_date IS NOT NULL AS availability_known,
  reported.game_id IS NOT NULL AS has_injury_report,
  a.players AS players_out,
  a.rotation_players AS rotation_players_out,
  a.stars AS stars_out,
  CASE WHEN reported.game_id IS NOT NULL THEN a.questionable_players END AS questionable_players,
  a.plays_hundredths AS plays_out_hundredths,
  a.points_hundredths AS points_out_hundredths,
  a.seconds AS seconds_out
FROM spine AS s
LEFT JOIN raw.teams_current AS team ON team.team_id = s.team_id
LEFT JOIN raw.teams_current AS opponent ON opponent.team_id = s.opponent_team_id
JOIN calendar AS c ON c.game_id = s.game_id AND c.team_id = s.team_id
JOIN calendar AS co ON co.game_id = s.game_id AND co.team_id = s.opponent_team_id
LEFT JOIN records AS r
  ON r.team_id = s.team_id AND r.season = s.season AND r.game_date < s.game_date AND (r.next_date IS NULL OR r.next_date >= s.game_date)
LEFT JOIN records AS ro
  ON ro.team_id = s.opponent_team_id AND ro.season = s.season AND ro.game_date < s.game_date
    AND (ro.next_date IS NULL OR ro.next_date >= s.game_date)
LEFT JOIN records AS rn
  ON rn.team_id = c.next_opponent_team_id AND rn.season = s.season AND rn.game_date < s.game_date
    AND (rn.next_date IS NULL OR rn.next_date >= s.game_date)
LEFT JOIN meetings AS m
  ON m.team_id = s.team_id AND m.opponent_team_id = s.opponent_team_id AND m.season = s.season AND m.game_date < s.game_date
    AND (m.next_date IS NULL OR m.next_date >= s.game_date)
LEFT JOIN regular_seasons AS prior ON prior.team_id = s.team_id AND prior.start_year = CAST(SUBSTRING(s.season, 1, 4) AS INTEGER) - 1
LEFT JOIN form AS f
  ON f.team_id = s.team_id AND f.season = s.season AND f.game_date < s.game_date AND (f.next_date IS NULL OR f.next_date >= s.game_date)
LEFT JOIN form AS fo
  ON fo.team_id = s.opponent_team_id AND fo.season = s.season AND fo.game_date < s.game_date
    AND (fo.next_date IS NULL OR fo.next_date >= s.game_date)
LEFT JOIN shared.game_market AS sp ON sp.game_id = s.game_id AND sp.market = 'spread'
LEFT JOIN shared.game_market AS tot ON tot.game_id = s.game_id AND tot.market = 'total'
LEFT JOIN reported ON reported.game_id = s.game_id
LEFT JOIN listed ON listed.game_date = s.game_date
LEFT JOIN absences AS a
  ON a.game_id = s.game_id AND a.team_id = s.team_id AND (reported.game_id IS NOT NULL OR listed.game_date IS NOT NULL)
