import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { startEmulator, type EmulatorOptions } from '@pgstream/emulator';
import { Client } from 'pg';
import { against, type Ratio } from './against.ts';

const rowsOfSource = Number(process.env['PGSTREAM_BENCH_ROWS'] ?? 200_000);

const RELEASES: Readonly<Record<string, Pick<EmulatorOptions, 'extension' | 'version'> & { catalog: string }>> = {
  pg_stream: { extension: 'pg_stream', catalog: 'pgstream.pgs_' },
  'pg_trickle 0.67': { extension: 'pg_trickle', version: '0.67', catalog: 'pgtrickle.pgt_' },
  'pg_trickle 0.108': { extension: 'pg_trickle', version: '0.108', catalog: 'pgtrickle.pgt_' },
};

/**
 * refresh() beside the bare function, and isStale() beside the bare indexed query, on one connection. The bare function keeps
 * no writer out and says nothing of a busy table: what is measured is the price of that.
 */
export async function measureRefresh(rounds: number): Promise<Ratio[]> {
  const ratios: Ratio[] = [];
  for (const [release, { catalog, ...options }] of Object.entries(RELEASES)) {
    await using server = await startEmulator({ ...options, scheduler: false });
    const client = new Client({ connectionString: await server.createDatabase() });
    await client.connect();
    try {
      ratios.push(...(await measureRelease(client, { release, catalog }, rounds)));
    } finally {
      await client.end();
    }
  }
  return ratios;
}

async function measureRelease(
  client: Client,
  { release, catalog }: { release: string; catalog: string },
  rounds: number,
): Promise<Ratio[]> {
  const schema = catalog.split('.')[0] as string;
  const prefix = catalog.slice(schema.length + 1);
  const pgstream = createPgStream(fromPg(client));
  await client.query(`CREATE TABLE public.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int, amount int);
    INSERT INTO public.orders (customer_id, amount) SELECT n % 100, n FROM generate_series(1, ${rowsOfSource}) n`);
  const query = 'SELECT customer_id, sum(amount) AS total, count(*) AS n FROM public.orders GROUP BY customer_id';
  for (const [name, refreshMode] of [
    ['totals', 'DIFFERENTIAL'],
    ['anew', 'FULL'],
  ] as const) {
    await (await pgstream.create({ name, query, refreshMode, schedule: '5m' })).refresh();
  }
  const write = (): Promise<unknown> => client.query('UPDATE public.orders SET amount = amount + 1 WHERE id = 1');
  const bare = (name: string) => async (): Promise<unknown> =>
    await client.query(`SELECT ${schema}.refresh_stream_table('public.${name}')`);
  const ours = (name: string) => async (): Promise<unknown> => await pgstream.table(name).refresh();
  const after = (refresh: () => Promise<unknown>) => async (): Promise<unknown> => {
    await write();
    return await refresh();
  };
  return [
    await against(`${release}: nothing new`, rounds, [bare('totals'), ours('totals')]),
    await against(`${release}: a write, and its refresh`, rounds, [after(bare('totals')), after(ours('totals'))]),
    await against(`${release}: FULL`, rounds, [bare('anew'), ours('anew')]),
    await against(`${release}: isStale()`, rounds * 3, [
      () =>
        client.query(
          `SELECT status, schedule, is_populated, data_timestamp, last_refresh_at
           FROM ${catalog}stream_tables WHERE ${prefix}schema = $1 AND ${prefix}name = $2`,
          ['public', 'totals'],
        ),
      () => pgstream.table('totals').isStale(),
    ]),
  ];
}
