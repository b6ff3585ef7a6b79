import type { Case } from './case.ts';

/** Writes in WITH, and before what WITH stands. */
export const WITH_LISTS: readonly Case[] = [
  ['WITH gone AS (DELETE FROM order_totals RETURNING *) SELECT * FROM gone', ['delete order_totals']],
  ['WITH gone AS (DELETE FROM order_totals) SELECT 1', ['delete order_totals']],
  ['WITH gone AS MATERIALIZED (DELETE FROM order_totals RETURNING *) SELECT * FROM gone', ['delete order_totals']],
  ['with gone as not materialized(delete from order_totals returning *)select * from gone', ['delete order_totals']],
  ['WITH gone (a) AS (DELETE FROM order_totals RETURNING id) TABLE gone', ['delete order_totals']],
  ['WITH "gone"("a", "b") AS (DELETE FROM order_totals RETURNING id, total) VALUES (1)', ['delete order_totals']],
  ['WITH made AS (INSERT INTO order_totals (id) VALUES (1) RETURNING id) SELECT * FROM made', ['insert order_totals']],
  [
    'WITH changed AS (UPDATE ONLY order_totals SET total = 1 RETURNING *) SELECT count(*) FROM changed',
    ['update order_totals'],
  ],
  [
    'WITH merged AS (MERGE INTO order_totals t USING other o ON t.id = o.id WHEN MATCHED THEN DELETE RETURNING t.id) SELECT * FROM merged',
    ['merge order_totals'],
  ],
  ['WITH RECURSIVE gone AS (DELETE FROM order_totals RETURNING *) SELECT * FROM gone', ['delete order_totals']],
  [
    'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3), gone AS (DELETE FROM order_totals USING n WHERE id = i) SELECT 1',
    ['delete order_totals'],
  ],
  // Names that are keywords elsewhere.
  ['WITH recursive AS (DELETE FROM order_totals RETURNING *) SELECT * FROM recursive', ['delete order_totals']],
  ['WITH recursive (a) AS (DELETE FROM order_totals RETURNING id) SELECT * FROM recursive', ['delete order_totals']],
  [
    'WITH RECURSIVE recursive AS (DELETE FROM order_totals RETURNING *) SELECT * FROM recursive',
    ['delete order_totals'],
  ],
  [
    'WITH RECURSIVE "recursive" AS (DELETE FROM order_totals RETURNING *) SELECT * FROM recursive',
    ['delete order_totals'],
  ],
  ['WITH ordinality AS (DELETE FROM order_totals RETURNING *) SELECT * FROM ordinality', ['delete order_totals']],
  ['WITH time AS (DELETE FROM order_totals RETURNING *) SELECT * FROM time', ['delete order_totals']],
  ['WITH delete AS (SELECT 1), update AS (DELETE FROM order_totals) SELECT * FROM delete', ['delete order_totals']],
  ['WITH materialized AS MATERIALIZED (DELETE FROM order_totals) SELECT 1', ['delete order_totals']],
  [
    'WITH search AS (SELECT 1 AS cycle), cycle AS (DELETE FROM order_totals) SELECT * FROM search',
    ['delete order_totals'],
  ],
  // Several of a list.
  [
    'WITH a AS (SELECT 1), b AS (DELETE FROM order_totals), c AS (SELECT 2) SELECT * FROM a, c',
    ['delete order_totals'],
  ],
  [
    'WITH a AS (DELETE FROM order_totals RETURNING *), b AS (INSERT INTO other SELECT * FROM a) UPDATE orders SET total = (SELECT count(*) FROM a)',
    ['delete order_totals', 'insert other', 'update orders'],
  ],
  [
    'WITH a AS (VALUES (1)), b (x) AS MATERIALIZED (TABLE a), c AS (UPDATE order_totals SET total = x FROM b) SELECT 1',
    ['update order_totals'],
  ],
  [
    'WITH a AS (SELECT (1), ((2))), b AS (((SELECT 1))), c AS (DELETE FROM order_totals) SELECT 1',
    ['delete order_totals'],
  ],
  // Before each statement.
  ['WITH a AS (SELECT 1 AS id) DELETE FROM order_totals USING a WHERE order_totals.id = a.id', ['delete order_totals']],
  ['WITH a AS (SELECT 1 AS id) INSERT INTO order_totals (id) SELECT id FROM a', ['insert order_totals']],
  ['WITH a AS (SELECT 1 AS id) UPDATE order_totals SET total = a.id FROM a', ['update order_totals']],
  [
    'WITH a AS (SELECT 1 AS id) MERGE INTO order_totals t USING a ON t.id = a.id WHEN MATCHED THEN DELETE',
    ['merge order_totals'],
  ],
  ['WITH a AS (SELECT 1) (SELECT * FROM a)', []],
  [
    'WITH a AS (DELETE FROM order_totals RETURNING id) (SELECT * FROM a UNION (SELECT id FROM other)) ORDER BY 1',
    ['delete order_totals'],
  ],
  // Nested.
  ['WITH a AS (WITH b AS (SELECT 1 AS id) DELETE FROM order_totals USING b) SELECT 1', ['delete order_totals']],
  [
    'WITH a AS (WITH b AS (WITH c AS (SELECT 1 AS id) SELECT * FROM c) INSERT INTO order_totals (id) SELECT id FROM b) SELECT 1',
    ['insert order_totals'],
  ],
  [
    'WITH a AS (DELETE FROM order_totals WHERE id IN (WITH b AS (SELECT 1 AS id) SELECT id FROM b)), c AS (DELETE FROM other) SELECT 1',
    ['delete order_totals', 'delete other'],
  ],
  ['(WITH gone AS (DELETE FROM order_totals RETURNING *) SELECT * FROM gone)', ['delete order_totals']],
  ['(((WITH gone AS (DELETE FROM order_totals RETURNING *) SELECT * FROM gone))) LIMIT 1', ['delete order_totals']],
  [
    '((WITH gone AS (DELETE FROM order_totals RETURNING *) SELECT * FROM gone) ORDER BY 1) OFFSET 1',
    ['delete order_totals'],
  ],
  // SEARCH and CYCLE.
  [
    'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SEARCH DEPTH FIRST BY i SET path DELETE FROM order_totals',
    ['delete order_totals'],
  ],
  [
    'WITH RECURSIVE n (i, j) AS (SELECT 1, 2 UNION ALL SELECT i + 1, j FROM n WHERE i < 3) SEARCH BREADTH FIRST BY i, j SET path, gone AS (DELETE FROM order_totals) SELECT 1',
    ['delete order_totals'],
  ],
  [
    'WITH RECURSIVE n (set, j) AS (SELECT 1, 2 UNION ALL SELECT set + 1, j FROM n WHERE set < 3) SEARCH DEPTH FIRST BY set, j SET set2 CYCLE set, j SET delete USING update, gone AS (DELETE FROM order_totals) SELECT 1',
    ['delete order_totals'],
  ],
  [
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) CYCLE i SET again TO 'y' DEFAULT 'n' USING path UPDATE order_totals SET total = 1",
    ['update order_totals'],
  ],
  [
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) CYCLE i SET again TO numeric(3, 1) '1' DEFAULT numeric(3, 1) '2' USING path DELETE FROM order_totals",
    ['delete order_totals'],
  ],
  [
    'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) CYCLE i SET again USING path SELECT i delete FROM n',
    [],
  ],
  // Reading ones.
  ['WITH a AS (SELECT * FROM order_totals FOR UPDATE) SELECT * FROM a', []],
  ['WITH a AS (SELECT 1 AS update), b AS (SELECT delete FROM order_totals) SELECT a.update delete FROM a', []],
  ['WITH a AS (SELECT * FROM order_totals) INSERT INTO other SELECT * FROM a', ['insert other']],
  // WITH that begins something else.
  ['SELECT id FROM order_totals ORDER BY id FETCH FIRST 1 ROW WITH TIES', []],
  ["SELECT '2026-01-01'::timestamp WITH TIME ZONE AS update FROM order_totals", []],
  ['SELECT * FROM unnest(ARRAY[1, 2]) WITH ORDINALITY AS delete (update, insert)', []],
  ["SELECT JSON_QUERY('{}', '$.a' WITH WRAPPER) AS delete FROM order_totals", []],
  ['INSERT INTO other (id) VALUES (1) RETURNING WITH (OLD AS delete, NEW AS update) update.id', ['insert other']],
  ["SELECT * FROM json_to_record('{}') AS (update text, delete int)", []],
  ["SELECT * FROM json_to_record('{}') AS delete (update begin)", [], { before: 'CREATE DOMAIN begin AS text' }],
  ['SELECT sum(id) OVER update FROM order_totals WINDOW delete AS (), update AS (delete ORDER BY delete)', []],
  [
    'SELECT sum(id) OVER w FROM (SELECT 1 AS id, 2 AS set) q WINDOW update AS (PARTITION BY set), w AS (update ORDER BY set)',
    [],
  ],
];
