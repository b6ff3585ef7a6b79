import { extension, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { createPgStream, type PgStream, type ReadYourWritesOptions } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import {
  createScene,
  createSource,
  createWarm,
  order,
  pooled,
  through,
  totalOf3,
  totalsOf,
  type Scene,
} from '../refresh/scene.ts';

const db = testDatabase();
let admin: Client;
let scene: Scene;
let pgstream: PgStream;

beforeAll(async () => {
  admin = await db.connect();
});

beforeEach(async () => {
  scene = await createScene(admin);
  ({ pgstream } = pooled(db.url));
});

/** A stream table upon that of the scene, and one upon that. */
async function createChain(): Promise<{ middle: Scene['name']; top: Scene['name'] }> {
  const [middle, top] = ['middle', 'top'].map((name) => ({ schema: scene.schema, name }));
  await createWarm(admin, middle!, `SELECT customer_id, total FROM ${scene.schema}.totals`);
  await createWarm(admin, top!, `SELECT customer_id, total FROM ${scene.schema}.middle`);
  return { middle: middle!, top: top! };
}

const totalIn = (name: Scene['name']): Promise<number> => totalOf3(admin, { name });
const write = (amount = 5) => order(admin, scene, amount);

describe('readYourWrites()', () => {
  it('gives what the work gives, and refreshes what reads the write, sources before dependants', async () => {
    const { top } = await createChain();
    const given = await pgstream.readYourWrites(async () => {
      await write();
      return 'written' as const;
    }, [top]);
    expectTypeOf(given).toEqualTypeOf<'written'>();
    expect(given).toBe('written');
    expect(await totalIn(top)).toBe(5);
    expect(await totalOf3(admin, scene)).toBe(5);
  });

  it('refreshes all that are named, in order, also where one is named twice', async () => {
    const { middle, top } = await createChain();
    const other = { schema: scene.schema, name: 'other' };
    await createWarm(admin, other, totalsOf(scene.orders));
    const names = [scene.name, middle, top, other];
    const refreshedAt = (): Promise<number[]> =>
      Promise.all(names.map(async (name) => Number(await pgstream.table(name).lastRefreshAt())));
    const before = await refreshedAt();
    await pgstream.readYourWrites(write, [top, middle, other, top]);
    const after = await refreshedAt();
    for (const [index, name] of names.entries()) {
      expect(await totalIn(name)).toBe(5);
      expect(after[index]).toBeGreaterThan(before[index] ?? Infinity);
    }
    // The order of their beginnings is that of the chain.
    expect(after.slice(0, 3)).toEqual(after.slice(0, 3).toSorted((a, b) => a - b));
  });

  it('works over a pool of one', async () => {
    const { top } = await createChain();
    const one = pooled(db.url, { max: 1 });
    await one.pgstream.readYourWrites(
      () => one.pool.query(`INSERT INTO ${scene.orders} (customer_id, amount) VALUES (3, 9)`),
      [top, scene.name],
    );
    expect(await totalIn(top)).toBe(9);
  });

  it("by: 'wait' refreshes nothing itself, and waits until somebody has", async () => {
    const { top, middle } = await createChain();
    const before = await pgstream.table(top).lastRefreshAt();
    const over = new AbortController();
    const wait = pgstream
      .readYourWrites(write, [top, scene.name], { by: 'wait', pollMs: 20 })
      .finally(() => over.abort());
    await expect
      .poll(async () => (await admin.query(`SELECT FROM ${scene.orders} WHERE amount = 5`)).rowCount, {
        timeout: 20_000,
      })
      .toBe(2);
    expect(await pgstream.table(top).lastRefreshAt()).toEqual(before);
    // Whoever refreshes, does so again and again.
    for (let round = 0; round < 50 && !over.signal.aborted; round += 1) {
      for (const name of [scene.name, middle, top]) await createPgStream(fromPg(admin)).table(name).refresh();
      await order(admin, scene, 1);
    }
    await wait;
    expect(await totalIn(top)).toBeGreaterThanOrEqual(5);
  });

  it('passes an error of the work unchanged, and does nothing then', async () => {
    const before = await pgstream.table(scene.name).lastRefreshAt();
    const onPurpose = new Error('on purpose');
    await expect(pgstream.readYourWrites(() => Promise.reject(onPurpose), [scene.name])).rejects.toBe(onPurpose);
    expect(await pgstream.table(scene.name).lastRefreshAt()).toEqual(before);
  });

  it('says that the write is committed when what follows fails, after all are done', async () => {
    const other = { schema: scene.schema, name: 'other' };
    await createWarm(admin, other, totalsOf(scene.orders));
    await pgstream.table(scene.name).suspend();
    await expect(pgstream.readYourWrites(write, [scene.name, other])).rejects.toMatchObject({
      code: 'SUSPENDED',
      operation: 'readYourWrites',
      schema: scene.schema,
      table: 'totals',
      sqlState: extension.refusal('22023'),
      message: expect.stringMatching(/^The write is committed, but the stream table could not be refreshed/) as string,
    });
    expect(await totalIn(other)).toBe(5);
    const waiting = pgstream.readYourWrites(write, [scene.name], { by: 'wait', timeoutMs: 50 });
    await expect(waiting).rejects.toMatchObject({
      code: 'TIMEOUT',
      operation: 'readYourWrites',
      table: 'totals',
      message: expect.stringMatching(/^The write is committed, but was not seen .*It is suspended/) as string,
    });
  });

  it('does not refresh what stands upon one that could not be refreshed', async () => {
    const { top } = await createChain();
    const before = await pgstream.table(top).lastRefreshAt();
    await pgstream.table(scene.name).suspend();
    await expect(pgstream.readYourWrites(write, [top])).rejects.toMatchObject({ code: 'SUSPENDED', table: 'totals' });
    expect(await pgstream.table(top).lastRefreshAt()).toEqual(before);
  });

  it.each<[string, string, () => Promise<unknown>]>([
    ['no function', 'INVALID_ARGUMENT', () => pgstream.readYourWrites(undefined as never, [scene.name])],
    ['no stream table', 'INVALID_ARGUMENT', () => pgstream.readYourWrites(ran, [])],
    ['an empty name', 'INVALID_NAME', () => pgstream.readYourWrites(ran, [''])],
    ['a name that is not there', 'NOT_FOUND', () => pgstream.readYourWrites(ran, [scene.name, 'missing'])],
    ['another way', 'INVALID_ARGUMENT', () => asked({ by: 'hope' as 'wait' })],
    ['skipping', 'INVALID_ARGUMENT', () => asked({ ifBusy: 'skip' as 'wait' })],
    ['an option', 'INVALID_ARGUMENT', () => asked({ lockTimeoutMs: -1 })],
    ['an option of waiting', 'INVALID_ARGUMENT', () => asked({ by: 'wait', pollMs: 0 })],
    ['a signal that has fired', 'ABORTED', () => asked({ signal: AbortSignal.abort() })],
    ['a signal that has fired, waiting', 'ABORTED', () => asked({ by: 'wait', signal: AbortSignal.abort() })],
  ])('refuses %s before the work is run', async (_, code, call) => {
    runs = 0;
    await expect(call()).rejects.toMatchObject({ code });
    expect(runs).toBe(0);
  });

  it('refuses to be called inside a transaction, and a work that leaves one open', async () => {
    const client = await db.connect();
    const over = createPgStream(fromPg(client));
    await client.query('BEGIN');
    runs = 0;
    await expect(over.readYourWrites(ran, [scene.name])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      operation: 'readYourWrites',
      message: expect.stringMatching(/^readYourWrites\(\) .* nothing was done/) as string,
    });
    expect(runs).toBe(0);
    await client.query('ROLLBACK');
    for (const options of [{}, { by: 'wait' }] as const) {
      await expect(over.readYourWrites(() => client.query('BEGIN'), [scene.name], options)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
      await client.query('ROLLBACK');
    }
    expect(await through(client, scene).isStale()).toBe(false);
  });

  it('where nobody can tell whether there is one: refreshes at once, and waits for nothing', async () => {
    const unknown = createPgStream({ ...fromPg(admin), transaction: 'unknown' });
    await unknown.readYourWrites(write, [scene.name]);
    expect(await totalOf3(admin, scene)).toBe(5);
    runs = 0;
    await expect(unknown.readYourWrites(ran, [scene.name], { by: 'wait' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('nothing was done') as string,
    });
    expect(runs).toBe(0);
  });

  it('needs to see what reads what', async () => {
    await createSource(admin, `${scene.schema}.unread`);
    await admin.query(`CREATE ROLE ${scene.schema} LOGIN; GRANT USAGE ON SCHEMA pgstream TO ${scene.schema};
      GRANT SELECT ON pgstream.pgs_stream_tables TO ${scene.schema}`);
    const client = await db.connect();
    await client.query(`SET ROLE ${scene.schema}`);
    const over = createPgStream(fromPg(client));
    runs = 0;
    await expect(over.readYourWrites(ran, [scene.name], { by: 'wait' })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/GRANT SELECT ON .*_dependencies TO <role>/) as string,
    });
    expect(runs).toBe(0);
    await over.table(scene.name).waitUntilFresh();
    await admin.query(`DROP OWNED BY ${scene.schema}; DROP ROLE ${scene.schema}`);
  });
});

let runs = 0;
const ran = async (): Promise<void> => {
  runs += 1;
};
const asked = (options: ReadYourWritesOptions): Promise<void> => pgstream.readYourWrites(ran, [scene.name], options);
