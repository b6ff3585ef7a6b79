import { apply, plan, type DeclaredStreamTable } from '@pgstream/core/definitions';
import type { SqlExecutor } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { type Client, Pool } from 'pg';
import { measureInterleaved, type Case, type Measurement } from './interleaved.ts';

export const plannedTables = 500;

/** What a plan takes. */
export interface PlanCost extends Measurement {
  /** Statements that were sent, without BEGIN and COMMIT. */
  readonly statements: number;
}

const queryOf = (index: number): string =>
  `SELECT o.customer_id, c.name, sum(o.amount) AS total, count(*) AS n, max(o.at) AS last_at FROM public.bought o JOIN public.buyers c ON c.id = o.customer_id WHERE o.amount > ${index} GROUP BY o.customer_id, c.name`;

/** plan() of 500 declared stream tables in a database that has them: as they are, written otherwise, and all of them new. */
export async function measurePlan(client: Client, url: string, rounds: number): Promise<PlanCost[]> {
  await client.query(`CREATE TABLE public.buyers (id int PRIMARY KEY, name text);
    CREATE TABLE public.bought (id int PRIMARY KEY, customer_id int, amount numeric, at timestamptz)`);
  const declared = Array.from({ length: plannedTables }, (_, index): DeclaredStreamTable => {
    return { name: `planned_${index}`, query: queryOf(index), refreshMode: 'FULL' };
  });
  const pool = new Pool({ connectionString: url, max: 1 });
  try {
    const counted = counting(fromPg(pool));
    await apply(counted.executor, await plan(counted.executor, declared));
    const reading = `DO $do$ DECLARE q text; t text; BEGIN
      FOR q IN SELECT defining_query FROM ${await catalogOf(client)} LOOP
        EXECUTE 'CREATE TEMP VIEW planned AS ' || q;
        t := pg_get_viewdef('planned'::regclass);
        DROP VIEW planned;
      END LOOP; END $do$`;
    const base = async (): Promise<void> => {
      await client.query('BEGIN');
      await client.query(reading);
      await client.query('ROLLBACK');
    };
    const otherwise = declared.map((each) => ({
      ...each,
      query: each.query.replaceAll('o.', 'b.').replace('bought o', 'bought  b'),
    }));
    const renamed = declared.map((each, index) => ({ ...each, name: `other_${index}` }));
    const statements = new Map<string, number>();
    const planning = (name: string, definitions: readonly DeclaredStreamTable[], changes: number): Case => ({
      name,
      async run() {
        counted.reset();
        const todo = await plan(counted.executor, definitions);
        statements.set(name, counted.count());
        if (todo.changes !== changes) throw new Error(`${name}: ${todo.changes} changes`);
      },
    });
    const measured = await measureInterleaved(
      [
        { name: 'PostgreSQL reads the 500 queries and writes them out', run: base },
        planning('plan(): nothing to do', declared, 0),
        planning('plan(): all of them written otherwise', otherwise, 0),
        planning('plan(): all of them new', renamed, plannedTables),
      ],
      rounds,
    );
    return measured.map((one) => ({ ...one, statements: statements.get(one.name) ?? 1 }));
  } finally {
    await pool.end();
  }
}

/** An executor that counts its statements. */
function counting(executor: SqlExecutor): { executor: SqlExecutor; reset: () => void; count: () => number } {
  let sent = 0;
  const of = (inner: SqlExecutor): SqlExecutor => ({
    ...inner,
    query(text, params) {
      sent += 1;
      return inner.query(text, params);
    },
    begin:
      inner.begin && ((work) => inner.begin?.((ours) => work(of(ours))) ?? Promise.reject(new TypeError('No begin.'))),
  });
  return { executor: of(executor), reset: () => (sent = 0), count: () => sent };
}

async function catalogOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT extname AS name FROM pg_extension WHERE extname IN ('pg_stream', 'pg_trickle')`,
  );
  return rows[0]?.name === 'pg_trickle' ? 'pgtrickle.pgt_stream_tables' : 'pgstream.pgs_stream_tables';
}
