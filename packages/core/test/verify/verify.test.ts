import { connect, extension, testDatabase, testRole } from '@pgstream/harness';
import type { Client } from 'pg';
import postgres from 'postgres';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createPgStream, type StreamTable, type VerifyOptions, type VerifyResult } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { fromPostgresJs } from '../../src/postgres-js.ts';
import { TRAPS_SQL } from '../questions/traps.ts';
import { recording } from '../recording.ts';
import { createScene, order, pooled, through, totalsOf, type Scene } from '../refresh/scene.ts';
import { damage, takeRowsWithoutId } from './damage.ts';

const db = testDatabase();
let admin: Client;
let scene: Scene;

beforeAll(async () => {
  admin = await db.connect();
});

beforeEach(async () => {
  scene = await createScene(admin);
});

const totals = (): StreamTable => pooled(db.url).pgstream.table(scene.name);
const stored = (): string => `${scene.schema}.totals`;

let made = 0;

/** Another stream table of the scene's schema, computed anew by each refresh. */
async function over(query: string): Promise<StreamTable> {
  made += 1;
  const name = { schema: scene.schema, name: `made_${made}` };
  const table = await createPgStream(fromPg(admin)).create({ name, query, refreshMode: 'FULL' });
  await takeRowsWithoutId(admin, inSchema(table));
  return pooled(db.url).pgstream.table(table.name);
}

/** Rows of a float and a word, and a stream table over them. */
async function floats(rows: string): Promise<StreamTable> {
  made += 1;
  const source = `${scene.schema}.floats_${made}`;
  await admin.query(`CREATE TABLE ${source} (id int PRIMARY KEY, word text, x float8, y float8);
    INSERT INTO ${source} SELECT row_number() OVER (), * FROM (VALUES ${rows}) v`);
  return await over(`SELECT word, x, y FROM ${source}`);
}

async function slow(): Promise<StreamTable> {
  await admin.query(`CREATE OR REPLACE FUNCTION public.slow(amount int) RETURNS int LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN IF amount = 0 THEN PERFORM pg_sleep(60); END IF; RETURN amount; END'`);
  const table = await over(`SELECT id, public.slow(amount) AS amount FROM ${scene.orders}`);
  await order(admin, scene, 0);
  return table;
}

const aside = (x: number): string => `${x}::float8 * (1 + 1e-13)`;

const inSchema = ({ name: { schema, name } }: StreamTable): string => `${schema}.${name}`;

describe('verify()', () => {
  it('says that a stream table shows what its query says, and what was read', async () => {
    expect(await totals().verify()).toEqual({
      status: 'verified',
      rows: { query: 2, table: 2 },
      floatTolerance: null,
      estimate: { query: expect.any(Number) as number, table: expect.any(Number) as number },
      afterRefresh: false,
      durationMs: expect.any(Number) as number,
    });
  });

  it('counts and shows the rows that are missing and those that are too many, as often as they are there', async () => {
    await admin.query(`
      CREATE TABLE ${scene.schema}.words (id int PRIMARY KEY, word text);
      INSERT INTO ${scene.schema}.words SELECT n, CASE WHEN n <= 5 THEN 'five' WHEN n <= 7 THEN 'two' END FROM generate_series(1, 9) n`);
    const table = await over(`SELECT word FROM ${scene.schema}.words`);
    expect(await table.verify()).toMatchObject({ status: 'verified', rows: { query: 9, table: 9 } });
    await damage(
      admin,
      `DELETE FROM ${inSchema(table)} WHERE ctid IN (SELECT ctid FROM ${inSchema(table)} WHERE word = 'five' LIMIT 3)`,
      `DELETE FROM ${inSchema(table)} WHERE ctid IN (SELECT ctid FROM ${inSchema(table)} WHERE word IS NULL LIMIT 1)`,
      `UPDATE ${inSchema(table)} SET word = 'new' WHERE word = 'two'`,
    );
    expect(await table.verify()).toMatchObject({
      status: 'different',
      rows: { query: 9, table: 5 },
      missing: {
        count: 6,
        sample: [
          { copies: 3, values: { word: 'five' } },
          { copies: 2, values: { word: 'two' } },
          { copies: 1, values: { word: null } },
        ],
      },
      surplus: { count: 2, sample: [{ copies: 2, values: { word: 'new' } }] },
    });
    expect(await table.verify({ sample: 1 })).toMatchObject({ missing: { count: 6, sample: [{ copies: 3 }] } });
    expect(await table.verify({ sample: 0 })).toMatchObject({ missing: { count: 6, sample: [] } });
  });

  it('shows the beginning of long values', async () => {
    await admin.query(`CREATE TABLE ${scene.schema}.long (id int PRIMARY KEY, doc text);
      INSERT INTO ${scene.schema}.long VALUES (1, repeat('ä😀', 1000)), (2, repeat('b', 1000))`);
    const table = await over(`SELECT id, doc FROM ${scene.schema}.long`);
    await damage(admin, `DELETE FROM ${inSchema(table)}`);
    const doc = [`${'ä😀'.repeat(500)}…`, 'b'.repeat(1000)];
    expect(await table.verify()).toMatchObject({
      missing: { sample: doc.map((text, index) => ({ values: { id: String(index + 1), doc: text } })) },
    });
  });

  it('leaves out the hidden columns', async () => {
    const id = `${extension.hiddenPrefix}row_id`;
    await takeRowsWithoutId(admin, stored());
    await damage(admin, `UPDATE ${stored()} SET ${id} = NULL`);
    expect(await totals().verify()).toMatchObject({ status: 'verified' });
  });

  it('takes names of columns as they are, and many of them', async () => {
    const odd = ['A "b"', 'select', 'side', 'n', 'c1', 'q', 'ü', 'x; DROP'];
    const names = [...odd, ...Array.from({ length: 300 }, (_, index) => `col_${index}`)];
    const selected = names.map((name, index) => `id + ${index} AS "${name.replaceAll('"', '""')}"`).join(', ');
    await admin.query(
      `CREATE TABLE ${scene.schema}.wide (id int PRIMARY KEY); INSERT INTO ${scene.schema}.wide VALUES (1)`,
    );
    // The extension's own letters are not what this is about.
    const table = await over(`SELECT ${selected.replace('"ü"', 'U&"\\00FC"')} FROM ${scene.schema}.wide`);
    expect(await table.verify()).toMatchObject({ status: 'verified' });
    await damage(admin, `UPDATE ${inSchema(table)} SET "A ""b""" = 7`);
    expect(await table.verify()).toMatchObject({
      missing: { count: 1, sample: [{ values: { 'A "b"': '1', ü: '7', col_299: '308' } }] },
      surplus: { count: 1, sample: [{ values: { 'A "b"': '7' } }] },
    });
  });

  it('does not mind a comment at the end of the query', async () => {
    await admin.query(
      `UPDATE ${extension.catalog} SET defining_query = defining_query || ' -- a comment', original_query = NULL WHERE ${extension.prefix}schema = $1`,
      [scene.schema],
    );
    expect(await totals().verify()).toMatchObject({ status: 'verified' });
  });

  it('sends the text of the query without parameters, for whoever numbers these anew', async () => {
    const table = await over(`SELECT id, '$1 or $2' AS price FROM ${scene.orders}`);
    const client = await db.connect();
    await client.query('BEGIN');
    const executor = recording(fromPg(client));
    expect(await createPgStream(executor).table(table.name).verify()).toMatchObject({ status: 'verified' });
    const withText = executor.sent.filter(({ text }) => text.includes('$1 or $2'));
    expect(withText.map(({ params }) => params.length)).toEqual(withText.map(() => 0));
    expect(withText.length).toBeGreaterThan(2);
    await client.query('COMMIT');
  });

  it('over postgres.js, alone and in a transaction', async () => {
    const sql = postgres(db.url, { max: 1, onnotice: () => {} });
    onTestFinished(() => sql.end());
    await damage(admin, `DELETE FROM ${stored()} WHERE customer_id = 1`);
    const different = { status: 'different', missing: { count: 1, sample: [{ values: { customer_id: '1' } }] } };
    const alone = createPgStream(fromPostgresJs(sql)).table(scene.name);
    expect(await alone.verify()).toMatchObject(different);
    expect(await alone.verify({ afterRefresh: true })).toMatchObject(different);
    const inside = sql.begin((tx) =>
      createPgStream(fromPostgresJs(tx, { scope: sql }))
        .table(scene.name)
        .verify(),
    );
    expect(await inside).toMatchObject(different);
    expect(await alone.repair()).toMatchObject({ status: 'repaired' });
  });

  it('compares with the query as it was written, where the extension has put the query of a view in its place', async () => {
    await admin.query(`CREATE VIEW ${scene.schema}.seen AS SELECT id, amount FROM ${scene.orders}`);
    const table = await over(`SELECT id, amount FROM ${scene.schema}.seen`);
    expect(await table.verify()).toMatchObject({ status: 'verified' });
    await admin.query(
      `CREATE OR REPLACE VIEW ${scene.schema}.seen AS SELECT id, amount + 1 AS amount FROM ${scene.orders}`,
    );
    expect(await table.verify()).toMatchObject({ status: 'different', missing: { count: 3 } });
  });
});

it('reads the names in a query as they were meant, where the extension keeps that', async () => {
  const client = await db.connect();
  await client.query(`SET search_path = ${scene.schema}, public`);
  const name = { schema: scene.schema, name: 'unqualified' };
  await createPgStream(fromPg(client)).create({ name, query: 'SELECT id, amount FROM orders', refreshMode: 'FULL' });
  const expected = extension.hasWideCatalog
    ? { status: 'verified' }
    : { status: 'undecidable', reason: 'source-changed' };
  expect(await pooled(db.url).pgstream.table(name).verify()).toMatchObject(expected);
  await client.query('BEGIN');
  expect(await through(client, { name }).verify()).toMatchObject({ status: 'verified' });
  await client.query('COMMIT');
});

it('lets the query write nothing, whatever its functions say of themselves', async () => {
  await admin.query(`
    CREATE TABLE ${scene.schema}.written (n int);
    CREATE FUNCTION ${scene.schema}.writes(n int) RETURNS int LANGUAGE plpgsql VOLATILE
      AS 'BEGIN INSERT INTO ${scene.schema}.written VALUES (n); RETURN n; END';
    CREATE FUNCTION ${scene.schema}.innocent(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE
      AS 'BEGIN RETURN ${scene.schema}.writes(n); END'`);
  const table = await over(`SELECT id, ${scene.schema}.innocent(amount) AS n FROM ${scene.orders}`);
  await admin.query(`TRUNCATE ${scene.schema}.written`);
  expect(await table.verify()).toMatchObject({ status: 'undecidable', reason: 'query-fails' });
  expect((await admin.query(`SELECT FROM ${scene.schema}.written`)).rowCount).toBe(0);
});

describe('floating-point numbers', () => {
  it('are the same within a tolerance, which the answer names, and 0 is none', async () => {
    const table = await floats(`('a', 1e6::float8, 0::float8), ('b', 1e-20, NULL)`);
    const tolerance = { doublePrecision: 1e-9, real: 1e-5 };
    await damage(admin, `UPDATE ${inSchema(table)} SET x = x * (1 + 5e-10), y = -y`);
    expect(await table.verify()).toMatchObject({ status: 'verified', floatTolerance: tolerance });
    expect(await table.verify({ floatTolerance: 0 })).toMatchObject({
      status: 'different',
      floatTolerance: { doublePrecision: 0, real: 0 },
      missing: { count: 2 },
      surplus: { count: 2 },
    });
    expect(await table.verify({ floatTolerance: 1e-12 })).toMatchObject({
      missing: { count: 1 },
      surplus: { count: 1 },
    });
  });

  it('are put together in rows that agree otherwise, whatever others there are', async () => {
    const table = await floats(`('a', 1::float8, 5::float8), ('a', 1, 7), ('a', 2, 5), ('a', 2, 5), ('b', 1, 5)`);
    await damage(
      admin,
      `UPDATE ${inSchema(table)} SET x = ${aside(1)} WHERE word = 'a' AND x = 1 AND y = 5`,
      `UPDATE ${inSchema(table)} SET y = ${aside(7)} WHERE y = 7`,
      `UPDATE ${inSchema(table)} SET x = ${aside(2)}, y = ${aside(5)} WHERE x = 2`,
    );
    expect(await table.verify()).toMatchObject({ status: 'verified' });
    await damage(
      admin,
      `DELETE FROM ${inSchema(table)} WHERE ctid = (SELECT min(ctid) FROM ${inSchema(table)} WHERE x > 1.5)`,
    );
    await damage(admin, `UPDATE ${inSchema(table)} SET y = 9 WHERE word = 'b'`);
    expect(await table.verify()).toMatchObject({
      rows: { query: 5, table: 4 },
      missing: {
        count: 2,
        sample: [
          { copies: 1, values: { word: 'a', x: '2', y: '5' } },
          { copies: 1, values: { word: 'b', x: '1', y: '5' } },
        ],
      },
      surplus: { count: 1, sample: [{ values: { word: 'b', x: '1', y: '9' } }] },
    });
  });

  it('are all that a stream table has', async () => {
    await admin.query(
      `CREATE TABLE ${scene.schema}.only (x float8); INSERT INTO ${scene.schema}.only VALUES (1), (2), (2), (NULL)`,
    );
    const table = await over(`SELECT x FROM ${scene.schema}.only`);
    await damage(admin, `UPDATE ${inSchema(table)} SET x = x * (1 + 1e-12)`);
    expect(await table.verify()).toMatchObject({ status: 'verified' });
    await damage(admin, `UPDATE ${inSchema(table)} SET x = NULL WHERE x < 1.5`);
    expect(await table.verify()).toMatchObject({
      missing: { count: 1, sample: [{ values: { x: '1' } }] },
      surplus: { count: 1, sample: [{ values: { x: null } }] },
    });
  });
});

describe('verify({ afterRefresh })', () => {
  it('tells age from damage, and leaves no trace', async () => {
    await order(admin, scene, 5);
    const before = await everything();
    expect(await totals().verify()).toMatchObject({
      status: 'different',
      missing: { count: 1 },
      surplus: { count: 0 },
    });
    expect(await totals().verify({ afterRefresh: true })).toMatchObject({
      status: 'verified',
      afterRefresh: true,
      rows: { query: 3, table: 3 },
    });
    expect(await everything()).toEqual(before);
  });

  it('finds damage, which a refresh leaves', async () => {
    await damage(admin, `UPDATE ${stored()} SET total = total + 1 WHERE customer_id = 1`);
    expect(await totals().verify({ afterRefresh: true })).toMatchObject({
      status: 'different',
      missing: { count: 1, sample: [{ values: { customer_id: '1', total: '15', n: '2' } }] },
      surplus: { count: 1, sample: [{ values: { customer_id: '1', total: '16', n: '2' } }] },
    });
  });

  it.each(['DIFFERENTIAL', 'FULL'] as const)('is not misled by who writes meanwhile: %s', async (refreshMode) => {
    const name = { schema: scene.schema, name: `meanwhile_${refreshMode.toLowerCase()}` };
    const query = totalsOf(scene.orders);
    await (await createPgStream(fromPg(admin)).create({ name, query, refreshMode })).refresh();
    const writer = await db.connect();
    const stop = new AbortController();
    const writing = (async () => {
      while (!stop.signal.aborted) await order(writer, scene, 1);
    })();
    const table = pooled(db.url).pgstream.table(name);
    const statuses: string[] = [];
    try {
      for (let round = 0; round < 10; round += 1) statuses.push((await table.verify({ afterRefresh: true })).status);
    } finally {
      stop.abort();
      await writing;
    }
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 'verified'));
  });

  it('waits for writers, at most lockTimeoutMs', async () => {
    const writer = await db.connect();
    await writer.query('BEGIN');
    await order(writer, scene, 5);
    await expect(totals().verify({ afterRefresh: true, lockTimeoutMs: 30 })).rejects.toMatchObject({
      code: 'SOURCES_BUSY',
    });
    expect(await totals().verify()).toMatchObject({ status: 'verified' });
    await writer.query('ROLLBACK');
  });

  it('fills what was never filled', async () => {
    const name = { schema: scene.schema, name: 'later' };
    const query = totalsOf(scene.orders);
    await createPgStream(fromPg(admin)).create({ name, query, initialize: false });
    const table = pooled(db.url).pgstream.table(name);
    expect(await table.verify()).toMatchObject({ status: 'undecidable', reason: 'never-filled', estimate: null });
    expect(await table.verify({ afterRefresh: true })).toMatchObject({ status: 'verified' });
    expect((await table.status()).isPopulated).toBe(false);
  });

  it('needs an executor that can begin a transaction, and says so', async () => {
    const client = await db.connect();
    for (const begin of [undefined, 'BEGIN']) {
      if (begin !== undefined) await client.query(begin);
      await expect(through(client, scene).verify({ afterRefresh: true })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        operation: 'verify',
        message: expect.stringMatching(/needs a transaction of its own.* pool/) as string,
      });
    }
    await client.query('COMMIT');
  });
});

/** What the catalog and the table hold. */
async function everything(): Promise<unknown> {
  const { rows: catalog } = await admin.query(
    `SELECT to_jsonb(s) AS s FROM ${extension.catalog} s WHERE ${extension.prefix}schema = $1`,
    [scene.schema],
  );
  const { rows } = await admin.query(`SELECT to_jsonb(t) AS t, ctid FROM ${stored()} t ORDER BY 1`);
  return { catalog, rows };
}

describe('inside a transaction of the caller’s', () => {
  const SETTINGS = ['row_security', 'search_path', 'statement_timeout', 'transaction_read_only', 'lock_timeout'];

  it('sees what that has written, and leaves neither settings nor locks behind', async () => {
    const client = await db.connect();
    const settings = SETTINGS.map((setting) => `current_setting('${setting}')`).join(', ');
    const state = async () => {
      const { rows } = await client.query(
        `SELECT ARRAY[${settings}] AS settings, ARRAY(SELECT concat_ws(' ', relation::regclass, mode) FROM pg_locks
         WHERE pid = pg_backend_pid() AND locktype = 'relation' AND relation >= 16384 ORDER BY 1) AS locks`,
      );
      return rows;
    };
    await client.query('BEGIN');
    await client.query(`SET LOCAL statement_timeout = '50s'`);
    await order(client, scene, 5);
    const before = await state();
    expect(await through(client, scene).verify()).toMatchObject({ status: 'different', missing: { count: 1 } });
    expect(await state()).toEqual(before);
    await order(client, scene, 6);
    await client.query('ROLLBACK');
  });

  it('leaves it usable when the answer is an error', async () => {
    const client = await db.connect();
    await admin.query(
      `CREATE TABLE ${scene.schema}.divided (id int PRIMARY KEY, n int); INSERT INTO ${scene.schema}.divided VALUES (1, 1)`,
    );
    const { name } = await over(`SELECT id, 1 / n AS part FROM ${scene.schema}.divided`);
    await admin.query(`UPDATE ${scene.schema}.divided SET n = 0`);
    await client.query('BEGIN');
    expect(await through(client, { name }).verify()).toMatchObject({
      status: 'undecidable',
      reason: 'query-fails',
      message: expect.stringMatching(/division by zero/) as string,
    });
    await order(client, scene, 5);
    await client.query('COMMIT');
    expect(await totals().verify()).toMatchObject({ status: 'different', missing: { count: 1 } });
  });

  it('on a connection without one, and without a way to begin one, it is refused', async () => {
    const client = await db.connect();
    await expect(through(client, scene).verify()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/or call it inside one of yours/) as string,
    });
  });

  it('is answered as anywhere where the search_path has false functions, operators and types', async () => {
    await admin.query(TRAPS_SQL);
    const client = await db.connect();
    await admin.query(`CREATE TABLE ${scene.schema}.mixed (id int PRIMARY KEY, x float8, doc json, word text);
      INSERT INTO ${scene.schema}.mixed VALUES (1, 0.5, '{}', 'a'), (2, 1.5, '[]', 'b')`);
    const table = await over(`SELECT x, doc, word FROM ${scene.schema}.mixed`);
    await damage(
      admin,
      `UPDATE ${inSchema(table)} SET x = x + 1e-12`,
      `UPDATE ${inSchema(table)} SET word = 'c' WHERE word = 'b'`,
    );
    await client.query('SET search_path = traps, pg_catalog, public');
    await client.query('BEGIN');
    expect(await through(client, table).verify()).toMatchObject({
      status: 'different',
      missing: { count: 1, sample: [{ values: { x: '1.5', doc: '[]', word: 'b' } }] },
      surplus: { count: 1, sample: [{ values: { doc: '[]', word: 'c' } }] },
    });
    await client.query('COMMIT');
  });
});

describe('what is undecidable', () => {
  const CLOCKS = [
    'now()',
    'CURRENT_DATE::timestamp',
    'localtimestamp',
    'statement_timestamp()',
    'transaction_timestamp()',
  ];

  it.each(CLOCKS)('%s in the query: a difference proves nothing', async (clock) => {
    await admin.query(
      `CREATE TABLE ${scene.schema}.visits (id int PRIMARY KEY, at timestamptz); INSERT INTO ${scene.schema}.visits VALUES (1, now())`,
    );
    const table = await over(`SELECT id FROM ${scene.schema}.visits WHERE at > ${clock} - interval '2 days'`);
    expect(await table.verify()).toMatchObject({ status: 'verified' });
    // As if the days had gone by.
    await damage(admin, `INSERT INTO ${inSchema(table)} (id) VALUES (2)`);
    expect(await table.verify()).toMatchObject({
      status: 'undecidable',
      reason: 'not-repeatable',
      message: expect.stringMatching(/0 missing, 1 surplus.* by \S+\.$/) as string,
    });
  });

  it('is not what only looks like a clock', async () => {
    await admin.query(`CREATE TABLE ${scene.schema}.clocks (id int PRIMARY KEY, now text, "CURRENT_DATE" text);
      INSERT INTO ${scene.schema}.clocks VALUES (1, 'now() CURRENT_DATE', NULL)`);
    const table = await over(
      `SELECT id, now, "CURRENT_DATE", 'it''s now()' AS said FROM ${scene.schema}.clocks WHERE now <> 'random() \\'`,
    );
    await damage(admin, `DELETE FROM ${inSchema(table)}`);
    expect(await table.verify()).toMatchObject({ status: 'different', missing: { count: 1 } });
  });

  it('volatile functions: the query is not run', async () => {
    await admin.query(`CREATE SEQUENCE ${scene.schema}.ran;
      CREATE FUNCTION ${scene.schema}.runs(n int) RETURNS int LANGUAGE sql STABLE AS 'SELECT n + 1'`);
    const table = await over(`SELECT id, ${scene.schema}.runs(amount) AS n FROM ${scene.orders}`);
    await admin.query(`CREATE OR REPLACE FUNCTION ${scene.schema}.runs(n int) RETURNS int LANGUAGE plpgsql VOLATILE
      AS 'BEGIN PERFORM nextval(''${scene.schema}.ran''); RETURN n + 1; END'`);
    expect(await table.verify()).toMatchObject({
      status: 'undecidable',
      reason: 'not-repeatable',
      message: expect.stringMatching(/\(runs\): it was not run/) as string,
    });
    const { rows } = await admin.query(`SELECT is_called FROM ${scene.schema}.ran`);
    expect(rows).toEqual([{ is_called: false }]);
  });

  it('an aggregate that depends on the order of reading, unless it says the order', async () => {
    const aggregate = `string_agg(amount::text, ',')`;
    const ordered = `string_agg(amount::text, ',' ORDER BY (id))`;
    for (const [called, expected] of [
      [aggregate, { status: 'undecidable', reason: 'not-repeatable' }],
      [ordered, { status: 'different' }],
    ] as const) {
      const table = await over(`SELECT customer_id, ${called} AS amounts FROM ${scene.orders} GROUP BY customer_id`);
      expect(await table.verify()).toMatchObject({ status: 'verified' });
      await damage(admin, `UPDATE ${inSchema(table)} SET amounts = '5,10' WHERE customer_id = 1`);
      expect(await table.verify()).toMatchObject(expected);
    }
  });

  describe('for a role', () => {
    let client: Client;

    beforeEach(async () => {
      const role = await testRole();
      await admin.query(`GRANT USAGE ON SCHEMA pgstream, ${scene.schema} TO ${role.name};
        GRANT SELECT ON pgstream.pgs_stream_tables, ${stored()} TO ${role.name}`);
      client = await connect(role.url(db.url));
      await client.query('BEGIN');
    });

    it('that may not read the sources', async () => {
      expect(await through(client, scene).verify()).toMatchObject({
        status: 'undecidable',
        reason: 'permission',
        message: expect.stringMatching(/orders.* needs SELECT on it and on all that its query reads/) as string,
      });
      expect((await client.query(`SELECT count(*)::int AS n FROM ${stored()}`)).rows).toEqual([{ n: 2 }]);
    });

    it.each(['orders', 'totals'])('that policies of %s bind', async (bound) => {
      await admin.query(`GRANT SELECT ON ${scene.orders} TO PUBLIC;
        ALTER TABLE ${scene.schema}.${bound} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY first ON ${scene.schema}.${bound} USING (customer_id = 1)`);
      expect(await through(client, scene).verify()).toMatchObject({ status: 'undecidable', reason: 'row-security' });
      expect((await client.query('SHOW row_security')).rows).toEqual([{ row_security: 'on' }]);
      expect(await totals().verify()).toMatchObject({ status: 'verified' });
    });
  });

  it('a source that has lost a column, or is gone', async () => {
    await admin.query(`CREATE TABLE ${scene.schema}.lost (id int PRIMARY KEY, n int)`);
    const table = await over(`SELECT id, n FROM ${scene.schema}.lost`);
    await admin.query(
      `SET session_replication_role = replica; ALTER TABLE ${scene.schema}.lost RENAME n TO m; RESET session_replication_role`,
    );
    expect(await table.verify()).toMatchObject({ status: 'undecidable', reason: 'source-changed' });
    await admin.query(`ALTER TABLE ${scene.schema}.lost RENAME TO gone`);
    expect(await table.verify()).toMatchObject({
      status: 'undecidable',
      reason: 'source-changed',
      message: expect.stringMatching(/lost.* does not exist/) as string,
    });
  });

  it('more rows than maxRows: before anything is read, or when it shows', async () => {
    await admin.query(
      `CREATE TABLE ${scene.schema}.many (id int PRIMARY KEY); INSERT INTO ${scene.schema}.many SELECT generate_series(1, 1000)`,
    );
    const table = await over(`SELECT id FROM ${scene.schema}.many`);
    await admin.query(`ANALYZE ${scene.schema}.many; ANALYZE ${inSchema(table)}`);
    expect(await table.verify({ maxRows: 1000 })).toMatchObject({ status: 'verified' });
    expect(await table.verify({ maxRows: 0 })).toMatchObject({
      status: 'undecidable',
      reason: 'too-many-rows',
      estimate: { query: 1000, table: 1000 },
      message: expect.stringMatching(/planner.* query gives more than 0 rows/) as string,
    });
    await damage(admin, `INSERT INTO ${inSchema(table)} (id) VALUES (1001)`);
    expect(await table.verify({ maxRows: 1000 })).toMatchObject({
      status: 'undecidable',
      reason: 'too-many-rows',
      message: expect.stringMatching(/showed.* stream table has more than 1000 rows/) as string,
    });
  });
});

describe('its bounds', () => {
  it('TIMEOUT ends it on the server', async () => {
    const table = await slow();
    await expect(table.verify({ timeoutMs: 200 })).rejects.toMatchObject({ code: 'TIMEOUT', operation: 'verify' });
    const { rows } = await admin.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%both_sides%' AND state = 'active' AND pid <> pg_backend_pid()`,
    );
    expect(rows).toEqual([]);
  });

  it('TIMEOUT inside a transaction of the caller’s leaves it usable', async () => {
    const { name } = await slow();
    const client = await db.connect();
    await client.query('BEGIN');
    await expect(through(client, { name }).verify({ timeoutMs: 200 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await order(client, scene, 5);
    await client.query('ROLLBACK');
  });

  it('ABORTED by a signal, before and while it runs', async () => {
    const table = await slow();
    const aborted = { code: 'ABORTED', operation: 'verify' };
    await expect(table.verify({ signal: AbortSignal.abort() })).rejects.toMatchObject(aborted);
    await expect(table.verify({ signal: AbortSignal.timeout(100), timeoutMs: 400 })).rejects.toMatchObject(aborted);
  });

  it.each<[VerifyOptions, RegExp]>([
    [{ sample: -1 }, /sample/],
    [{ sample: 101 }, /sample/],
    [{ maxRows: 0.5 }, /maxRows/],
    [{ floatTolerance: 1 }, /floatTolerance/],
    [{ floatTolerance: Number.NaN }, /floatTolerance/],
    [{ timeoutMs: 0 }, /timeoutMs/],
    [{ lockTimeoutMs: -1 }, /lockTimeoutMs/],
  ])('%j is INVALID_ARGUMENT', async (options, message) => {
    await expect(totals().verify(options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message) as string,
    });
  });

  it('a name that is not there is NOT_FOUND', async () => {
    const { pgstream } = pooled(db.url);
    for (const options of [{}, { afterRefresh: true }]) {
      await expect(pgstream.table('not_there').verify(options)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('its answers go through JSON and lose nothing', async () => {
    const results: VerifyResult[] = [await totals().verify()];
    await damage(admin, `DELETE FROM ${stored()}`);
    results.push(await totals().verify(), await totals().verify({ maxRows: 0 }));
    expect(JSON.parse(JSON.stringify(results))).toStrictEqual(results);
  });
});
