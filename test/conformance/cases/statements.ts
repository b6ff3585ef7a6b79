/** A text of one statement or some that writes a stream table. */
interface WritingText {
  readonly text: string;
  /** As the error has to name it. */
  readonly operation: string;
  /** Its schema, where that is not `public`; its name is `order_totals`. */
  readonly schema?: string;
}

const written = (operation: string, ...texts: readonly string[]): readonly WritingText[] =>
  texts.map((text) => ({ text, operation }));

/** What the guard of every ORM refuses. */
export const WRITING_TEXTS: readonly WritingText[] = [
  ...written(
    'insert',
    'INSERT INTO order_totals (customer_id, total) VALUES (9, 1)',
    'insert into public.order_totals default values',
    'INSERT INTO order_totals SELECT customer_id, amount, 1 FROM orders',
    'INSERT INTO "order_totals" VALUES (9) ON CONFLICT DO NOTHING',
  ),
  ...written(
    'update',
    'UPDATE order_totals SET total = 0',
    'UPDATE ONLY "public"."order_totals" AS t SET total = c.id FROM customers c WHERE c.id = t.customer_id',
    'INSERT INTO archive VALUES (1, 1); UPDATE order_totals SET total = 0',
  ),
  ...written(
    'delete',
    'DELETE FROM order_totals',
    'DELETE FROM public.order_totals * WHERE customer_id = 1 RETURNING *',
    'delete/* all of it */from ONLY -- the table\n order_totals',
    'DELETE FROM ORDER_TOTALS USING customers WHERE true',
    String.raw`DELETE FROM U&"order\005ftotals"`,
    `SELECT ';' ; DELETE FROM order_totals`,
    'WITH gone AS (DELETE FROM order_totals RETURNING total) SELECT * FROM gone',
    'WITH gone AS MATERIALIZED (DELETE FROM order_totals RETURNING 9) INSERT INTO archive SELECT * FROM gone',
    'EXPLAIN ANALYZE DELETE FROM order_totals',
    'EXPLAIN (ANALYZE true, COSTS off) DELETE FROM order_totals',
    'PREPARE gone AS DELETE FROM order_totals',
    'CREATE TEMP TABLE gone AS WITH g AS (DELETE FROM order_totals RETURNING total) SELECT * FROM g',
  ),
  { text: 'DELETE FROM analytics.order_totals', operation: 'delete', schema: 'analytics' },
  ...written('merge', 'MERGE INTO order_totals t USING customers c ON c.id = t.customer_id WHEN MATCHED THEN DELETE'),
  ...written(
    'truncate',
    'TRUNCATE order_totals',
    'TRUNCATE TABLE archive, ONLY public.order_totals RESTART IDENTITY CASCADE',
  ),
  ...written('copy', 'COPY order_totals (customer_id, total) FROM STDIN'),
  ...written('drop table', 'DROP TABLE order_totals', 'DROP TABLE IF EXISTS archive, public.order_totals CASCADE'),
  ...written(
    'alter table',
    'ALTER TABLE order_totals ADD COLUMN note text',
    'ALTER TABLE IF EXISTS ONLY public.order_totals RENAME TO gone',
    'ALTER TABLE order_totals DROP COLUMN __pgs_row_id',
  ),
];

/** Of a schema with stream tables in it, of which the error names one. */
export const SCHEMA_TEXTS: readonly string[] = [
  'DROP SCHEMA analytics CASCADE',
  'DROP SCHEMA IF EXISTS nothing, analytics CASCADE',
  'ALTER SCHEMA analytics RENAME TO gone',
];

/** Texts of one statement that read stream tables, or write others, or are about writes: every guard lets them pass. */
export const PASSING_TEXTS: readonly string[] = [
  'SELECT customer_id FROM order_totals FOR UPDATE',
  'WITH t AS MATERIALIZED (SELECT * FROM public.order_totals) SELECT "update".total AS "delete" FROM t AS "update"',
  `SELECT 'DELETE FROM order_totals' AS a, $$; TRUNCATE order_totals$$ AS b /* ; DROP TABLE order_totals */`,
  'INSERT INTO archive SELECT customer_id, total FROM order_totals WHERE false',
  'UPDATE archive SET total = t.total FROM order_totals t WHERE t.customer_id = archive.customer_id',
  'DELETE FROM archive USING order_totals t WHERE t.customer_id = archive.customer_id',
  'WITH t AS (SELECT * FROM order_totals) DELETE FROM archive WHERE customer_id IN (SELECT customer_id FROM t)',
  'MERGE INTO archive a USING order_totals t ON a.customer_id = t.customer_id WHEN MATCHED THEN DELETE',
  'EXPLAIN DELETE FROM order_totals',
  `COMMENT ON TABLE archive IS 'DELETE FROM order_totals'`,
];

/** Text by the name of what it does without saying so. */
type UnseenText = readonly [name: string, text: string];

/** What the guard of no ORM sees. */
export const UNSEEN_TEXTS: readonly UnseenText[] = [
  ['a DO block', 'DO $$ BEGIN DELETE FROM order_totals; END $$'],
  ['a DO block with a name in a string', `DO $$ BEGIN EXECUTE format('TRUNCATE %I', 'order_totals'); END $$`],
  ['a function', 'SELECT wipe_totals() AS gone'],
  ['a view that no model describes', 'DELETE FROM through_totals'],
];

/** What those need besides, and what takes it away. */
export const UNSEEN_NEEDS = `
  CREATE FUNCTION public.wipe_totals() RETURNS bigint LANGUAGE sql AS
    $$ WITH gone AS (DELETE FROM public.order_totals RETURNING 1) SELECT count(*) FROM gone $$;
  CREATE VIEW public.through_totals AS SELECT customer_id, total FROM public.order_totals`;
export const UNSEEN_NEEDED = 'DROP FUNCTION public.wipe_totals; DROP VIEW public.through_totals';

/** Texts for the database driver itself, of which nothing in an ORM hears. */
export const DRIVER_TEXTS: readonly string[] = [
  'INSERT INTO order_totals (customer_id, total) VALUES (9, 1)',
  'UPDATE order_totals SET total = 0',
  'DELETE FROM public.order_totals',
  'TRUNCATE order_totals',
];
