import { Pool, type Client, type ClientBase, type PoolConfig } from 'pg';
import { expect, onTestFinished, vi } from 'vitest';
import { createPgStream, type PgStream, type StreamTable } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';

/** A schema of its own with a source and a stream table over it that has been refreshed: further ones are incremental. */
export interface Scene {
  readonly schema: string;
  /** The source, qualified. */
  readonly orders: string;
  readonly name: { readonly schema: string; readonly name: string };
  readonly query: string;
}

let scenes = 0;

export async function createScene(admin: Client): Promise<Scene> {
  scenes += 1;
  const schema = `scene_${scenes}`;
  const orders = `${schema}.orders`;
  await admin.query(`CREATE SCHEMA ${schema}`);
  await createSource(admin, orders);
  const query = totalsOf(orders);
  const name = { schema, name: 'totals' };
  await createWarm(admin, name, query);
  return { schema, orders, name, query };
}

/** A source with rows of two customers. */
export async function createSource(admin: Client, table: string): Promise<void> {
  await admin.query(`
    CREATE TABLE ${table} (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int NOT NULL, amount int NOT NULL);
    INSERT INTO ${table} (customer_id, amount) VALUES (1, 10), (1, 5), (2, 7)`);
}

/** A query that 0.1.1 maintains rightly. */
export function totalsOf(source: string): string {
  return `SELECT customer_id, sum(amount) AS total, count(*) AS n FROM ${source} GROUP BY customer_id`;
}

/** A function for defining queries that takes a minute over the amount 0, and no time over others. */
export async function createSlow(admin: Client): Promise<void> {
  await admin.query(`CREATE FUNCTION public.slow(amount int) RETURNS int LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN IF amount = 0 THEN PERFORM pg_sleep(60); END IF; RETURN amount; END'`);
}

/** Creates a stream table and refreshes it once, which the extension does as a full refresh. */
export async function createWarm(
  admin: Client,
  name: { readonly schema: string; readonly name: string },
  query: string,
  refreshMode: 'FULL' | 'DIFFERENTIAL' = 'DIFFERENTIAL',
): Promise<void> {
  const table = await createPgStream(fromPg(admin)).create({ name, query, refreshMode });
  await table.refresh();
}

/** Sends the caller's change: customer 3 with an amount. */
export async function order(client: ClientBase, scene: Pick<Scene, 'orders'>, amount: number): Promise<void> {
  await client.query(`INSERT INTO ${scene.orders} (customer_id, amount) VALUES (3, ${amount})`);
}

/** What the stream table says of customer 3. */
export async function totalOf3(client: ClientBase, { name }: Pick<Scene, 'name'>): Promise<number> {
  const { rows } = await client.query<{ total: number }>(
    `SELECT coalesce(sum(total), 0)::int AS total FROM "${name.schema}"."${name.name}" WHERE customer_id = 3`,
  );
  return rows[0]?.total ?? Number.NaN;
}

/** The stream table holds exactly the rows of its query. */
export async function expectEqualToQuery(
  client: ClientBase,
  { name, query }: Pick<Scene, 'name' | 'query'>,
): Promise<void> {
  const stored = `SELECT ${await visibleColumns(client, name)} FROM "${name.schema}"."${name.name}"`;
  const { rows } = await client.query(
    `(SELECT 'missing' AS what, to_jsonb(a) AS "row" FROM ((${query}) EXCEPT ALL ${stored}) a)
     UNION ALL (SELECT 'too many', to_jsonb(b) FROM (${stored} EXCEPT ALL (${query})) b)`,
  );
  expect(rows).toEqual([]);
}

async function visibleColumns(client: ClientBase, name: { schema: string; name: string }): Promise<string> {
  const { rows } = await client.query<{ columns: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT LIKE '\\_\\_pg%'`,
    [`"${name.schema}"."${name.name}"`],
  );
  return rows[0]?.columns ?? '';
}

/** A pool that ends with the test, and the stream tables behind it. */
export function pooled(url: string, config: PoolConfig = {}): { pool: Pool; pgstream: PgStream } {
  const pool = new Pool({ connectionString: url, max: 3, ...config });
  // Notices of the extension are not errors; a connection that a test terminates would be one without a listener.
  pool.on('error', () => {});
  onTestFinished(() => pool.end());
  return { pool, pgstream: createPgStream(fromPg(pool)) };
}

/** The stream table of a scene through a client: inside the transaction that the client is in. */
export function through(client: ClientBase, { name }: Pick<Scene, 'name'>): StreamTable {
  return createPgStream(fromPg(client)).table(name);
}

/** Resolves when a session waits for a lock of another's. */
export async function untilWaiting(admin: Client, client: ClientBase): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await admin.query('SELECT FROM pg_locks WHERE pid = $1 AND NOT granted', [pidOf(client)]);
      expect(rows).toHaveLength(1);
    },
    { timeout: 10_000, interval: 10 },
  );
}

/** Resolves when any session of the database waits for a lock on a table. */
export async function untilAnyoneWaitsFor(admin: Client, table: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await admin.query('SELECT FROM pg_locks WHERE relation = $1::regclass AND NOT granted', [table]);
      expect(rows.length).toBeGreaterThan(0);
    },
    { timeout: 10_000, interval: 10 },
  );
}

/** The advisory locks that are held in this database: of the extension's, or of an application. */
export async function advisoryLocks(admin: Client): Promise<{ pid: number; key: string }[]> {
  const { rows } = await admin.query<{ pid: number; key: string }>(
    `SELECT pid, ((classid::bigint << 32) | objid::bigint)::text AS key FROM pg_locks
     WHERE locktype = 'advisory' AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows;
}

export async function idOf(admin: Client, { name }: Pick<Scene, 'name'>): Promise<string> {
  const { rows } = await admin.query<{ id: string }>(
    'SELECT pgs_id::text AS id FROM pgstream.pgs_stream_tables WHERE pgs_schema = $1 AND pgs_name = $2',
    [name.schema, name.name],
  );
  return rows[0]?.id ?? '';
}

/** The id of the server process behind a client: pg keeps it, its types do not say so. */
export function pidOf(client: ClientBase): number {
  return (client as unknown as { processID: number }).processID;
}
