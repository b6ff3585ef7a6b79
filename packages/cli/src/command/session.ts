import { createPgStream, isPgStreamError, type PgStream, type PgStreamError, type QualifiedName } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import type { Pool } from 'pg';
import type { PgStreamConfig } from '../config/index.ts';
import { open } from '../connection/index.ts';
import { CliError, EXIT, exitCodeOf } from '../exit/index.ts';
import { nameText, parseName } from '../names/index.ts';
import { createOutput, type Output } from '../output/index.ts';
import { startedEmulator } from './emulator.ts';
import type { GlobalFlags } from './global-flags.ts';

/** What a command works with. */
export interface Session {
  readonly pgstream: PgStream;
  /** For what core does not ask. */
  readonly pool: Pool;
  readonly output: Output;
  readonly config: PgStreamConfig;
  readonly defaultSchema: string;
  /** The schema that was asked for by name; undefined if none was. */
  readonly askedSchema: string | undefined;
  /**
   * Fires when the program is told to end (SIGINT, SIGTERM). Who asks for it ends by itself; else the program ends without
   * waiting for what is under way.
   */
  readonly signal: AbortSignal;
  /** The stream table that is meant by a word of the command line. */
  readonly name: (text: string) => QualifiedName;
  /** How a stream table is called on the command line. */
  readonly text: (name: QualifiedName) => string;
}

/** Connects, and disconnects when the work is done. */
export async function withSession<Result>(
  flags: GlobalFlags,
  config: PgStreamConfig,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  await using emulator = await startedEmulator(flags);
  const pool = await connect(emulator ? { url: emulator.url, password: flags.password } : flags, config);
  const ending = new AbortController();
  const end = (): void => ending.abort();
  let isHeeded = false;
  const interrupted = new Promise<never>((_, reject) => {
    ending.signal.addEventListener('abort', () => {
      if (!isHeeded) reject(new CliError(EXIT.interrupted, 'ABORTED', INTERRUPTED));
    });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  try {
    const session = sessionOf(pool, flags, config, () => {
      isHeeded = true;
      return ending.signal;
    });
    return await Promise.race([work(session), interrupted]);
  } catch (error) {
    const isMissing =
      isPgStreamError(error, 'EXTENSION_MISSING') && (flags.extension ?? config.extension) === undefined;
    throw isMissing ? await extensionMissing(pool, error) : error;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, end);
    const closed = pool.end();
    // What is under way may never be over.
    if (isHeeded || !ending.signal.aborted) await closed;
  }
}

/** Connects to where the command line, the configuration and the environment say. */
export async function connect(flags: GlobalFlags, config: PgStreamConfig): Promise<Pool> {
  return await open({ flags: withService(flags, config), configUrl: config.url, password: flags.password });
}

/** Which database it is, and what the server could create in it. */
const EXTENSIONS_AVAILABLE = `
SELECT pg_catalog.current_database()::text AS database, ARRAY(
  SELECT name::text FROM pg_catalog.pg_available_extensions WHERE name IN ('pg_stream', 'pg_trickle') ORDER BY name
) AS names`;

/** Says what there is to do, which depends on what the server has. */
async function extensionMissing(pool: Pool, error: PgStreamError): Promise<CliError | PgStreamError> {
  interface Row {
    readonly database: string;
    readonly names: readonly string[];
  }
  const { rows } = await pool.query<Row>(EXTENSIONS_AVAILABLE).catch(() => ({ rows: [] }));
  const [row] = rows;
  if (row === undefined) return error;
  const todo =
    row.names.length === 0
      ? 'Its server has neither to create: that is to be installed first.'
      : `To have one here, run as a superuser: CREATE EXTENSION ${row.names.join(', or ')}.`;
  return new CliError(
    exitCodeOf(error.code),
    error.code,
    `The database "${row.database}" has neither pg_stream nor pg_trickle. An extension belongs to one database: -d connects to another. ${todo}`,
    error,
  );
}

/** What is said on the command line goes before the configuration's service. */
function withService(flags: GlobalFlags, config: PgStreamConfig): GlobalFlags {
  const elsewhere = flags.url ?? flags.host ?? flags.port ?? flags.username;
  const service = flags.service ?? (elsewhere === undefined ? config.service : undefined);
  return service === undefined ? flags : { ...flags, service };
}

const INTERRUPTED = 'Interrupted. What the server was asked to do it may still do.';

function sessionOf(pool: Pool, flags: GlobalFlags, config: PgStreamConfig, heed: () => AbortSignal): Session {
  return {
    ...clientOf(pool, flags, config),
    pool,
    config,
    get signal() {
      return heed();
    },
    output: createOutput(flags),
  };
}

/** The database, and how its stream tables are called on the command line. */
export function clientOf(pool: Pool, flags: GlobalFlags, config: PgStreamConfig): Client {
  const askedSchema = flags.schema ?? config.schema;
  const defaultSchema = askedSchema ?? 'public';
  return {
    askedSchema,
    defaultSchema,
    pgstream: createPgStream(fromPg(pool), { defaultSchema, dialect: flags.extension ?? config.extension }),
    name: (text) => parseName(text, defaultSchema),
    text: (name) => nameText(name, defaultSchema),
  };
}

type Client = Pick<Session, 'pgstream' | 'askedSchema' | 'defaultSchema' | 'name' | 'text'>;
