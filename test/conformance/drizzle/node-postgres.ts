import { type ClientBase, Pool } from 'pg';
import { leave } from '../leave.ts';
import type { Opened } from './driver.ts';

/** What is noted of `pg`, over which Drizzle is opened. */
export function overPg(url: string, open: (pool: Pool) => Opened['db']): Omit<Opened, 'relational'> {
  const sent: string[] = [];
  const pool = new Pool({ connectionString: url, max: 3 });
  pool.on('connect', (client) => noting(client, sent));
  return {
    db: open(pool),
    raw: (text) => pool.query(text),
    sent,
    leave: (statements) => leave(pool, statements),
    close: () => pool.end(),
  };
}

/** `pg` reports no statements: each client notes what it is asked. */
function noting(client: ClientBase, sent: string[]): void {
  const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
  Object.assign(client, {
    query(statement: string | { text: string }, ...rest: unknown[]) {
      sent.push(typeof statement === 'string' ? statement : statement.text);
      return query(statement, ...rest);
    },
  });
}
