import type { Client } from 'pg';
import { hasCode } from '../errors.ts';
import type { Extension } from '../sql/index.ts';
import { isCronDue } from './cron.ts';
import { warnOnce } from './warning.ts';

interface Candidate {
  id: string;
  schema: string;
  name: string;
  schedule: string | null;
  last_refresh_ms: string | null;
  /** Null where a cron pattern decides. */
  is_due: boolean | null;
}

/** Upstream before downstream. Milliseconds, because what a Date is read from depends on the session's settings. */
const candidates = ({ schema, prefix }: Extension): string => `
  SELECT ${prefix}id::text AS id, ${prefix}schema AS schema, ${prefix}name AS name, schedule,
         floor(extract(epoch FROM last_refresh_at) * 1000)::text AS last_refresh_ms, is_due
  FROM ${schema}._scheduler_due()`;

/** One refresh in a transaction of its own: history, errors, suspension and notifications are its business. */
const refresh = ({ schema }: Extension): string => `SELECT ${schema}._scheduler_refresh($1::bigint)`;

const queryCanceled = '57014';

/** Refreshes every stream table that is due, in dependency order. */
export async function tick(client: Client, extension: Extension): Promise<void> {
  const { rows } = await client.query<Candidate>(candidates(extension));
  for (const candidate of rows) {
    if (candidate.is_due ?? isPatternDue(candidate)) await refreshOne(client, extension, candidate.id);
  }
}

function isPatternDue({ schema, name, schedule, last_refresh_ms: last }: Candidate): boolean {
  if (schedule === null || last === null) return false;
  try {
    return isCronDue(schedule, new Date(Number(last)), new Date());
  } catch (error) {
    warnOnce(`The schedule of ${schema}.${name} cannot be read, so it is never refreshed: ${String(error)}`);
    return false;
  }
}

async function refreshOne(client: Client, extension: Extension, id: string): Promise<void> {
  try {
    await client.query(refresh(extension), [id]);
  } catch (error) {
    if (!hasCode(error, queryCanceled)) throw error;
    // Somebody cancelled this refresh; it had no time to free its lock, and the next one is not concerned.
    await client.query('SELECT pg_advisory_unlock_all()');
  }
}
