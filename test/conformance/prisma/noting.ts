import type { ClientBase } from 'pg';

/** `pg` reports no statements: each client notes what it is asked. */
export function noting(client: ClientBase, sent: string[]): void {
  const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
  Object.assign(client, {
    query(statement: string | { text: string }, ...rest: unknown[]) {
      sent.push(typeof statement === 'string' ? statement : statement.text);
      return query(statement, ...rest);
    },
  });
}
