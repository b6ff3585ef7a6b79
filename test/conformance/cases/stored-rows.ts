import { expect } from 'vitest';
import { LONGEST_NAME } from '../shop/index.ts';
import type { Stage } from '../stage.ts';

const STORED = `SELECT to_jsonb(t) AS "row" FROM public.order_totals t UNION ALL SELECT to_jsonb(t) FROM public.sample_rows t
  UNION ALL SELECT to_jsonb(t) FROM public.user t UNION ALL SELECT to_jsonb(t) FROM public.${LONGEST_NAME} t`;

/** Keeps what the stream tables that are written to hold, hidden columns included. */
export async function keepRows<Native>({ admin }: Stage<Native>): Promise<void> {
  await admin.query(`
    CREATE TABLE IF NOT EXISTS public.kept_rows AS ${STORED};
    CREATE TABLE IF NOT EXISTS public.kept_totals AS TABLE public.order_totals`);
}

/** As another session sees them. */
export async function expectUnchanged<Native>(stage: Stage<Native>): Promise<void> {
  expect(await changes(stage)).toEqual([]);
}

/** A row that came or went; one that was changed did both. */
export interface Change {
  readonly change: 'gone' | 'new';
  readonly row: unknown;
}

export async function changes<Native>({ admin }: Stage<Native>): Promise<Change[]> {
  const { rows } = await admin.query<Change>(`
    WITH stored AS (${STORED}), kept AS (TABLE public.kept_rows)
    SELECT 'gone' AS change, "row" FROM (TABLE kept EXCEPT ALL TABLE stored) a
    UNION ALL SELECT 'new', "row" FROM (TABLE stored EXCEPT ALL TABLE kept) b`);
  return rows;
}

/** After a write that got through. */
export async function restoreRows<Native>({ admin }: Stage<Native>): Promise<void> {
  await admin.query('TRUNCATE public.order_totals; INSERT INTO public.order_totals TABLE public.kept_totals');
}
