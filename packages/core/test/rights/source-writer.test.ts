import { connect, onPgTrickle, testDatabase, testRole } from '@pgstream/harness';
import pg, { type Client } from 'pg';
import postgres from 'postgres';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  createPgStream,
  explainWriteError,
  isPgStreamError,
  sourceWriterSql,
  StreamTableReadOnlyError,
} from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createScene, createSource, expectEqualToQuery, through, totalsOf, type Scene } from '../refresh/scene.ts';

const db = testDatabase();
let admin: Client;

beforeAll(async () => {
  admin = await db.connect();
});

/** A role with every ordinary right on the sources of a schema, as an application has it, and nothing else. */
async function application(scene: Scene): Promise<{ role: string; url: string; client: Client }> {
  const { name: role, url } = await testRole();
  await admin.query(`
    GRANT USAGE ON SCHEMA ${scene.schema} TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA ${scene.schema} TO ${role}`);
  return { role, url: url(db.url), client: await connect(url(db.url)) };
}

const writes = (source: string): readonly string[] => [
  `INSERT INTO ${source} (customer_id, amount) VALUES (3, 100), (4, 1)`,
  `UPDATE ${source} SET amount = amount + 1 WHERE customer_id = 2`,
  `DELETE FROM ${source} WHERE customer_id = 1`,
  `MERGE INTO ${source} s USING (VALUES (2)) v (id) ON s.customer_id = v.id WHEN MATCHED THEN UPDATE SET amount = 2`,
  `TRUNCATE ${source}`,
  `INSERT INTO ${source} (customer_id, amount) VALUES (5, 5)`,
];

describe('a role that has every right on a source', () => {
  it.skipIf(onPgTrickle)(
    'cannot write to it by that alone, and the error explained names sourceWriterSql (pg_trickle asks for no more)',
    async () => {
      const scene = await createScene(admin);
      const { client } = await application(scene);
      for (const write of writes(scene.orders)) {
        const error: unknown = await client.query(write).catch((reason: unknown) => reason);
        const explained = explainWriteError(error);
        expect(explained).toMatchObject({ code: 'PERMISSION_DENIED', sqlState: '42501', operation: 'write' });
        expect(explained?.cause).toBe(error);
        expect(explained?.message).toMatch(/permission denied for .*sourceWriterSql/);
      }
    },
  );

  it.runIf(onPgTrickle)('writes in every way by that alone on pg_trickle, and its changes arrive', async () => {
    const scene = await createScene(admin);
    const { client } = await application(scene);
    for (const write of writes(scene.orders)) {
      await expect(client.query(write)).resolves.toBeDefined();
      await through(admin, scene).refresh();
      await expectEqualToQuery(admin, scene);
    }
  });

  it('writes in every way after sourceWriterSql was run, twice, and its changes arrive', async () => {
    const scene = await createScene(admin);
    const { role, client } = await application(scene);
    await admin.query(sourceWriterSql(role));
    await admin.query(sourceWriterSql(role));
    for (const write of writes(scene.orders)) {
      await expect(client.query(write)).resolves.toBeDefined();
      await through(admin, scene).refresh();
      await expectEqualToQuery(admin, scene);
    }
  });

  it('writes to sources of stream tables that are created later, by who has run it or by the creators it names', async () => {
    const scene = await createScene(admin);
    const creator = await testRole();
    const others = `${scene.schema}_others`;
    await admin.query(`
      CREATE SCHEMA ${others} AUTHORIZATION ${creator.name};
      GRANT USAGE, CREATE ON SCHEMA pgstream_changes TO ${creator.name};
      GRANT USAGE ON SCHEMA pgstream TO ${creator.name};
      GRANT ALL ON ALL TABLES IN SCHEMA pgstream TO ${creator.name};
      GRANT ALL ON ALL SEQUENCES IN SCHEMA pgstream TO ${creator.name};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgstream TO ${creator.name}`);
    const theirs = await connect(creator.url(db.url));
    for (const [client, schema] of [
      [admin, scene.schema],
      [theirs, others],
    ] as const) {
      await createSource(client, `${schema}.later`);
    }
    const { role, client } = await application(scene);
    await theirs.query(`GRANT USAGE ON SCHEMA ${others} TO ${role}; GRANT ALL ON ${others}.later TO ${role}`);
    await admin.query(sourceWriterSql(role));
    await admin.query(sourceWriterSql(role, { creators: [creator.name] }));
    for (const [by, schema] of [
      [admin, scene.schema],
      [theirs, others],
    ] as const) {
      const later = `${schema}.later`;
      await createPgStream(fromPg(by)).create({ name: { schema, name: 'of_later' }, query: totalsOf(later) });
      for (const write of writes(later).slice(0, 4)) await expect(client.query(write)).resolves.toBeDefined();
    }
  });

  it('still cannot read or write the catalog, or empty a buffer', async () => {
    const scene = await createScene(admin);
    const { role, client } = await application(scene);
    await admin.query(sourceWriterSql(role));
    const { rows } = await admin.query<{ buffer: string }>(
      `SELECT format('pgstream_changes.changes_%s', $1::regclass::oid) AS buffer`,
      [scene.orders],
    );
    const buffer = rows[0]?.buffer ?? '';
    for (const text of [
      'SELECT count(*) FROM pgstream.pgs_stream_tables',
      'UPDATE pgstream.pgs_stream_tables SET frontier = NULL',
      `SELECT count(*) FROM ${buffer}`,
      `DELETE FROM ${buffer}`,
      `TRUNCATE ${buffer}`,
    ]) {
      await expect(client.query(text)).rejects.toMatchObject({ code: '42501' });
    }
  });
});

describe('explainWriteError', () => {
  it.skipIf(onPgTrickle)(
    'reads what postgres.js throws, and what wraps it (pg_trickle refuses no such write)',
    async () => {
      const scene = await createScene(admin);
      const { url } = await application(scene);
      const sql = postgres(url, { max: 1, onnotice: () => {} });
      onTestFinished(() => sql.end());
      const error: unknown =
        await sql`INSERT INTO ${sql(scene.schema)}.orders (customer_id, amount) VALUES (1, 1)`.catch(
          (reason: unknown) => reason,
        );
      const wrapped = new Error('Failed query', { cause: error });
      expect(explainWriteError(error)).toMatchObject({ code: 'PERMISSION_DENIED', cause: error });
      const explained = explainWriteError(wrapped);
      expect(isPgStreamError(explained, 'PERMISSION_DENIED') && explained.cause).toBe(wrapped);
    },
  );

  it.each([
    ['permission denied for table changes_16401'],
    ['permission denied for sequence changes_16401_change_id_seq'],
    ['permission denied for schema pgstream_changes'],
    ['keine Berechtigung für Schema pgstream'],
  ])('explains "%s"', (message) => {
    expect(explainWriteError(Object.assign(new Error(message), { code: '42501' }))).toBeDefined();
  });

  it('of a write that the guard of a stream table refused is a StreamTableReadOnlyError', () => {
    const message =
      'Direct DML on stream table totals is not allowed. Stream tables are maintained automatically by pg_trickle.';
    const error = new Error('Failed query', { cause: Object.assign(new Error(message), { code: 'P0001' }) });
    const explained = explainWriteError(error, { operation: 'deleteMany', schema: 'sales' });
    expect(explained).toBeInstanceOf(StreamTableReadOnlyError);
    expect(explained).toMatchObject({
      code: 'READ_ONLY',
      table: 'totals',
      schema: 'sales',
      operation: 'deleteMany',
      sqlState: 'P0001',
      cause: error,
    });
    expect(explainWriteError(error)).toMatchObject({ operation: 'write' });
  });

  it.each(['pg_stream', 'pg_trickle'])('of DDL on a source that %s blocks names the setting', (extension) => {
    const message = `${extension}: ALTER TABLE on public.orders blocked — column-affecting DDL is not allowed`;
    const error = Object.assign(new Error(message), { code: 'XX000' });
    const explained = explainWriteError(error, { operation: 'migrate' });
    expect(explained).toMatchObject({ code: 'SOURCE_DDL_BLOCKED', operation: 'migrate', cause: error });
    expect(explained?.message).toContain('public.orders');
    expect(explained?.message).toContain(`SET ${extension}.block_source_ddl = off`);
  });

  it('of DDL on a source as the extension here refuses it', async () => {
    const scene = await createScene(admin);
    await admin.query('SET pg_stream.block_source_ddl = on');
    const error: unknown = await admin
      .query(`ALTER TABLE ${scene.orders} ADD COLUMN x int`)
      .catch((reason: unknown) => reason);
    await admin.query('RESET pg_stream.block_source_ddl');
    expect(explainWriteError(error)).toMatchObject({ code: 'SOURCE_DDL_BLOCKED', sqlState: 'XX000' });
  });

  it.each([
    ['another exception', 'P0001', 'Direct debit is not allowed'],
    ['the guard’s words with another SQLSTATE', '22023', 'Direct DML on stream table totals is not allowed'],
    ['another privilege', '42501', 'permission denied for table orders'],
    ['a name that only resembles', '42501', 'permission denied for table my_changes_16401'],
    ['another error', '23505', 'duplicate key value violates unique constraint "changes_16401_pkey"'],
  ])('leaves %s as it is', (_, code, message) => {
    expect(explainWriteError(Object.assign(new Error(message), { code }))).toBeUndefined();
  });

  it.each([undefined, null, 'text', 7])('says nothing of %j', (thrown) => {
    expect(explainWriteError(thrown)).toBeUndefined();
  });
});

describe('sourceWriterSql', () => {
  it('quotes every role, whatever it holds', async () => {
    const [role, creator] = [`Role "x" \\ '$pgstream$\n; --`, `Creator's "y"`];
    const [r, c] = [role, creator].map((name) => pg.escapeIdentifier(name));
    await admin.query(`CREATE ROLE ${r}; CREATE ROLE ${c}`);
    try {
      await admin.query(sourceWriterSql(role, { creators: [creator] }));
      const { rows } = await admin.query(`SELECT has_schema_privilege($1, 'pgstream_changes', 'USAGE') AS uses`, [
        role,
      ]);
      expect(rows).toEqual([{ uses: true }]);
    } finally {
      await admin.query(`DROP OWNED BY ${r}, ${c}; DROP ROLE ${r}, ${c}`);
    }
  });

  it('prints no statement for pg_trickle, which needs none', async () => {
    const text = sourceWriterSql('app\nDROP TABLE x', { dialect: 'pg_trickle' });
    expect(text).toMatch(/^-- [^\n]*\n$/);
    await expect(admin.query(text)).resolves.toBeDefined();
  });

  it.each([
    ['the role public', () => sourceWriterSql('public')],
    ['an empty role', () => sourceWriterSql('')],
    ['a creator that is none', () => sourceWriterSql('app', { creators: ['public'] })],
  ])('refuses %s', (_, print) => {
    expect(print).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
  });
});
