import type { Client } from 'pg';
import { hasCode } from '../errors.ts';
import { isCronDue } from './cron.ts';
import { warnOnce } from './warning.ts';

interface Candidate {
  pgs_id: string;
  pgs_schema: string;
  pgs_name: string;
  schedule: string | null;
  last_refresh_ms: string | null;
  /** Null where a cron pattern decides. */
  is_due: boolean | null;
}

/** Upstream before downstream. Milliseconds, because what a Date is read from depends on the session's settings. */
const candidates = `
  SELECT pgs_id::text, pgs_schema, pgs_name, schedule,
         floor(extract(epoch FROM last_refresh_at) * 1000)::text AS last_refresh_ms, is_due
  FROM pgstream._scheduler_due()`;

/** One refresh in a transaction of its own: history, errors, suspension and notifications are its business. */
const refresh = `SELECT pgstream._scheduler_refresh($1::bigint)`;

const queryCanceled = '57014';

/** Refreshes every stream table that is due, in dependency order. */
export async function tick(client: Client): Promise<void> {
  const { rows } = await client.query<Candidate>(candidates);
  for (const candidate of rows) {
    if (candidate.is_due ?? isPatternDue(candidate)) await refreshOne(client, candidate.pgs_id);
  }
}

function isPatternDue({ pgs_schema: schema, pgs_name: name, schedule, last_refresh_ms: last }: Candidate): boolean {
  if (schedule === null || last === null) return false;
  try {
    return isCronDue(schedule, new Date(Number(last)), new Date());
  } catch (error) {
    warnOnce(`The schedule of ${schema}.${name} cannot be read, so it is never refreshed: ${String(error)}`);
    return false;
  }
}

async function refreshOne(client: Client, id: string): Promise<void> {
  try {
    await client.query(refresh, [id]);
  } catch (error) {
    if (!hasCode(error, queryCanceled)) throw error;
    // Somebody cancelled this refresh; it had no time to free its lock, and the next one is not concerned.
    await client.query('SELECT pg_advisory_unlock_all()');
  }
}
