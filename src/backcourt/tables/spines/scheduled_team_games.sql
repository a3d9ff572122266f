-- team x scheduled game that counts
SELECT
  game_id, team_id, opponent_team_id, game_date, season, season_type, is_home, venue_team_id, neutral_site, cutoff_at, cutoff_kind,
  national_tv, eastern_utc_offset_hours, game_number
FROM shared.team_schedule
