import { connect, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createScene, order, pooled, type Scene } from './scene.ts';

const db = testDatabase();
let admin: Client;
let scene: Scene;

beforeAll(async () => {
  admin = await db.connect();
  scene = await createScene(admin);
});

/** The refusal of a refresh over a pool, while a session of that application has written and not committed. */
async function refusedBeside(application: string): Promise<Error> {
  const { pgstream } = pooled(db.url, { application_name: 'shop' });
  const writer = await connect(db.url, { application_name: application });
  await writer.query('BEGIN');
  await order(writer, scene, 1);
  const refused = pgstream.table(scene.name).refresh({ lockTimeoutMs: 50 });
  const error = await refused.then(
    () => new Error('refreshed'),
    (reason: unknown) => reason as Error,
  );
  await writer.query('ROLLBACK');
  expect(error).toMatchObject({ code: 'SOURCES_BUSY', sqlState: '55P03' });
  expect(error.message).toContain(`writing to ${scene.orders}`);
  expect(error.message).not.toMatch(/INSERT|shop|postgres/);
  return error;
}

describe('a refresh outside of the transaction that is in its way', () => {
  it('is told so where it is an idle transaction of the same application', async () => {
    expect((await refusedBeside('shop')).message).toMatch(
      /of your own application .* waits for itself\. Refresh through/,
    );
  });

  it('is asked otherwise', async () => {
    expect((await refusedBeside('another')).message).toMatch(
      /Is it your own transaction, in which this call is made\?/,
    );
  });
});

describe('refreshAfter() over a pool, in a transaction that its function writes through', () => {
  it('does not say that the write is committed', async () => {
    const { pgstream } = pooled(db.url, { application_name: 'shop' });
    const writer = await connect(db.url, { application_name: 'shop' });
    await writer.query('BEGIN');
    await expect(
      pgstream.table(scene.name).refreshAfter(() => order(writer, scene, 1), { lockTimeoutMs: 50 }),
    ).rejects.toMatchObject({
      code: 'SOURCES_BUSY',
      operation: 'refreshAfter',
      message: expect.stringMatching(
        /^The function has written, .* nothing is committed yet\. Call it outside of .* waits for itself/,
      ) as string,
    });
    await writer.query('ROLLBACK');
  });
});
