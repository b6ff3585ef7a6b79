import { connect, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPgStream, type RefreshOptions } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { recording } from '../recording.ts';
import { createScene, createWarm, order, pooled, totalOf3, type Scene } from './scene.ts';

const db = testDatabase();
let admin: Client;

beforeAll(async () => {
  admin = await db.connect();
});

const SHOP = { application_name: 'shop' };

/** Only a statement that tells the causes of an error asks whose policies there are. */
const tellsCauses = (text: string): boolean => text.includes('row_security_active');

/** The attempts that a refresh takes, by whether they tell causes, and what came of them. */
async function attempts({ name }: Pick<Scene, 'name'>, options: RefreshOptions = {}) {
  const executor = recording(fromPg(pooled(db.url, SHOP).pool));
  const table = createPgStream(executor).table(name);
  const came = await table.refresh(options).catch((error: unknown) => error);
  const told = executor.sent.filter(({ text }) => text.startsWith('DO')).map(({ text }) => tellsCauses(text));
  return { told, came };
}

describe('the attempts of a refresh', () => {
  it('that succeeds are one, which is short', async () => {
    const scene = await createScene(admin);
    await order(admin, scene, 100);
    expect(await attempts(scene)).toMatchObject({ told: [false], came: { status: 'refreshed' } });
    expect(await totalOf3(admin, scene)).toBe(100);
  });

  it('are two where an error has causes that the server does not tell: the second tells them', async () => {
    const scene = await createScene(admin);
    const writer = await connect(db.url, SHOP);
    await writer.query('BEGIN');
    await order(writer, scene, 100);
    const { told, came } = await attempts(scene, { lockTimeoutMs: 0 });
    expect(told).toEqual([false, true]);
    expect(came).toMatchObject({
      code: 'SOURCES_BUSY',
      message: expect.stringContaining('A transaction of your own application') as string,
    });
    await writer.query('ROLLBACK');
  });

  it('are one where there is nothing more to say', async () => {
    const scene = await createScene(admin);
    const broken = { name: { schema: scene.schema, name: 'broken' } };
    await createWarm(admin, broken.name, `SELECT id, customer_id, 100 / amount AS total FROM ${scene.orders}`);
    await order(admin, scene, 0);
    const { told, came } = await attempts(broken);
    expect(told).toEqual([false]);
    expect(came).toMatchObject({ sqlState: '22012' });
  });

  it('tell causes at once where timeoutMs may leave no time for another', async () => {
    const scene = await createScene(admin);
    expect(await attempts(scene, { timeoutMs: 60_000 })).toMatchObject({ told: [true], came: { status: 'refreshed' } });
  });
});
