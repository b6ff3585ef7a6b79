import { createPgStream, type VerifyOptions } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { type Client, Pool } from 'pg';
import { measureInterleaved } from './interleaved.ts';

export const verifiedRows = 1_000_000;

/** What a verification takes beside running the query and reading the table, once each. */
export interface VerifyCost {
  readonly name: string;
  readonly baseMs: number;
  readonly medianMs: number;
  readonly ratio: number;
  /** How much larger the heap of the client was than before, at most, as far as it was looked at. */
  readonly moreMegabytes: number;
  readonly rounds: number;
}

interface Shape {
  readonly name: string;
  /** Of the source; the stream table has a row of each of its own. */
  readonly columns: string;
  readonly query: string;
  readonly damage: string;
}

const EVENTS = 'id int PRIMARY KEY, customer_id int, amount numeric(12, 2), note text, at timestamptz, x float8';

const SHAPES: readonly Shape[] = [
  {
    name: 'rows',
    columns: EVENTS,
    query: 'SELECT id, customer_id, amount, note, at FROM public.SOURCE',
    damage: `UPDATE public.TABLE SET note = note || '!'`,
  },
  {
    name: 'sums of floats',
    columns: EVENTS,
    query: 'SELECT id, sum(x) AS x, count(*) AS n FROM public.SOURCE GROUP BY id',
    damage: 'UPDATE public.TABLE SET x = x * (1 + 1e-15)',
  },
];

/**
 * verify() beside what it cannot do without: the server computes all rows of the query and reads all rows of the table, makes
 * text of them and sends nothing. A million rows of each; all of them damaged in the second case of each shape.
 */
export async function measureVerify(client: Client, url: string, rounds: number): Promise<VerifyCost[]> {
  const pool = new Pool({ connectionString: url, max: 1 });
  const costs: VerifyCost[] = [];
  try {
    for (const [index, shape] of SHAPES.entries()) {
      const { query, table } = await fill(client, shape, index);
      const base = async (): Promise<void> => {
        await client.query(`EXPLAIN (ANALYZE, SERIALIZE TEXT, TIMING OFF, BUFFERS OFF) ${query}`);
        await client.query(`EXPLAIN (ANALYZE, SERIALIZE TEXT, TIMING OFF, BUFFERS OFF) SELECT * FROM public.${table}`);
      };
      const verify = async (options: VerifyOptions, status: string): Promise<number> => {
        const before = process.memoryUsage().heapUsed;
        let most = before;
        const looking = setInterval(() => (most = Math.max(most, process.memoryUsage().heapUsed)), 20);
        const result = await createPgStream(fromPg(pool))
          .table(table)
          .verify({ timeoutMs: 600_000, ...options });
        clearInterval(looking);
        if (result.status !== status) throw new Error(`${shape.name}: ${JSON.stringify(result)}`);
        return Math.max(most, process.memoryUsage().heapUsed) - before;
      };
      costs.push(await measure(`${shape.name}: right`, rounds, base, () => verify({}, 'verified')));
      await write(client, shape.damage.replaceAll('TABLE', table));
      await client.query(`VACUUM ANALYZE public.${table}`);
      const near = shape.name !== 'rows';
      costs.push(
        await measure(`${shape.name}: every row ${near ? 'a little apart' : 'wrong'}`, rounds, base, () =>
          verify({}, near ? 'verified' : 'different'),
        ),
      );
    }
  } finally {
    await pool.end();
  }
  return costs;
}

/** Filled past the extension, whose identities of a million rows are not what is measured. */
async function fill(client: Client, shape: Shape, index: number): Promise<{ query: string; table: string }> {
  const [source, table] = [`verify_source_${index}`, `verify_${index}`];
  const query = shape.query.replaceAll('SOURCE', source);
  await client.query(`CREATE TABLE public.${source} (${shape.columns})`);
  await createPgStream(fromPg(client)).create({ name: table, query, refreshMode: 'FULL', schedule: '1h' });
  const { rows } = await client.query<{ names: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS names FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND left(attname, 6) <> '__pgs_'`,
    [`public.${table}`],
  );
  await write(
    client,
    `INSERT INTO public.${source} SELECT n, n % 200000, n * 1.07, 'note ' || n, now(), n / 3.0 FROM generate_series(1, ${verifiedRows}) n`,
  );
  await write(client, `INSERT INTO public.${table} (${rows[0]?.names ?? ''}) ${query}`);
  await client.query(`VACUUM ANALYZE public.${source}, public.${table}`);
  return { query, table };
}

async function write(client: Client, text: string): Promise<void> {
  await client.query('SET session_replication_role = replica');
  await client.query(text);
  await client.query('RESET session_replication_role');
}

async function measure(
  name: string,
  rounds: number,
  base: () => Promise<void>,
  verify: () => Promise<number>,
): Promise<VerifyCost> {
  let most = 0;
  const [first, second] = await measureInterleaved(
    [
      { name: 'base', run: base },
      { name, run: async () => (most = Math.max(most, await verify())) },
    ],
    rounds,
  );
  const [baseMs, medianMs] = [first?.medianMs ?? Number.NaN, second?.medianMs ?? Number.NaN];
  return {
    name,
    baseMs,
    medianMs,
    ratio: medianMs / baseMs,
    moreMegabytes: most / 2 ** 20,
    rounds: second?.rounds ?? 0,
  };
}
