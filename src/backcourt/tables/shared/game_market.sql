WITH
-- offer of a spread or of a total, with its stage in time
offers AS (
  SELECT
    game_id, 'spread' AS market, home_spread AS line, book, feed, snapshot_at,
    CASE snapshot_quality WHEN 'declared_opening' THEN 0 WHEN 'timed' THEN 1 WHEN 'declared_closing' THEN 2 END AS stage
  FROM raw.game_lines_current
  WHERE home_spread IS NOT NULL
  UNION ALL
  SELECT
    game_id, 'total' AS market, total AS line, book, feed, snapshot_at,
    CASE snapshot_quality WHEN 'declared_opening' THEN 0 WHEN 'timed' THEN 1 WHEN 'declared_closing' THEN 2 END AS stage
  FROM raw.game_lines_current
  WHERE total IS NOT NULL
),
-- offer: its place among those of its book and stage, from the first and from the last
staged AS (
  SELECT
    game_id, market, line, book, snapshot_at, stage,
    ROW_NUMBER() OVER (PARTITION BY game_id, market, book, stage ORDER BY snapshot_at NULLS FIRST, feed NULLS FIRST) AS from_first,
    ROW_NUMBER() OVER (PARTITION BY game_id, market, book, stage ORDER BY snapshot_at DESC NULLS FIRST, feed NULLS FIRST) AS from_last
  FROM offers
),
-- book x game x market x stage x moment: its last line, and of a timed stage its first
quotes AS (
  SELECT game_id, market, stage, 'last' AS moment, line, book, snapshot_at
  FROM staged
  WHERE from_last = 1
  UNION ALL
  SELECT game_id, market, stage, 'first' AS moment, line, book, snapshot_at
  FROM staged
  WHERE from_first = 1 AND stage = 1
),
-- the same, by the size of the line
ranked AS (
  SELECT
    game_id, market, stage, moment, line, snapshot_at,
    COUNT(*) OVER (PARTITION BY game_id, market, stage, moment) AS books,
    ROW_NUMBER() OVER (PARTITION BY game_id, market, stage, moment ORDER BY line NULLS FIRST, book NULLS FIRST) AS place
  FROM quotes
),
-- game x market x stage x moment: the middle line, or the middle two of an even number
middles AS (
  SELECT
    game_id, market, stage, moment,
    MIN(CASE WHEN 2 * place BETWEEN books AND books + 2 THEN line END) AS lower_line,
    MAX(CASE WHEN 2 * place BETWEEN books AND books + 2 THEN line END) AS upper_line,
    MAX(snapshot_at) AS snapshot_at,
    COUNT(*) AS books
  FROM ranked
  GROUP BY game_id, market, stage, moment
),
-- the same where the books agree: the median, and its place from the last stage; lines seen during the game pass as closing ones
medians AS (
  SELECT
    game_id, market, stage, moment, (lower_line + upper_line) / 2 AS line, snapshot_at, books,
    ROW_NUMBER() OVER (PARTITION BY game_id, market, moment ORDER BY stage DESC NULLS FIRST) AS from_last
  FROM middles
  WHERE upper_line - lower_line <= 3
)
-- game x market: what stands last, and what it opened at if that is declared or something came later
SELECT
  l.game_id, l.market, l.line, l.books,
  COALESCE(declared.line, first_seen.line) AS opening_line,
  CASE WHEN l.stage > 0 THEN l.line - COALESCE(declared.line, first_seen.line) END AS movement,
  CASE l.stage WHEN 0 THEN 'declared_opening' WHEN 1 THEN 'timed' WHEN 2 THEN 'declared_closing' END AS quality,
  CASE WHEN l.stage = 1 THEN l.snapshot_at END AS line_at
FROM medians AS l
LEFT JOIN medians AS declared
  ON declared.game_id = l.game_id AND declared.market = l.market AND declared.moment = 'last' AND declared.stage = 0
LEFT JOIN medians AS first_seen
  ON first_seen.game_id = l.game_id AND first_seen.market = l.market AND first_seen.moment = 'first'
    AND (l.stage = 2 OR first_seen.snapshot_at < l.snapshot_at)
WHERE l.moment = 'last' AND l.from_last = 1
