import { type Emulator, type EmulatorOptions, startEmulator } from '@pgstream/emulator';
import { connect } from '@pgstream/harness';
import type { Client } from 'pg';
import { afterAll, beforeAll } from 'vitest';

/** The emulator of a test file as pg_trickle, whatever the run is about. */
export interface TrickleServer {
  /** A client of a new database, with a source of two rows: `s (id, kind, v)`. */
  open(): Promise<Client>;
  /** Another session, in the database of the client. */
  beside(client: Client): Promise<Client>;
  readonly emulator: Emulator;
}

export function trickleServer(version: EmulatorOptions['version'] & string): TrickleServer {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({ extension: 'pg_trickle', version, scheduler: false });
  });
  afterAll(() => emulator.stop());
  return {
    get emulator() {
      return emulator;
    },
    async open() {
      const client = await connect(await emulator.createDatabase());
      await client.query(`
        CREATE TABLE public.s (id int PRIMARY KEY, kind text, v numeric);
        INSERT INTO public.s VALUES (1, 'a', 10), (2, 'b', 5)`);
      return client;
    },
    async beside({ database = '' }) {
      const url = new URL(emulator.url);
      url.pathname = `/${database}`;
      return connect(url.href);
    },
  };
}

export async function rows(client: Client, sql: string): Promise<unknown[]> {
  return (await client.query<Record<string, unknown>>(sql)).rows;
}

/** The first column. */
export async function column(client: Client, sql: string): Promise<unknown[]> {
  const { rows: found } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
  return found.map(([first]) => first);
}

/** Texts of the notices, from now on. */
export function noticesOf(client: Client): string[] {
  const heard: string[] = [];
  client.on('notice', ({ severity, message }) => heard.push(`${severity}: ${message}`));
  return heard;
}
