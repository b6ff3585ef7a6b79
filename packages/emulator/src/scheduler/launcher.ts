import { databaseUrl, openConnection } from '../databases/index.ts';
import type { Extension } from '../sql/index.ts';
import { applicationName } from './application-name.ts';
import { keepFresh } from './database.ts';
import { pause } from './pause.ts';

/** The scheduler of a server: the original's is a background worker, this one is a client. */
export interface Scheduler {
  /** Ends all its connections; a refresh that is under way is broken off and rolls back. */
  stop(): Promise<void>;
}

/** How often databases are looked for. DROP DATABASE waits five seconds for others to leave, so often enough for that. */
const lookMs = 1_000;

interface Database {
  oid: string;
  name: string;
  /** Whether somebody wants it without connections: to drop or rename it, or to copy it. */
  claimed: boolean;
}

const databases = `
  SELECT d.oid::text, d.datname AS name,
         EXISTS (SELECT FROM pg_locks l
                 WHERE l.locktype = 'object' AND l.classid = 'pg_database'::regclass AND l.objid = d.oid
                   AND l.mode IN ('ShareLock', 'AccessExclusiveLock')) AS claimed
  FROM pg_database d
  WHERE d.datallowconn AND NOT d.datistemplate`;

/** Starts to keep the stream tables of all databases fresh: those there are, and those that come. */
export function startScheduler(port: number, extension: Extension): Scheduler {
  const stopping = new AbortController();
  const running = new Map<string, { stop: () => void; ended: Promise<void> }>();

  const adjust = (found: readonly Database[]): void => {
    const wanted = new Map(found.filter(({ claimed }) => !claimed).map(({ oid, name }) => [`${oid} ${name}`, name]));
    for (const [key, { stop }] of running) {
      if (wanted.has(key)) continue;
      stop();
      running.delete(key);
    }
    for (const [key, name] of wanted) {
      if (running.has(key)) continue;
      const own = new AbortController();
      const signal = AbortSignal.any([own.signal, stopping.signal]);
      running.set(key, { stop: () => own.abort(), ended: keepFresh(databaseUrl(port, name), extension, signal) });
    }
  };

  const launched = launch(port, applicationName(extension), stopping.signal, adjust);
  return {
    async stop() {
      stopping.abort();
      await Promise.all([launched, ...[...running.values()].map(({ ended }) => ended)]);
    },
  };
}

async function launch(
  port: number,
  asWhom: string,
  signal: AbortSignal,
  adjust: (found: Database[]) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await using connection = await openConnection(databaseUrl(port, 'postgres'), asWhom, signal);
      while (!signal.aborted) {
        adjust((await connection.client.query<Database>(databases)).rows);
        await pause(lookMs, signal);
      }
    } catch {
      // The connection was terminated, or the server is going.
      await pause(lookMs, signal);
    }
  }
}
