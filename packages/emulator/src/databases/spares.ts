import { randomBytes } from 'node:crypto';
import { type Client, escapeIdentifier } from 'pg';
import { hasCode } from '../errors.ts';
import { openConnection } from './lasting-connection.ts';
import { ownName } from './own-name.ts';
import { template } from './template.ts';
import { databaseUrl } from './url.ts';

/** Databases made ahead, which only need a name when one is wanted. Nobody can connect to them until then. */
export interface Spares {
  /** One was taken. */
  replenish(): void;
  /** Ends the making; a spare that is half made is not there. */
  stop(): Promise<void>;
}

const prefix = 'pgstream_spare_';

const spares = `SELECT datname AS name FROM pg_database WHERE starts_with(datname, '${prefix}') ORDER BY oid`;

/** Another took it, or is about to. */
const notOurs = ['3D000', '55006'];

/** Names a spare; false if there is none. An error of PostgreSQL's when the name is taken. */
export async function takeSpare(admin: Client, name: string): Promise<boolean> {
  const wanted = escapeIdentifier(name);
  const { rows } = await admin.query<{ name: string }>(spares);
  for (const spare of rows) {
    try {
      await admin.query(
        `ALTER DATABASE ${spare.name} RENAME TO ${wanted}; ALTER DATABASE ${wanted} ALLOW_CONNECTIONS true`,
      );
      return true;
    } catch (error) {
      if (!notOurs.some((code) => hasCode(error, code))) throw error;
    }
  }
  return false;
}

/** Makes spares until there are so many. */
export async function makeSpares(admin: Client, wanted: number): Promise<void> {
  const { rows } = await admin.query(spares);
  for (let made = rows.length; made < wanted; made += 1) {
    const name = `${prefix}${randomBytes(6).toString('hex')}`;
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} ALLOW_CONNECTIONS false`);
  }
}

/** Who wants several databases in a row is not to share the machine, and the template, with the making of spares. */
const quietMs = 300;

/** Makes spares in the background, until there are so many, once nothing has been taken for a while. Never throws: without them a database takes longer. */
export function spareMaker(port: number, wanted: number): Spares {
  const stopping = new AbortController();
  const { signal } = stopping;
  let made: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const make = async (): Promise<void> => {
    if (signal.aborted) return;
    await using connection = await openConnection(databaseUrl(port, 'postgres'), ownName, signal);
    await makeSpares(connection.client, wanted);
  };
  return {
    replenish() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        made = made.then(make).catch(() => {});
      }, quietMs).unref();
    },
    async stop() {
      clearTimeout(timer);
      stopping.abort();
      await made;
    },
  };
}
