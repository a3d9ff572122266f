WITH
-- offer: its stage in time, and in integers how far its two prices are from even money (-110/-110 is 0, -137/+106 is 43)
offers AS (
  SELECT
    game_id, player_id, feed, book, snapshot_quality, snapshot_at, line,
    CASE snapshot_quality WHEN 'declared_opening' THEN 0 WHEN 'timed' THEN 1 ELSE 2 END AS stage,
    ABS(
      CASE WHEN over_american > 0 THEN over_american - 100 ELSE over_american + 100 END
      - CASE WHEN under_american > 0 THEN under_american - 100 ELSE under_american + 100 END
    ) AS imbalance,
    COUNT(*) OVER (PARTITION BY game_id, player_id, feed, book, snapshot_quality, snapshot_at) AS offers_at_snapshot
  FROM raw.player_lines_current
),
-- offer: books list alternates, so the main line of a snapshot is the most even pair; without both prices only a lone line is one
ranked_offers AS (
  SELECT
    game_id, player_id, feed, book, snapshot_quality, snapshot_at, line, stage,
    ROW_NUMBER() OVER (
      PARTITION BY game_id, player_id, feed, book, snapshot_quality, snapshot_at ORDER BY imbalance NULLS FIRST, line NULLS FIRST
    ) AS evenness
  FROM offers
  WHERE imbalance IS NOT NULL OR offers_at_snapshot = 1
),
-- player x game x book x feed x snapshot: the main line, with the book's place in the order of preference
main_lines AS (
  SELECT
    game_id, player_id, feed, book, snapshot_quality, snapshot_at, line, stage,
    DENSE_RANK() OVER (
      PARTITION BY game_id, player_id
      ORDER BY CASE book WHEN 'draftkings' THEN 1 WHEN 'fanduel' THEN 2 ELSE 3 END NULLS FIRST, book NULLS FIRST
    ) AS book_rank
  FROM ranked_offers
  WHERE evenness = 1
),
-- player x game x snapshot of the preferred book, numbered from its first and from its last moment
numbered AS (
  SELECT
    game_id, player_id, book, snapshot_quality, snapshot_at, line, stage,
    ROW_NUMBER() OVER (
      PARTITION BY game_id, player_id ORDER BY stage NULLS FIRST, snapshot_at NULLS FIRST, feed NULLS FIRST
    ) AS from_first,
    ROW_NUMBER() OVER (
      PARTITION BY game_id, player_id ORDER BY stage DESC NULLS FIRST, snapshot_at DESC NULLS FIRST, feed NULLS FIRST
    ) AS from_last
  FROM main_lines
  WHERE book_rank = 1
)
-- player x game with a line: the last before the cut-off, and the opening where there is an earlier moment or one declared so
SELECT
  c.game_id, c.player_id, c.line AS points_line, c.book, c.snapshot_quality, c.snapshot_at,
  CASE WHEN o.stage = 0 OR o.stage < c.stage OR o.snapshot_at < c.snapshot_at THEN o.line END AS opening_line
FROM numbered AS c
JOIN numbered AS o ON o.game_id = c.game_id AND o.player_id = c.player_id AND o.from_first = 1
WHERE c.from_last = 1
