WITH
-- season x date with games: integer sums over the team rows of that day
days AS (
  SELECT
    CAST(SUBSTRING(season, 1, 4) AS INTEGER) AS start_year, game_date,
    COUNT(*) AS team_rows,
    SUM(points_scored) AS points,
    SUM(fg_attempts) AS fg_attempts,
    SUM(2 * fg_makes + three_pt_makes) AS effective_halves,
    SUM(ft_attempts) AS ft_attempts,
    SUM(100 * fg_attempts + 44 * ft_attempts) AS shooting_hundredths,
    SUM(turnovers) AS turnovers,
    SUM(offensive_rebounds) AS offensive_rebounds,
    SUM(rebounds) AS rebounds,
    SUM(possessions_hundredths) AS possessions_hundredths,
    SUM(game_seconds) AS game_seconds,
    SUM(CASE WHEN home_game THEN 1 ELSE 0 END) AS home_rows,
    SUM(CASE WHEN home_game AND win_flag THEN 1 ELSE 0 END) AS home_wins,
    SUM(CASE WHEN has_shot_zones THEN 1 ELSE 0 END) AS zone_rows,
    SUM(team_paint_makes) AS paint_makes,
    SUM(team_paint_attempts) AS paint_attempts,
    SUM(team_mid_range_makes) AS mid_range_makes,
    SUM(team_mid_range_attempts) AS mid_range_attempts,
    SUM(team_three_makes_pbp) AS three_makes,
    SUM(team_three_attempts_pbp) AS three_attempts
  FROM analytics.team_offense_game_summary
  GROUP BY season, game_date
),
-- date: the year its season starts in
dates AS (
  SELECT game_date, season, CAST(SUBSTRING(season, 1, 4) AS INTEGER) AS start_year
  FROM spine
),
-- date: team rows before it, all and those with zones, of its season and of the one before
history AS (
  SELECT
    s.game_date, s.season, s.start_year,
    SUM(CASE WHEN d.start_year = s.start_year THEN d.team_rows ELSE 0 END) AS team_rows,
    SUM(CASE WHEN d.start_year < s.start_year THEN d.team_rows ELSE 0 END) AS prior_team_rows,
    SUM(CASE WHEN d.start_year = s.start_year THEN d.zone_rows ELSE 0 END) AS zone_rows,
    SUM(CASE WHEN d.start_year < s.start_year THEN d.zone_rows ELSE 0 END) AS prior_zone_rows
  FROM dates AS s
  LEFT JOIN days AS d ON d.game_date < s.game_date AND d.start_year BETWEEN s.start_year - 1 AND s.start_year
  GROUP BY s.game_date, s.season, s.start_year
),
-- date: which season speaks for the league, of the box scores and of the zones
bases AS (
  SELECT
    game_date, season, start_year,
    CASE WHEN team_rows >= 200 THEN 'season' WHEN prior_team_rows > team_rows THEN 'prior_season' ELSE 'season_start' END AS basis,
    CASE WHEN zone_rows >= 200 THEN 'season' WHEN prior_zone_rows > zone_rows THEN 'prior_season' ELSE 'season_start' END AS zone_basis
  FROM history
),
-- date: sums over the team rows of its basis
box AS (
  SELECT
    b.game_date,
    COALESCE(SUM(d.team_rows), 0) AS team_rows,
    SUM(d.points) AS points,
    SUM(d.fg_attempts) AS fg_attempts,
    SUM(d.effective_halves) AS effective_halves,
    SUM(d.ft_attempts) AS ft_attempts,
    SUM(d.shooting_hundredths) AS shooting_hundredths,
    SUM(d.turnovers) AS turnovers,
    SUM(d.offensive_rebounds) AS offensive_rebounds,
    SUM(d.rebounds) AS rebounds,
    SUM(d.possessions_hundredths) AS possessions_hundredths,
    SUM(d.game_seconds) AS game_seconds,
    SUM(d.home_rows) AS home_rows,
    SUM(d.home_wins) AS home_wins
  FROM bases AS b
  LEFT JOIN days AS d
    ON d.game_date < b.game_date AND d.start_year = CASE WHEN b.basis = 'prior_season' THEN b.start_year - 1 ELSE b.start_year END
  GROUP BY b.game_date
),
-- date: sums over the team rows with zones of its zone basis
zones AS (
  SELECT
    b.game_date,
    COALESCE(SUM(d.zone_rows), 0) AS zone_rows,
    SUM(d.paint_makes) AS paint_makes,
    SUM(d.paint_attempts) AS paint_attempts,
    SUM(d.mid_range_makes) AS mid_range_makes,
    SUM(d.mid_range_attempts) AS mid_range_attempts,
    SUM(d.three_makes) AS three_makes,
    SUM(d.three_attempts) AS three_attempts,
    SUM(d.paint_attempts + d.mid_range_attempts + d.three_attempts) AS attempts
  FROM bases AS b
  LEFT JOIN days AS d
    ON d.game_date < b.game_date AND d.start_year = CASE WHEN b.zone_basis = 'prior_season' THEN b.start_year - 1 ELSE b.start_year END
  GROUP BY b.game_date
)
-- date: a / b to the nearest thousandth is (2000 a + b) // 2b / 1000, to the nearest tenth (20 a + b) // 2b / 10
SELECT
  b.game_date,
  b.season,
  b.basis,
  x.team_rows // 2 AS games_used,
  ((20 * x.points + x.team_rows) // NULLIF(2 * x.team_rows, 0)) / 10 AS points_per_game,
  ((200000 * x.points + x.possessions_hundredths) // NULLIF(2 * x.possessions_hundredths, 0)) / 10 AS offensive_rating,
  ((576 * x.possessions_hundredths + x.game_seconds) // NULLIF(2 * x.game_seconds, 0)) / 10 AS pace,
  ((100000 * x.points + x.shooting_hundredths) // NULLIF(2 * x.shooting_hundredths, 0)) / 1000 AS ts_pct,
  ((1000 * x.effective_halves + x.fg_attempts) // NULLIF(2 * x.fg_attempts, 0)) / 1000 AS efg_pct,
  ((200000 * x.ft_attempts + x.possessions_hundredths) // NULLIF(2 * x.possessions_hundredths, 0)) / 10 AS ft_attempts_per_100,
  ((200000 * x.turnovers + x.possessions_hundredths) // NULLIF(2 * x.possessions_hundredths, 0)) / 10 AS turnovers_per_100,
  ((2000 * x.offensive_rebounds + x.rebounds) // NULLIF(2 * x.rebounds, 0)) / 1000 AS offensive_rebound_rate,
  ((2000 * x.home_wins + x.home_rows) // NULLIF(2 * x.home_rows, 0)) / 1000 AS home_win_pct,
  b.zone_basis,
  z.zone_rows // 2 AS zone_games_used,
  ((2000 * z.paint_makes + z.paint_attempts) // NULLIF(2 * z.paint_attempts, 0)) / 1000 AS paint_pct,
  ((2000 * z.mid_range_makes + z.mid_range_attempts) // NULLIF(2 * z.mid_range_attempts, 0)) / 1000 AS mid_range_pct,
  ((2000 * z.three_makes + z.three_attempts) // NULLIF(2 * z.three_attempts, 0)) / 1000 AS three_pt_pct,
  ((2000 * z.paint_attempts + z.attempts) // NULLIF(2 * z.attempts, 0)) / 1000 AS paint_rate,
  ((2000 * z.mid_range_attempts + z.attempts) // NULLIF(2 * z.attempts, 0)) / 1000 AS mid_range_rate,
  ((2000 * z.three_attempts + z.attempts) // NULLIF(2 * z.attempts, 0)) / 1000 AS three_pt_rate
FROM bases AS b
JOIN box AS x ON x.game_date = b.game_date
JOIN zones AS z ON z.game_date = b.game_date
