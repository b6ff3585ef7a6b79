import { databaseUrl, inItsNames, testDatabase } from '@pgstream/harness';
import { Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPgStream, type HealthOptions, type SqlExecutor } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';

const db = testDatabase();

function pooled(url: string): Pool {
  const pool = new Pool({ connectionString: url, max: 1 });
  onTestFinished(() => pool.end());
  return pool;
}

describe('health() does not throw for what it meets', () => {
  it('where the server cannot be reached', async () => {
    const pgstream = createPgStream(fromPg(pooled('postgres://nobody@127.0.0.1:1/none')));
    expect(await pgstream.health()).toMatchObject({
      status: 'error',
      findings: [{ code: 'CONNECTION', severity: 'error', streamTable: null, cure: expect.any(String) }],
      extension: null,
      scheduler: 'unknown',
      streamTables: 0,
    });
  });

  it('where the database has not the extension', async () => {
    const pgstream = createPgStream(fromPg(pooled(databaseUrl('template1'))));
    expect(await pgstream.health()).toMatchObject({ status: 'error', findings: [{ code: 'EXTENSION_MISSING' }] });
  });

  it('where it takes too long', async () => {
    const holder = await db.connect();
    await holder.query('BEGIN');
    await holder.query(inItsNames('LOCK TABLE pgstream.pgs_stream_tables'));
    const pool = pooled(db.url);
    const pgstream = createPgStream(fromPg(pool));
    const since = performance.now();
    expect(await pgstream.health({ timeoutMs: 200 })).toMatchObject({
      status: 'error',
      findings: [{ code: 'TIMEOUT', message: 'The database did not answer within 200 ms (timeoutMs).' }],
    });
    expect(performance.now() - since).toBeLessThan(10_000);
    await holder.query('ROLLBACK');
  });
});

it('what the function of the extension fails with is no verdict on the rest', async () => {
  const admin = await db.connect();
  const { rows } = await admin.query<{ definition: string }>(
    `SELECT pg_get_functiondef('pgstream.check_cdc_health()'::regprocedure) AS definition`,
  );
  await admin.query(rows[0]?.definition.replace('d.source_relid::bigint', '(1 / 0)::bigint') ?? '');
  const { findings, streamTables } = await createPgStream(fromPg(pooled(db.url))).health();
  expect(streamTables).toBe(0);
  expect(findings).toContainEqual({
    code: 'CAPTURE_UNKNOWN',
    severity: 'info',
    streamTable: null,
    message: expect.stringContaining('division by zero'),
    cure: expect.any(String),
  });
});

describe('it throws', () => {
  it('ABORTED when its signal fires', async () => {
    const pgstream = createPgStream(fromPg(pooled(db.url)));
    await expect(pgstream.health({ signal: AbortSignal.abort('enough') })).rejects.toMatchObject({
      code: 'ABORTED',
      operation: 'health',
      cause: 'enough',
    });
  });

  it('inside a transaction, which the error has ended', async () => {
    const client = await db.connect();
    await client.query('BEGIN');
    await client.query('SELECT 1 / 0').catch(() => {});
    await expect(createPgStream(fromPg(client)).health()).rejects.toMatchObject({ sqlState: '25P02' });
    await client.query('ROLLBACK');
  });

  it.each<[HealthOptions, RegExp]>([
    [{ maxAgeMs: -1 }, /maxAgeMs/],
    [{ timeoutMs: 0 }, /timeoutMs/],
    [{ tables: [''] }, /empty/],
  ])('for %j, before anything is sent', async (options, message) => {
    const executor: SqlExecutor = {
      scope: {},
      transaction: 'none',
      query: () => Promise.reject(new Error('nothing is to be sent')),
    };
    await expect(createPgStream(executor).health(options)).rejects.toThrow(message);
  });
});
