import { type Client, DatabaseError } from 'pg';
import { openConnection } from '../databases/index.ts';
import type { Extension } from '../sql/index.ts';
import { applicationName } from './application-name.ts';
import { pause } from './pause.ts';
import { tick } from './tick.ts';
import { warnOnce } from './warning.ts';

/** How long to leave a database alone in which there was nothing to do: no extension, or the scheduler switched off. */
const lookAgainMs = 2_000;

/**
 * Keeps the stream tables of one database fresh until told to stop: one connection, held while the database has the
 * extension. Never throws: whatever goes wrong may be over the next time it looks.
 */
export async function keepFresh(url: string, extension: Extension, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await using connection = await openConnection(url, applicationName(extension), signal);
      await tickWhileWanted(connection.client, extension, signal);
    } catch (error) {
      if (error instanceof DatabaseError && !isPassing(error)) {
        warnOnce(`The stream tables of database ${new URL(url).pathname.slice(1)} are not refreshed: ${error.message}`);
      }
    }
    await pause(lookAgainMs, signal);
  }
}

/** What happens when a connection is terminated or refused, a database is dropped, or the extension is. */
function isPassing({ code = '' }: DatabaseError): boolean {
  return ['3D000', '3F000', '42883', '42P01', '53300'].includes(code) || code.startsWith('57P');
}

/** Settings as this session has them. Whether the scheduler is on is asked once where the original takes no notice of a later change. */
const wanted = ({ name }: Extension): string => `
  SELECT EXISTS (SELECT FROM pg_extension WHERE extname = '${name}') AS installed,
         coalesce(current_setting('${name}.enabled', true), 'on')::boolean AS enabled`;

const interval = ({ name }: Extension): string => `
  SELECT least(greatest(coalesce(current_setting('${name}.scheduler_interval_ms', true), '1000')::integer, 100), 60000)
         AS milliseconds`;

async function tickWhileWanted(client: Client, extension: Extension, signal: AbortSignal): Promise<void> {
  if (!(await isEnabled(client, extension))) return;
  // Ends with an error when the extension is dropped.
  while (!signal.aborted) {
    await tick(client, extension);
    if (extension.schedulerCanBeSwitchedOff && !(await isEnabled(client, extension))) return;
    const answer = await client.query<{ milliseconds: number }>(interval(extension));
    await pause(answer.rows[0]?.milliseconds ?? 1_000, signal);
  }
}

async function isEnabled(client: Client, extension: Extension): Promise<boolean> {
  const { rows } = await client.query<{ installed: boolean; enabled: boolean }>(wanted(extension));
  return rows[0]?.installed === true && rows[0].enabled;
}
