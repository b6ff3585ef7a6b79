import { connect, extension, testDatabase, testRole } from '@pgstream/harness';
import { Pool, type Client } from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createPgStream, isPgStreamError, type PgStream } from '../src/index.ts';
import { fromPg } from '../src/pg.ts';
import { createOrders, TOTALS } from './orders.ts';

const db = testDatabase();
let admin: Client;

beforeAll(async () => {
  admin = await db.connect();
  await createOrders(admin);
  await createPgStream(fromPg(admin)).create({ name: 'totals', query: TOTALS });
});

const LEAST = [
  'isStale',
  'isStale({ maxAgeMs })',
  'lastRefreshAt',
  'stalenessMs',
  'status',
  'exists',
  'list',
  'columns',
] as const;

const questions: Record<string, (pgstream: PgStream) => Promise<unknown>> = {
  isStale: (pgstream) => pgstream.table('totals').isStale(),
  'isStale({ maxAgeMs })': (pgstream) => pgstream.table('totals').isStale({ maxAgeMs: 1000 }),
  lastRefreshAt: (pgstream) => pgstream.table('totals').lastRefreshAt(),
  stalenessMs: (pgstream) => pgstream.table('totals').stalenessMs(),
  status: (pgstream) => pgstream.table('totals').status(),
  exists: (pgstream) => pgstream.table('totals').exists(),
  list: (pgstream) => pgstream.list(),
  columns: (pgstream) => pgstream.columns('totals'),
  history: (pgstream) => pgstream.table('totals').history(),
  explain: (pgstream) => pgstream.table('totals').explain(),
  dependencies: (pgstream) => pgstream.dependencies(),
  cdcHealth: (pgstream) => pgstream.cdcHealth(),
  slotHealth: (pgstream) => pgstream.slotHealth(),
  refreshStats: (pgstream) => pgstream.refreshStats(),
};

async function asRole(): Promise<{ pgstream: PgStream; role: string }> {
  const role = await testRole();
  const pool = new Pool({ connectionString: role.url(db.url), max: 1 });
  onTestFinished(() => pool.end());
  return { pgstream: createPgStream(fromPg(pool)), role: role.name };
}

describe.each(Object.entries(questions))('%s, asked by a role without rights', (_, ask) => {
  it('names the GRANTs, and works when just those were run', async () => {
    const { pgstream, role } = await asRole();
    const refusal: unknown = await ask(pgstream).catch((error: unknown) => error);
    if (!isPgStreamError(refusal, 'PERMISSION_DENIED')) throw refusal;
    const grants = refusal.message.match(/GRANT [^;]+ TO <role>;/g) ?? [];
    expect(grants).not.toHaveLength(0);
    for (const grant of grants) await admin.query(grant.replace('<role>', role));
    await expect(ask(pgstream)).resolves.toBeDefined();
  });
});

it.each(LEAST)('%s needs USAGE on the schema and SELECT on the catalog table, and nothing else', async (question) => {
  const { pgstream, role } = await asRole();
  await admin.query(`GRANT USAGE ON SCHEMA pgstream TO ${role}; GRANT SELECT ON pgstream.pgs_stream_tables TO ${role}`);
  await expect(questions[question]?.(pgstream)).resolves.not.toBeUndefined();
});

it('every role can ask which extension there is', async () => {
  const { pgstream } = await asRole();
  expect(await pgstream.extension()).toMatchObject({ name: extension.name });
});

it('a refused question leaves no transaction and no connection broken', async () => {
  const role = await testRole();
  const client = await connect(role.url(db.url));
  const pgstream = createPgStream(fromPg(client));
  await expect(pgstream.list()).rejects.toMatchObject({ code: 'PERMISSION_DENIED', sqlState: '42501' });
  expect((await client.query('SELECT 1 AS one')).rows).toStrictEqual([{ one: 1 }]);
});
