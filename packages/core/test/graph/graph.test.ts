import { testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { createPgStream, type DependencyNode, type PgStream } from '../../src/index.ts';
import { pathText } from '../../src/graph/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createOrders, TOTALS } from '../orders.ts';
import { recording } from '../recording.ts';

const db = testDatabase();
let admin: Client;
let pgstream: PgStream;

beforeAll(async () => {
  admin = await db.connect();
  pgstream = createPgStream(fromPg(admin));
  await createOrders(admin);
  await pgstream.create({ name: 'totals', query: TOTALS, schedule: '5m' });
  await admin.query(`
    CREATE SCHEMA reports;
    CREATE VIEW public.big AS SELECT * FROM public.totals WHERE total > 10;
    CREATE MATERIALIZED VIEW public.kept AS SELECT customer_id FROM public.big`);
  const full = { schedule: '@hourly', refreshMode: 'FULL' } as const;
  await pgstream.create({ name: 'of_view', query: 'SELECT customer_id FROM public.big', ...full });
  await pgstream.create({
    name: { schema: 'reports', name: 'of_kept' },
    query: 'SELECT k.customer_id FROM public.kept k JOIN public.customers c ON c.id = k.customer_id',
    ...full,
  });
});

const text = ({ kind, name }: Pick<DependencyNode, 'kind' | 'name'>): string =>
  `${kind} ${name === null ? '' : `${name.schema}.${name.name}`}`;

it('is made of the stream tables and all that they read, through views too, by one statement', async () => {
  const executor = recording(fromPg(admin, { scope: admin }));
  const ours = createPgStream(executor);
  await ours.dialect();
  executor.sent.length = 0;
  const { nodes, layers, cycles, missing } = await ours.graph();
  expect(executor.sent).toHaveLength(1);
  expect(layers.map((layer) => layer.map(({ schema, name }) => `${schema}.${name}`))).toStrictEqual([
    ['public.totals'],
    ['public.of_view', 'reports.of_kept'],
  ]);
  const reads = Object.fromEntries(
    nodes.map((node) => [
      text(node),
      nodes.filter(({ oid }) => node.reads.includes(oid)).map((source) => text(source)),
    ]),
  );
  expect(reads).toMatchObject({
    'TABLE public.orders': [],
    'TABLE public.customers': [],
    'STREAM_TABLE public.totals': ['TABLE public.orders'],
    'VIEW public.big': ['STREAM_TABLE public.totals'],
    'MATVIEW public.kept': ['VIEW public.big'],
    'STREAM_TABLE public.of_view': expect.arrayContaining(['STREAM_TABLE public.totals']),
    'STREAM_TABLE reports.of_kept': expect.arrayContaining(['MATVIEW public.kept', 'TABLE public.customers']),
  });
  expect(Object.keys(reads)).toHaveLength(7);
  expect(nodes.find(({ name }) => name?.name === 'totals')).toMatchObject({
    status: 'ACTIVE',
    refreshMode: 'DIFFERENTIAL',
    isStale: false,
  });
  expect(nodes.find(({ name }) => name?.name === 'of_view')).toMatchObject({ refreshMode: 'FULL', isStale: null });
  expect([cycles, missing]).toStrictEqual([[], []]);
});

it('names the path to what was dropped, and that of a cycle', async () => {
  await admin.query('BEGIN');
  await admin.query('DROP TABLE public.orders CASCADE');
  await admin.query(`
    INSERT INTO pgstream.pgs_dependencies (pgs_id, source_relid, source_type)
    SELECT a.pgs_id, b.pgs_relid, 'STREAM_TABLE' FROM pgstream.pgs_stream_tables a, pgstream.pgs_stream_tables b
    WHERE a.pgs_name = 'totals' AND b.pgs_name = 'of_kept'`);
  const { cycles, missing } = await pgstream.graph();
  await admin.query('ROLLBACK');
  expect(cycles.map(({ path }) => pathText(path))).toStrictEqual([
    '"public"."totals" -> "reports"."of_kept" -> "public"."kept" -> "public"."big" -> "public"."totals"',
  ]);
  expect(missing.map((each) => pathText(each.path).replace(/\d+/, 'N')).toSorted()).toContain(
    '"public"."totals" -> a relation that was dropped (oid N)',
  );
});
