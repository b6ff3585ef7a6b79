import { testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { createPgStream, type PgStream } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { TOTALS } from '../orders.ts';
import { createSubjects, questions, type Question } from './questions.ts';

const db = testDatabase();
let admin: Client;
let pgstream: PgStream;

beforeAll(async () => {
  admin = await db.connect();
  pgstream = createPgStream(fromPg(admin));
  await createSubjects(admin);
});

const commands: readonly Question[] = [
  ['create', async (ours) => (await ours.create({ name: 'created', query: TOTALS })).name],
  ['alter', (ours) => ours.table('created').alter({ schedule: '7m' })],
  ['refresh', (ours) => ours.table('created').refresh()],
  ['suspend', (ours) => ours.table('created').suspend()],
  ['resume', (ours) => ours.table('created').resume()],
  ['drop', (ours) => ours.table('created').drop()],
];

/** What an answer over HTTP, a log line or a cache makes of a value; all that it loses of ours is that dates are Dates. */
function throughJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function withDatesAsText(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(withDatesAsText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withDatesAsText(each)]));
}

it.each([...questions, ...commands])('what %s gives goes through JSON and loses nothing', async (_, ask) => {
  const answer = await ask(pgstream);
  expect(throughJson(answer)).toStrictEqual(withDatesAsText(answer));
});

it('an id beyond 2^53 loses no digit, and numbers are numbers', async () => {
  const [latest] = await pgstream.table('totals').history({ limit: 1 });
  expect(latest).toMatchObject({ id: '9007199254740996', rowsInserted: 3_703_703_670_369, rowsDeleted: 0 });
});
