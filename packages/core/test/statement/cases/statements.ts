import type { Case } from './case.ts';

/** Each statement that writes, in each form of its grammar. */
export const STATEMENTS: readonly Case[] = [
  // INSERT
  ['INSERT INTO order_totals (id) VALUES (1)', ['insert order_totals']],
  ['insert into public.order_totals (id) values (1)', ['insert public.order_totals']],
  ['INSERT INTO analytics.order_totals (id) VALUES (1)', ['insert analytics.order_totals']],
  ['INSERT INTO "order_totals"("id", "customer") VALUES ($1, $2)', ['insert order_totals'], { params: [1, 'ann'] }],
  ['INSERT INTO order_totals AS t (id) VALUES (1) RETURNING t.id', ['insert order_totals']],
  ['INSERT INTO order_totals AS delete (id) VALUES (1) RETURNING delete.id', ['insert order_totals']],
  ['INSERT INTO auto DEFAULT VALUES', ['insert auto']],
  ['INSERT INTO auto OVERRIDING SYSTEM VALUE VALUES (1)', ['insert auto']],
  ['INSERT INTO auto (id) OVERRIDING USER VALUE VALUES (1) RETURNING id', ['insert auto']],
  ['INSERT INTO order_totals SELECT * FROM other', ['insert order_totals']],
  ['INSERT INTO order_totals (SELECT * FROM other)', ['insert order_totals']],
  ['INSERT INTO order_totals TABLE other', ['insert order_totals']],
  ['INSERT INTO order_totals (id, total) ((SELECT id, total FROM other))', ['insert order_totals']],
  ['INSERT INTO order_totals WITH o AS (SELECT * FROM other) SELECT * FROM o', ['insert order_totals']],
  ['INSERT INTO order_totals (id) VALUES (1), (2), (3)', ['insert order_totals']],
  ['INSERT INTO order_totals (id) VALUES (1) ON CONFLICT DO NOTHING', ['insert order_totals']],
  [
    'INSERT INTO order_totals (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET total = excluded.total',
    ['insert order_totals'],
  ],
  [
    'INSERT INTO order_totals (id) VALUES (1) ON CONFLICT ON CONSTRAINT order_totals_pkey DO UPDATE SET total = 1 WHERE order_totals.id > 1',
    ['insert order_totals'],
  ],
  [
    'INSERT INTO order_totals (id, "update", delete) VALUES (1, 2, \'delete\') RETURNING WITH (OLD AS before, NEW AS after) after.id',
    ['insert order_totals'],
  ],
  ['INSERT INTO parts (id) VALUES (1)', ['insert parts']],
  // UPDATE
  ['UPDATE order_totals SET total = 1', ['update order_totals']],
  ['UPDATE "order_totals" SET "total" = $1 WHERE "id" IN ($2)', ['update order_totals'], { params: [1, 2] }],
  ['UPDATE ONLY order_totals SET total = 1', ['update order_totals']],
  ['UPDATE ONLY (order_totals) SET total = 1', ['update order_totals']],
  ['UPDATE ONLY(analytics.order_totals) AS t SET total = 1', ['update analytics.order_totals']],
  ['UPDATE only public.order_totals t SET total = t.id', ['update public.order_totals']],
  ['UPDATE order_totals * SET total = 1', ['update order_totals']],
  ['UPDATE order_totals*SET total = 1', ['update order_totals']],
  ['UPDATE order_totals AS update SET total = update.update', ['update order_totals']],
  [
    'UPDATE order_totals t SET (total, customer) = (SELECT total, customer FROM other LIMIT 1)',
    ['update order_totals'],
  ],
  [
    'UPDATE order_totals SET total = o.total FROM other o WHERE o.id = order_totals.id RETURNING *',
    ['update order_totals'],
  ],
  [
    'UPDATE order_totals SET update = 1, delete = 2, insert = 3, merge = 4, truncate = 5, copy = 6, drop = 7, alter = 8',
    ['update order_totals'],
  ],
  ["UPDATE order_totals SET total = DEFAULT WHERE customer = '; DELETE FROM other'", ['update order_totals']],
  ['UPDATE parts SET total = 1', ['update parts']],
  ['UPDATE part_one SET total = 1', ['update part_one']],
  ['UPDATE set SET total = 1', ['update set']],
  // DELETE
  ['DELETE FROM order_totals', ['delete order_totals']],
  ['DELETE FROM "order_totals" WHERE "id" IN ($1)', ['delete order_totals'], { params: [1] }],
  ['DELETE FROM ONLY order_totals', ['delete order_totals']],
  ['DELETE FROM ONLY (public.order_totals) WHERE id = 1', ['delete public.order_totals']],
  ['DELETE FROM order_totals *', ['delete order_totals']],
  ['DELETE FROM order_totals * t USING other o WHERE o.id = t.id', ['delete order_totals']],
  [
    'DELETE FROM order_totals AS t WHERE NOT EXISTS (SELECT FROM other o WHERE o.id = t.id) RETURNING t.*',
    ['delete order_totals'],
  ],
  ['DELETE FROM order_totals delete WHERE delete.delete IS NULL', ['delete order_totals']],
  // MERGE
  ['MERGE INTO order_totals t USING other o ON t.id = o.id WHEN MATCHED THEN DELETE', ['merge order_totals']],
  [
    'MERGE INTO order_totals AS t USING other o ON t.id = o.id WHEN MATCHED AND o.total > 1 THEN UPDATE SET total = o.total WHEN NOT MATCHED THEN INSERT (id, total) VALUES (o.id, o.total) WHEN NOT MATCHED BY SOURCE THEN DELETE',
    ['merge order_totals'],
  ],
  [
    'MERGE INTO ONLY public.order_totals t USING (SELECT * FROM other) o ON t.id = o.id WHEN NOT MATCHED THEN INSERT DEFAULT VALUES',
    ['merge public.order_totals'],
  ],
  [
    'MERGE INTO order_totals USING other ON order_totals.id = other.id WHEN MATCHED THEN UPDATE SET total = 1 RETURNING merge_action(), order_totals.*',
    ['merge order_totals'],
  ],
  [
    'MERGE INTO order_totals merge USING (VALUES (1)) v (id) ON merge.id = v.id WHEN MATCHED THEN UPDATE SET merge = 1',
    ['merge order_totals'],
  ],
  [
    'MERGE INTO order_totals t USING (WITH o AS (SELECT * FROM other) TABLE o) o ON t.id = o.id WHEN MATCHED THEN DELETE',
    ['merge order_totals'],
  ],
  // TRUNCATE
  ['TRUNCATE order_totals', ['truncate order_totals']],
  ['TRUNCATE TABLE order_totals', ['truncate order_totals']],
  ['TRUNCATE TABLE ONLY order_totals RESTART IDENTITY CASCADE', ['truncate order_totals']],
  ['truncate table "public"."order_totals" continue identity restrict', ['truncate public.order_totals']],
  ['TRUNCATE order_totals, other', ['truncate order_totals', 'truncate other']],
  [
    'TRUNCATE ONLY (order_totals), other *, ONLY analytics.order_totals CASCADE',
    ['truncate order_totals', 'truncate other', 'truncate analytics.order_totals'],
  ],
  ['TRUNCATE truncate', ['truncate truncate']],
  // COPY
  ["COPY order_totals FROM '/dev/null'", ['copy order_totals']],
  ["COPY public.order_totals (id, total) FROM '/dev/null' WITH (FORMAT csv)", ['copy public.order_totals']],
  ["COPY order_totals FROM PROGRAM 'true' DELIMITER ',' CSV", ['copy order_totals']],
  ["COPY order_totals (id) FROM '/dev/null' WITH (FORMAT text) WHERE id > 1", ['copy order_totals']],
  ['COPY order_totals FROM STDIN', ['copy order_totals'], { endsIn: 'COPY from stdin failed' }],
  ['copy "order_totals"("id") from stdin with csv header', ['copy order_totals'], { endsIn: 'COPY from stdin failed' }],
  [
    String.raw`COPY BINARY order_totals FROM PROGRAM $$printf 'PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\377\377'$$`,
    ['copy order_totals'],
  ],
  ['COPY (DELETE FROM order_totals RETURNING id) TO STDOUT', ['delete order_totals']],
  ['COPY (INSERT INTO order_totals (id) VALUES (1) RETURNING id) TO STDOUT (FORMAT csv)', ['insert order_totals']],
  ['COPY (UPDATE order_totals SET total = 1 RETURNING *) TO STDOUT', ['update order_totals']],
  [
    'COPY (MERGE INTO order_totals t USING other o ON t.id = o.id WHEN MATCHED THEN DELETE RETURNING t.*) TO STDOUT',
    ['merge order_totals'],
  ],
  ['COPY (WITH gone AS (DELETE FROM order_totals RETURNING *) SELECT * FROM gone) TO STDOUT', ['delete order_totals']],
  // PREPARE: what is prepared writes when it is executed.
  ['PREPARE p AS DELETE FROM order_totals', ['delete order_totals'], { after: 'EXECUTE p' }],
  ['PREPARE p (int) AS INSERT INTO order_totals (id) VALUES ($1)', ['insert order_totals'], { after: 'EXECUTE p (1)' }],
  [
    'PREPARE p (int, numeric(4, 2)) AS UPDATE order_totals SET total = $1 WHERE total < $2',
    ['update order_totals'],
    { after: 'EXECUTE p (1, 2)' },
  ],
  ['PREPARE p AS WITH gone AS (DELETE FROM order_totals) SELECT 1', ['delete order_totals'], { after: 'EXECUTE p' }],
  [
    'PREPARE "P" AS (WITH gone AS (DELETE FROM order_totals) SELECT 1)',
    ['delete order_totals'],
    { after: 'EXECUTE "P"' },
  ],
  ['PREPARE transaction AS DELETE FROM order_totals', ['delete order_totals'], { after: 'EXECUTE transaction' }],
  ['PREPARE p AS SELECT * FROM order_totals FOR UPDATE', [], { after: 'EXECUTE p' }],
  // CREATE TABLE … AS and SELECT … INTO run their query.
  [
    'CREATE TABLE kept AS WITH gone AS (DELETE FROM order_totals RETURNING *) SELECT * FROM gone',
    ['delete order_totals'],
  ],
  [
    'CREATE TEMPORARY TABLE kept (a) ON COMMIT DROP AS (WITH gone AS (DELETE FROM order_totals RETURNING id) SELECT * FROM gone)',
    ['delete order_totals'],
  ],
  [
    'CREATE UNLOGGED TABLE IF NOT EXISTS kept WITH (fillfactor = 70) AS WITH gone AS (UPDATE order_totals SET total = 1 RETURNING *) SELECT * FROM gone WITH DATA',
    ['update order_totals'],
  ],
  [
    'CREATE GLOBAL TEMP TABLE kept AS WITH gone AS (DELETE FROM order_totals RETURNING *) TABLE gone',
    ['delete order_totals'],
  ],
  ['WITH gone AS (DELETE FROM order_totals RETURNING *) SELECT * INTO kept FROM gone', ['delete order_totals']],
];
