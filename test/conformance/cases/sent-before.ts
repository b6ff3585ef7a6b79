import { expect } from 'vitest';
import type { WriteCall } from '../driver.ts';
import type { Stage } from '../stage.ts';

/** What opens and closes the transactions that a call makes by itself. */
const TRANSACTION_CONTROL = /^(?:begin|start|set transaction|commit|rollback|savepoint|release)\b/i;

/** A statement that reads and does nothing else. */
const READ = /^select\b(?!.*\b(?:insert|update|delete|merge|truncate|copy)\b)/is;

/** That of a refused write nothing was sent, or but what it says that is sent before it. */
export function expectNothingOfIt<Native>(
  sent: readonly string[],
  { sendsFirst, table = 'order_totals' }: WriteCall<Native>,
): void {
  const statements = withoutControl(sent);
  if (sendsFirst === undefined) return expect(statements).toEqual([]);
  const writes = statements.filter((text) => !READ.test(text));
  if (sendsFirst === 'reads') return expect(writes).toEqual([]);
  for (const text of writes) expect(text).not.toContain(table);
  expect(sent.at(-1)).toMatch(/^rollback\b/i);
}

/** What was sent but the beginnings and ends of transactions. */
export function withoutControl(sent: readonly string[]): string[] {
  return sent.filter((text) => !TRANSACTION_CONTROL.test(text));
}

/** The rows of the ordinary tables that models cascade to, or from, as another session sees them. */
export async function ordinaryRows<Native>({ admin }: Stage<Native>): Promise<readonly unknown[]> {
  const { rows } = await admin.query<{ readonly row: unknown }>(`
    SELECT to_jsonb(t) AS row FROM public.customers t UNION ALL SELECT to_jsonb(t) FROM public.orders t
    UNION ALL SELECT to_jsonb(t) FROM public.archive t UNION ALL SELECT to_jsonb(t) FROM public.samples t
    ORDER BY 1`);
  return rows;
}

/** Those that a refused write may have come to, before it is rolled back. */
export async function rowsAtRisk<Native>(
  stage: Stage<Native>,
  { sendsFirst }: WriteCall<Native>,
): Promise<readonly unknown[]> {
  return sendsFirst === 'others' ? await ordinaryRows(stage) : [];
}
