import { setTimeout as sleep } from 'node:timers/promises';
import { extension, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createPgStream,
  refreshFunctionSql,
  type RefreshOptions,
  type SqlExecutor,
  type StreamTable,
} from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createScene, createWarm, order, pooled, through, totalOf3, untilAnyoneWaitsFor, type Scene } from './scene.ts';

const db = testDatabase();
let admin: Client;
let writer: Client;
let scene: Scene;

beforeAll(async () => {
  admin = await db.connect();
  writer = await db.connect();
});

beforeEach(async () => {
  scene = await createScene(admin);
});

/** How long a refresh takes, as the process below sees it. */
const LENGTH_MS = 150;

/** An executor whose refreshes are answered late, and that counts those which leave the sources to writers. */
function slow(executor: SqlExecutor, count: () => void): SqlExecutor {
  const { begin } = executor;
  return {
    ...executor,
    async query(text, params) {
      try {
        const rows = await executor.query(text, params);
        if (text.startsWith('DO')) await sleep(LENGTH_MS);
        return rows;
      } catch (error) {
        if (String(error).includes('left to writers')) count();
        throw error;
      }
    },
    begin: begin && ((work) => begin((ours) => work(slow(ours, count)))),
  };
}

/** The stream table in a process that has refreshed it a moment ago, and how often that has let writers come first. */
async function hot(options: RefreshOptions = {}): Promise<{ table: StreamTable; left: () => number }> {
  let left = 0;
  const executor = slow(fromPg(pooled(db.url).pool), () => {
    left += 1;
  });
  const table = createPgStream(executor).table(scene.name);
  await table.refresh(options);
  return { table, left: () => left };
}

/** Somebody writes to the source, and takes their time. */
async function writing(): Promise<void> {
  await writer.query('BEGIN');
  await order(writer, scene, 5);
}

async function lockRequests(): Promise<number> {
  const { rows } = await admin.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM pg_locks WHERE relation = $1::regclass AND NOT granted',
    [scene.orders],
  );
  return rows[0]?.n ?? Number.NaN;
}

/** It is let go on by who writes, and then refreshes. */
async function comesAfter(refreshing: Promise<unknown>): Promise<void> {
  await writer.query('COMMIT');
  await expect(refreshing).resolves.toMatchObject({ status: 'refreshed', shared: false });
  expect(await totalOf3(admin, scene)).toBe(5);
}

const patient = { lockTimeoutMs: 60_000 };

describe('while somebody writes, a refresh that follows another', () => {
  it.each<[string, RefreshOptions]>([
    ['by itself', {}],
    ['with a bound', { timeoutMs: 60_000 }],
    ['as the owner', { as: 'postgres' }],
  ])('leaves the sources to writers first: %s', async (_, options) => {
    const { table, left } = await hot();
    await writing();
    const refreshing = table.refresh({ ...patient, ...options });
    await expect.poll(left, { interval: 2 }).toBe(1);
    expect(await lockRequests()).toBe(0);
    await comesAfter(refreshing);
  });

  it.skipIf(extension.checksOuterOwner)('leaves them through a refresh function', async () => {
    await admin.query(refreshFunctionSql([scene.name], { dialect: extension.name }));
    const { table, left } = await hot({ via: 'pgstream_refresh' });
    await writing();
    const refreshing = table.refresh({ ...patient, via: 'pgstream_refresh' });
    await expect.poll(left, { interval: 2 }).toBe(1);
    await comesAfter(refreshing);
  });

  it('waits for the writer at once where it is told so', async () => {
    const { table, left } = await hot();
    await writing();
    const refreshing = table.refresh({ ...patient, pace: false });
    await untilAnyoneWaitsFor(admin, scene.orders);
    expect(left()).toBe(0);
    await comesAfter(refreshing);
  });

  it.each<[string, (other: StreamTable) => Promise<unknown>]>([
    ['of another process', () => through(admin, scene).refresh()],
    ['of another stream table over the same source', (other) => other.refresh()],
  ])('counts that %s', async (_, refreshOther) => {
    const name = { schema: scene.schema, name: 'other' };
    await createWarm(admin, name, `SELECT id, amount FROM ${scene.orders}`);
    const { table, left } = await hot();
    await sleep(4 * LENGTH_MS);
    await refreshOther(through(admin, { name }));
    await writing();
    const refreshing = table.refresh(patient);
    await expect.poll(left, { interval: 2 }).toBe(1);
    await comesAfter(refreshing);
  });

  it('does not when they had their time', async () => {
    const { table, left } = await hot();
    await sleep(4 * LENGTH_MS);
    await writing();
    const refreshing = table.refresh(patient);
    await untilAnyoneWaitsFor(admin, scene.orders);
    expect(left()).toBe(0);
    await comesAfter(refreshing);
  });

  it('is aborted meanwhile', async () => {
    const { table, left } = await hot();
    await writing();
    const controller = new AbortController();
    const aborted = table.refresh({ ...patient, signal: controller.signal });
    await expect.poll(left, { interval: 2 }).toBe(1);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
    await writer.query('ROLLBACK');
  });
});

/** A refresh that is running over the same source. */
async function running(): Promise<void> {
  const name = { schema: scene.schema, name: 'other' };
  await createWarm(admin, name, `SELECT id, amount FROM ${scene.orders}`);
  await writing();
  await through(writer, { name }).refresh();
}

describe('beside a refresh that is running over the same source', () => {
  it('one does not queue for the lock, behind which writers would', async () => {
    const { table, left } = await hot();
    await running();
    const refreshing = table.refresh(patient);
    await expect.poll(left, { interval: 2 }).toBe(2);
    expect(await lockRequests()).toBe(0);
    await comesAfter(refreshing);
  });

  it('one does when it has let writers come first for half of its time for them', async () => {
    const { table, left } = await hot();
    await running();
    const refreshing = table.refresh({ lockTimeoutMs: 600 });
    refreshing.catch(() => {});
    await untilAnyoneWaitsFor(admin, scene.orders);
    expect(left()).toBeGreaterThan(0);
    await comesAfter(refreshing);
  });
});

describe('where nobody writes', () => {
  it('refreshes follow each other at once', async () => {
    const { table, left } = await hot();
    for (let turn = 0; turn < 5; turn += 1) {
      await order(admin, scene, 1);
      await table.refresh();
    }
    expect(left()).toBe(0);
    expect(await totalOf3(admin, scene)).toBe(5);
  });
});
