WITH
-- game: of the schedule, that counts and takes place; a neutral site is nobody's arena
games AS (
  SELECT
    game_id, game_date, season, season_type, home_team_id, away_team_id, cutoff_at, cutoff_kind, national_tv,
    eastern_utc_offset_hours,
    COALESCE(neutral_site, FALSE) AS neutral_site
  FROM raw.games_scheduled
  WHERE counts AND takes_place
),
-- team x scheduled game: the home team's row, then the away team's
sides AS (
  SELECT
    game_id, game_date, season, season_type, home_team_id AS team_id, away_team_id AS opponent_team_id, TRUE AS is_home,
    CASE WHEN NOT neutral_site THEN home_team_id END AS venue_team_id,
    neutral_site, cutoff_at, cutoff_kind, national_tv, eastern_utc_offset_hours
  FROM games
  UNION ALL
  SELECT
    game_id, game_date, season, season_type, away_team_id AS team_id, home_team_id AS opponent_team_id, FALSE AS is_home,
    CASE WHEN NOT neutral_site THEN home_team_id END AS venue_team_id,
    neutral_site, cutoff_at, cutoff_kind, national_tv, eastern_utc_offset_hours
  FROM games
)
-- team x scheduled game that counts, numbered within the team's season
SELECT
  game_id, game_date, season, season_type, team_id, opponent_team_id, is_home, venue_team_id, neutral_site, cutoff_at,
  cutoff_kind, national_tv, eastern_utc_offset_hours,
  ROW_NUMBER() OVER (PARTITION BY team_id, season ORDER BY game_date NULLS FIRST, game_id NULLS FIRST) AS game_number
FROM sides
