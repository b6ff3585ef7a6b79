import { connect, extension, freshDatabase, onPgTrickle, testDatabase } from '@pgstream/harness';
import { Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPgStream, isPgStreamError, type SqlExecutor } from '../src/index.ts';
import { fromPg } from '../src/pg.ts';
import { recording } from './recording.ts';

const db = testDatabase();

function poolOf(url: string): Pool {
  const pool = new Pool({ connectionString: url, max: 4 });
  onTestFinished(() => pool.end());
  return pool;
}

const OTHER = onPgTrickle ? 'pg_stream' : 'pg_trickle';

const isDetection = ({ text }: { text: string }): boolean => text.includes('pg_extension');

describe('the dialect', () => {
  it('is asked for once by 1,000 first calls at the same time', async () => {
    const executor = recording(fromPg(poolOf(db.url)));
    const table = createPgStream(executor).table('nope');
    const outcomes = await Promise.all(Array.from({ length: 1000 }, () => table.exists()));
    expect(outcomes.every((exists) => !exists)).toBe(true);
    expect(executor.sent.filter(isDetection)).toHaveLength(1);
    expect(executor.sent).toHaveLength(1001);
  });

  it('is shared by all clients of one scope, those of a transaction included', async () => {
    const pool = poolOf(db.url);
    await createPgStream(fromPg(pool)).table('nope').exists();
    const client = await pool.connect();
    const inTransaction = recording(fromPg(client, { scope: pool }));
    const again = recording(fromPg(pool));
    await createPgStream(inTransaction).table('nope').exists();
    await createPgStream(again).table('nope').exists();
    client.release();
    expect([...inTransaction.sent, ...again.sent].filter(isDetection)).toStrictEqual([]);
  });

  it('is that of the extension which was chosen, and another one in the same scope where another was', async () => {
    const executor = recording(fromPg(poolOf(db.url)));
    expect(await createPgStream(executor, { dialect: extension.name }).table('nope').exists()).toBe(false);
    await expect(createPgStream(executor, { dialect: OTHER }).table('nope').exists()).rejects.toMatchObject({
      code: 'EXTENSION_MISSING',
      message: expect.stringContaining(`not the extension ${OTHER}`) as string,
    });
    expect(await createPgStream(executor, { dialect: extension.name }).table('nope').exists()).toBe(false);
    expect(executor.sent.filter(isDetection)).toHaveLength(2);
  });

  it('can be asked for by itself, and is remembered', async () => {
    const executor = recording(fromPg(poolOf(db.url)));
    expect(await createPgStream(executor).dialect()).toBe(extension.name);
    await createPgStream(executor).table('nope').exists();
    expect(executor.sent.filter(isDetection)).toHaveLength(1);
  });

  it('is not remembered when the extension is missing: it is found once it is there', async () => {
    const url = await freshDatabase();
    const admin = await connect(url);
    await admin.query('DROP EXTENSION pg_stream CASCADE');
    const pgstream = createPgStream(fromPg(poolOf(url)));
    await expect(pgstream.table('nope').exists()).rejects.toMatchObject({
      code: 'EXTENSION_MISSING',
      message: expect.stringContaining('CREATE EXTENSION pg_trickle'),
    });
    await expect(pgstream.extension()).rejects.toMatchObject({ code: 'EXTENSION_MISSING' });
    await admin.query('CREATE EXTENSION pg_stream');
    expect(await pgstream.table('nope').exists()).toBe(false);
  });

  it('is forgotten when the extension turns out to be gone', async () => {
    const url = await freshDatabase();
    const admin = await connect(url);
    const pgstream = createPgStream(fromPg(poolOf(url)));
    expect(await pgstream.table('nope').exists()).toBe(false);
    await admin.query('DROP EXTENSION pg_stream CASCADE');
    await expect(pgstream.table('nope').exists()).rejects.toMatchObject({
      code: 'EXTENSION_MISSING',
      sqlState: '42P01',
    });
    await expect(pgstream.table('nope').exists()).rejects.toMatchObject({
      code: 'EXTENSION_MISSING',
      sqlState: undefined,
    });
  });

  it('is not remembered when the server could not be reached', async () => {
    let reachable = false;
    const pool = poolOf(db.url);
    const nobody = poolOf('postgres://nobody@127.0.0.1:1/none');
    const flaky = {
      ...fromPg(pool),
      query: (text: string, params: readonly unknown[]) => fromPg(reachable ? pool : nobody).query(text, params),
    } as SqlExecutor;
    const pgstream = createPgStream({ ...flaky, scope: {} });
    await expect(pgstream.list()).rejects.toMatchObject({ code: 'CONNECTION' });
    reachable = true;
    expect(await pgstream.extension()).toMatchObject({ dialect: extension.name });
  });

  it('is pg_trickle where both extensions are', async () => {
    const admin = await db.connect();
    await admin.query('BEGIN; SET LOCAL allow_system_table_mods = on');
    await admin.query(
      `INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
       SELECT 4000000000, $1, extowner, extnamespace, false, '0.67.0' FROM pg_extension WHERE extname = $2`,
      [OTHER, extension.name],
    );
    const executor = recording(fromPg(admin));
    const pgstream = createPgStream(executor);
    const version = onPgTrickle ? extension.version : '0.67.0';
    expect(await pgstream.extension()).toStrictEqual({ name: 'pg_trickle', version, dialect: 'pg_trickle' });
    // The pg_trickle that is only claimed is found to be missing.
    const listed = await pgstream.list().catch((error: unknown) => (isPgStreamError(error) ? error.code : error));
    expect(listed).toStrictEqual(onPgTrickle ? [] : 'EXTENSION_MISSING');
    await admin.query('ROLLBACK');
    const spoken = executor.sent.filter((each) => !isDetection(each)).map(({ text }) => text);
    expect(spoken).toHaveLength(1);
    expect(spoken[0]).toContain('FROM pgtrickle.pgt_stream_tables');
    expect(spoken[0]).not.toMatch(/pgs_|pgstream\./);
  });
});

describe('extension()', () => {
  it('gives name, version and dialect', async () => {
    expect(await createPgStream(fromPg(poolOf(db.url))).extension()).toStrictEqual({
      name: extension.name,
      version: extension.version,
      dialect: extension.name,
    });
  });
});

// Past the types, as JavaScript may.
it.each([[undefined], [{}]])('createPgStream(%j) is refused with what it takes', (given) => {
  const create = createPgStream as (executor: unknown) => unknown;
  expect(() => create(given)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('fromPg(pool)') as string }),
  );
});
