import { createPgStream, type SqlExecutor } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { Pool } from 'pg';
import { describe } from '../../packages/cli/src/generate/describe.ts';
import { modelsOf, write } from '../../packages/cli/src/generate/index.ts';
import { measureInterleaved, type Measurement } from './interleaved.ts';

const tables = 500;

interface Sent {
  readonly text: string;
  readonly params: unknown[];
}

/** `pgstream generate` of 500 stream tables beside the statements that it sends, as the driver alone sends them. */
export async function measureGenerate(
  url: string,
  rounds: number,
): Promise<{ statements: number; measured: Measurement[] }> {
  await using pool = disposable(new Pool({ connectionString: url, max: 1 }));
  const pgstream = createPgStream(fromPg(pool));
  await pool.query('CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int NOT NULL, amount numeric)');
  for (let serial = 1; serial <= tables; serial += 1) {
    await pgstream.create({
      name: `totals_${serial}`,
      query: 'SELECT customer_id, sum(amount) AS total, count(*) AS orders FROM public.orders GROUP BY customer_id',
      schedule: '5m',
      refreshMode: 'FULL',
    });
  }
  await pool.query('VACUUM ANALYZE');

  const sent: Sent[] = [];
  const noting = {
    query(text: string, params: unknown[] = []) {
      sent.push({ text, params });
      return pool.query(text, params);
    },
    connect: () => pool.connect(),
  } as unknown as Pool;
  const direct = fromPg(pool);
  await generate(noting, {
    scope: direct.scope,
    transaction: direct.transaction,
    async query(text, params = []) {
      sent.push({ text, params: [...params] });
      return await direct.query(text, params);
    },
  });
  const queries = (await pgstream.list()).map(({ definingQuery }) => definingQuery);
  const bare = async (): Promise<void> => {
    for (const { text, params } of sent) await pool.query(text, params);
  };
  const measured = await measureInterleaved(
    [
      { name: 'its statements, bare', run: bare },
      {
        name: 'and a Describe of each query',
        run: async () => {
          await bare();
          await describe(pool, queries);
        },
      },
      { name: 'generate', run: () => generate(pool, direct) },
    ],
    rounds,
  );
  return { statements: sent.length, measured };
}

async function generate(through: Pool, executor: SqlExecutor): Promise<void> {
  const found = await createPgStream(executor).list();
  const knowledge = { told: () => ({}), dbt: () => undefined, note: () => {}, text: () => '' };
  const written = write('drizzle', await modelsOf(through, found, knowledge));
  if (!written.includes(`totals_${tables}`)) throw new Error('A stream table is missing.');
}

function disposable(pool: Pool): Pool & AsyncDisposable {
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
}
