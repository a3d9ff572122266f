WITH
-- player x game he appeared in: what the box score says
box AS (
  SELECT
    game_id, player_id, team_id, player_name, starter, seconds_played, seconds_quality,
    points, fg_made, fg_attempted, three_made, three_attempted, ft_made, ft_attempted,
    rebounds_offensive, rebounds_defensive, assists, steals, blocks, turnovers, fouls, plus_minus,
    CAST(100 * fg_attempted + 44 * ft_attempted AS BIGINT) AS shooting_hundredths,
    CAST(100 * fg_attempted + 44 * ft_attempted + 100 * turnovers AS BIGINT) AS usage_hundredths
  FROM raw.player_box_current
  WHERE appeared
),

-- Shots --------------------------------------------------------------------------------------------------------------

-- game with shots from a source: only there is no shot a zero
shot_games AS (
  SELECT game_id, COUNT(*) AS attempts
  FROM raw.shots_current
  GROUP BY game_id
),
-- shooter x game: attempts and makes by the zone of the shot
shooters AS (
  SELECT
    game_id, player_id,
    COUNT(*) AS attempts,
    COUNT(*) FILTER (WHERE made) AS makes,
    COUNT(*) FILTER (WHERE made AND assist_player_id IS NOT NULL) AS assisted_makes,
    COUNT(*) FILTER (WHERE zone = 'paint') AS paint_attempts,
    COUNT(*) FILTER (WHERE zone = 'paint' AND made) AS paint_makes,
    COUNT(*) FILTER (WHERE zone = 'mid_range') AS mid_range_attempts,
    COUNT(*) FILTER (WHERE zone = 'mid_range' AND made) AS mid_range_makes,
    COUNT(*) FILTER (WHERE zone = 'three') AS three_attempts,
    COUNT(*) FILTER (WHERE zone = 'three' AND made) AS three_makes
  FROM raw.shots_current
  GROUP BY game_id, player_id
),
-- blocker x game: blocks by the zone of the blocked shot
blockers AS (
  SELECT
    game_id, block_player_id AS player_id,
    COUNT(*) FILTER (WHERE zone = 'paint') AS paint,
    COUNT(*) FILTER (WHERE zone = 'mid_range') AS mid_range,
    COUNT(*) FILTER (WHERE zone = 'three') AS three
  FROM raw.shots_current
  WHERE block_player_id IS NOT NULL
  GROUP BY game_id, block_player_id
),
-- appeared player x game with shots: zeros where he took or blocked none, and how far the box score is from the shots
zones AS (
  SELECT
    b.game_id, b.player_id,
    b.fg_attempted - COALESCE(s.attempts, 0) AS attempts_gap,
    COALESCE(s.paint_attempts, 0) AS paint_attempts,
    COALESCE(s.paint_makes, 0) AS paint_makes,
    COALESCE(s.mid_range_attempts, 0) AS mid_range_attempts,
    COALESCE(s.mid_range_makes, 0) AS mid_range_makes,
    COALESCE(s.three_attempts, 0) AS three_attempts,
    COALESCE(s.three_makes, 0) AS three_makes,
    COALESCE(s.assisted_makes, 0) AS assisted_makes,
    COALESCE(s.makes, 0) - COALESCE(s.assisted_makes, 0) AS unassisted_makes,
    COALESCE(k.paint, 0) AS paint_blocks,
    COALESCE(k.mid_range, 0) AS mid_range_blocks,
    COALESCE(k.three, 0) AS three_blocks
  FROM box AS b
  JOIN shot_games AS g ON g.game_id = b.game_id
  LEFT JOIN shooters AS s ON s.game_id = b.game_id AND s.player_id = b.player_id
  LEFT JOIN blockers AS k ON k.game_id = b.game_id AND k.player_id = b.player_id
),
-- appeared player x game whose shots agree with the box score within two attempts; the others get no zones
shot_zones AS (
  SELECT
    game_id, player_id, paint_attempts, paint_makes, mid_range_attempts, mid_range_makes, three_attempts, three_makes,
    assisted_makes, unassisted_makes
  FROM zones
  WHERE ABS(attempts_gap) <= 2
),

-- Play-by-play: and-ones ----------------------------------------------------------------------------------------------

-- game with play-by-play: only there is no and-one a zero
event_games AS (
  SELECT game_id, COUNT(*) AS events
  FROM raw.play_by_play_current
  GROUP BY game_id
),
-- player x game x clock: his first basket at that moment
baskets AS (
  SELECT game_id, player_id, period, clock_ms, MIN(event_index) AS event_index
  FROM raw.play_by_play_current
  WHERE made AND action_type IN ('2pt', '3pt') AND player_id IS NOT NULL
  GROUP BY game_id, player_id, period, clock_ms
),
-- player x game: single personal free throws that follow his own basket while the clock stands, made or missed
and_ones AS (
  SELECT f.game_id, f.player_id, COUNT(*) AS and_ones
  FROM raw.play_by_play_current AS f
  JOIN baskets AS b ON b.game_id = f.game_id AND b.player_id = f.player_id AND b.period = f.period AND b.clock_ms = f.clock_ms
  WHERE f.free_throw_total = 1 AND f.free_throw_kind = 'personal' AND f.event_index > b.event_index
  GROUP BY f.game_id, f.player_id
),

-- Play-by-play: playing time -------------------------------------------------------------------------------------------

-- game x period x clock: substitutions come one by one, so the line-up that stands is that of the last event at the clock
moments AS (
  SELECT game_id, period, clock_ms, MIN(event_index) AS first_event, MAX(event_index) AS last_event
  FROM raw.play_by_play_current
  WHERE players_on IS NOT NULL
  GROUP BY game_id, period, clock_ms
),
-- game x stretch of a period: the event whose line-up was on court, and for how long
stretches AS (
  SELECT
    game_id, period, last_event AS event_index,
    clock_ms - COALESCE(LEAD(clock_ms) OVER (PARTITION BY game_id, period ORDER BY clock_ms DESC NULLS FIRST), 0) AS ms
  FROM moments
  UNION ALL
  -- from the start of the period to its first clock: the line-up of its first event
  SELECT game_id, period, MIN(first_event) AS event_index, CASE WHEN period <= 4 THEN 720000 ELSE 300000 END - MAX(clock_ms) AS ms
  FROM moments
  GROUP BY game_id, period
),
-- game x line-up: time together, summed before the line-up is taken apart
lineups AS (
  SELECT s.game_id, e.players_on, SUM(s.ms) AS ms, SUM(CASE WHEN s.period = 4 THEN s.ms ELSE 0 END) AS fourth_quarter_ms
  FROM stretches AS s
  JOIN raw.play_by_play_current AS e ON e.game_id = s.game_id AND e.event_index = s.event_index
  WHERE s.ms > 0
  GROUP BY s.game_id, e.players_on
),
-- player x game: time on court to the nearest second
on_court AS (
  SELECT
    l.game_id, CAST(t.player_text AS BIGINT) AS player_id,
    CAST((SUM(l.ms) + 500) // 1000 AS BIGINT) AS seconds,
    CAST((SUM(l.fourth_quarter_ms) + 500) // 1000 AS BIGINT) AS fourth_quarter_seconds
  FROM lineups AS l
  CROSS JOIN UNNEST(STRING_SPLIT(l.players_on, '|')) AS t(player_text)
  GROUP BY l.game_id, CAST(t.player_text AS BIGINT)
),
-- appeared player x game: exact seconds of the box score, else the estimate if within a minute of it, else its whole minutes
playing_time AS (
  SELECT
    b.game_id, b.player_id,
    CASE WHEN b.seconds_quality = 'exact' THEN b.seconds_played ELSE COALESCE(c.seconds, b.seconds_played) END AS seconds_played,
    CASE
      WHEN b.seconds_played IS NULL THEN NULL
      WHEN b.seconds_quality = 'exact' THEN 'exact'
      WHEN c.seconds IS NOT NULL THEN 'estimated'
      ELSE 'whole_minutes'
    END AS quality,
    c.fourth_quarter_seconds
  FROM box AS b
  LEFT JOIN on_court AS c ON c.game_id = b.game_id AND c.player_id = b.player_id AND ABS(c.seconds - b.seconds_played) <= 60
),
-- appeared player x game: share of the team's plays used, scaled by his share of the game's length; above 1 the time is too short to tell
usage AS (
  SELECT
    b.game_id, b.player_id,
    b.usage_hundredths * t.game_seconds
      / NULLIF(p.seconds_played * (t.possessions_hundredths + 100 * t.offensive_rebounds), 0) AS rate
  FROM box AS b
  JOIN playing_time AS p ON p.game_id = b.game_id AND p.player_id = b.player_id
  JOIN analytics.team_offense_game_summary AS t ON t.game_id = b.game_id AND t.team_id = b.team_id
),

-- Reasons --------------------------------------------------------------------------------------------------------------

-- listed player x game: the reason as printed, and in lower case for the patterns
reasons AS (
  SELECT game_id, player_id, reason, LOWER(reason) AS words
  FROM raw.did_not_play_current
)
-- player x final game: facts first, one division each at the end
SELECT
  s.game_id,
  s.player_id,
  s.game_date,
  s.season,
  s.season_type,
  COALESCE(registry.full_name, b.player_name) AS player_full_name,
  registry.name_key AS player_lookup,
  s.team_id,
  team.tricode AS team_abbr,
  s.opponent_team_id,
  opponent.tricode AS opponent_team_abbr,
  s.is_home AS home_game,
  s.team_points > s.opponent_points AS win_flag,
  s.team_points - s.opponent_points AS margin_of_victory,
  b.player_id IS NULL AS is_dnp,
  CASE WHEN b.player_id IS NULL THEN d.reason END AS dnp_reason,
  CASE
    WHEN b.player_id IS NOT NULL OR d.words IS NULL THEN NULL
    WHEN REGEXP_MATCHES(d.words, '\b(injur(y|ed)|ill(ness)?|sore(ness)?|sprain(ed)?|strain(ed)?|spasms?|contusion|fractured?)\b')
      OR REGEXP_MATCHES(d.words, '\b(surgery|concussion|tightness|tendin(itis|opathy)|bruised?|torn|tear|recovery|reconditioning)\b')
      OR REGEXP_MATCHES(d.words, '\b(health and safety|protocols?|covid(-19)?|achilles|acl|mcl|meniscus|quad(riceps)?|hamstring)\b')
      OR REGEXP_MATCHES(d.words, '\b(knee|ankle|calf|groin|hip|foot|toe|heel|wrist|finger|thumb|elbow|shoulder|oblique|rib)\b')
      THEN 'injury'
    WHEN REGEXP_MATCHES(d.words, '\b(rest(ed|ing)?|load management)\b') THEN 'rest'
    WHEN REGEXP_MATCHES(d.words, '\b(personal|family|birth|bereavement)\b') THEN 'personal'
    WHEN REGEXP_MATCHES(d.words, '\b(coach(''?s)?|cd)\b') THEN 'coach_decision'
    WHEN REGEXP_MATCHES(d.words, '\b(g[ -]?league|two-way|on assignment)\b') THEN 'g_league'
    WHEN REGEXP_MATCHES(d.words, '\b(suspen(sion|ded))\b') THEN 'suspension'
    ELSE 'other'
  END AS dnp_reason_category,
  b.starter AS starter_flag,
  b.points,
  b.fg_made AS fg_makes,
  b.fg_attempted AS fg_attempts,
  b.three_made AS three_pt_makes,
  b.three_attempted AS three_pt_attempts,
  b.ft_made AS ft_makes,
  b.ft_attempted AS ft_attempts,
  b.rebounds_offensive AS offensive_rebounds,
  b.rebounds_defensive AS defensive_rebounds,
  b.rebounds_offensive + b.rebounds_defensive AS rebounds,
  b.assists,
  b.steals,
  b.blocks,
  b.turnovers,
  b.fouls AS personal_fouls,
  b.plus_minus,
  p.seconds_played,
  p.quality AS seconds_quality,
  p.seconds_played / 60 AS minutes_played,
  p.fourth_quarter_seconds,
  z.paint_attempts,
  z.paint_makes,
  z.mid_range_attempts,
  z.mid_range_makes,
  z.three_attempts AS three_attempts_pbp,
  z.three_makes AS three_makes_pbp,
  z.assisted_makes AS assisted_fg_makes,
  z.unassisted_makes AS unassisted_fg_makes,
  z.player_id IS NOT NULL AS has_shot_zones,
  a.attempts_gap AS shot_zone_attempts_gap,
  a.paint_blocks,
  a.mid_range_blocks,
  a.three_blocks AS three_pt_blocks,
  CASE WHEN b.player_id IS NOT NULL AND e.events > 0 THEN COALESCE(n.and_ones, 0) END AS and1_count,
  CASE WHEN u.rate <= 1 THEN u.rate END AS usage_rate,
  50 * b.points / NULLIF(b.shooting_hundredths, 0) AS ts_pct,
  (2 * b.fg_made + b.three_made) / NULLIF(2 * b.fg_attempted, 0) AS efg_pct,
  l.points_line,
  l.book AS points_line_source,
  l.snapshot_quality AS points_line_quality,
  l.snapshot_at AS points_line_at,
  l.opening_line,
  l.points_line - l.opening_line AS line_movement,
  CASE WHEN b.points > l.points_line THEN 'OVER' WHEN b.points < l.points_line THEN 'UNDER' WHEN b.points = l.points_line THEN 'PUSH' END
    AS over_under_result,
  b.points - l.points_line AS points_vs_line
FROM spine AS s
LEFT JOIN box AS b ON b.game_id = s.game_id AND b.player_id = s.player_id
LEFT JOIN reasons AS d ON d.game_id = s.game_id AND d.player_id = s.player_id
LEFT JOIN raw.players_current AS registry ON registry.player_id = s.player_id
LEFT JOIN raw.teams_current AS team ON team.team_id = s.team_id
LEFT JOIN raw.teams_current AS opponent ON opponent.team_id = s.opponent_team_id
LEFT JOIN playing_time AS p ON p.game_id = s.game_id AND p.player_id = s.player_id
LEFT JOIN zones AS a ON a.game_id = s.game_id AND a.player_id = s.player_id
LEFT JOIN shot_zones AS z ON z.game_id = s.game_id AND z.player_id = s.player_id
LEFT JOIN event_games AS e ON e.game_id = s.game_id
LEFT JOIN and_ones AS n ON n.game_id = s.game_id AND n.player_id = s.player_id
LEFT JOIN usage AS u ON u.game_id = s.game_id AND u.player_id = s.player_id
LEFT JOIN shared.points_lines AS l ON l.game_id = s.game_id AND l.player_id = s.player_id
