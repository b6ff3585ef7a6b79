import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import type { Client } from 'pg';
import type { Ratio } from './against.ts';
import { measureInterleaved } from './interleaved.ts';

const run = promisify(execFile);

const folder = join(import.meta.dirname, '../../packages/cli');
const program = join(folder, 'dist/cli.mjs');

/** What a program does that connects with the driver alone, and asks for one row. */
const bare = `
  import pg from 'pg';
  const client = new pg.Client(process.env.DATABASE_URL);
  await client.connect();
  const { rows } = await client.query('SELECT * FROM pgstream.pgs_stream_tables WHERE pgs_name = $1', ['order_totals']);
  console.log(JSON.stringify(rows));
  await client.end();`;

/** Starts of `pgstream`, in processes of their own, beside those of Node and of a program with pg. */
export async function measureCli(client: Client, url: string, rounds: number): Promise<Ratio[]> {
  await client.query('CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int, amount numeric)');
  await createPgStream(fromPg(client)).create({
    name: 'order_totals',
    query: 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id',
  });
  const node = (...args: string[]) => run(process.execPath, args, { cwd: folder, env: { DATABASE_URL: url } });
  const measured = await measureInterleaved(
    [
      { name: 'node -e 0', run: () => node('-e', '0') },
      { name: 'pgstream --version', run: () => node(program, '--version') },
      { name: 'pgstream --help', run: () => node(program, '--help') },
      { name: 'pg: connect and query', run: () => node('--input-type=module', '-e', bare) },
      { name: 'pgstream status', run: () => node(program, 'status', 'order_totals') },
    ],
    rounds,
  );
  const [empty, version, help, driver, status] = measured;
  return [
    [empty, version],
    [empty, help],
    [driver, status],
  ].flatMap(([base, one]) => {
    if (!base || !one) return [];
    const { medianMs } = one;
    return [{ name: one.name, baseMs: base.medianMs, medianMs, ratio: medianMs / base.medianMs, rounds: one.rounds }];
  });
}
