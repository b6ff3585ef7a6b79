import type { Command } from 'commander';
import { durationArgument, type GlobalFlags } from '../command/index.ts';
import type { Offer } from './offer.ts';

/** What the database has. */
export interface Found {
  readonly names: readonly Offer[];
  readonly schemas: readonly Offer[];
}

const NONE: Found = { names: [], schemas: [] };

/** Who presses a key does not wait for a server that does not answer; PGSTREAM_COMPLETION_TIMEOUT says otherwise, as `5s`. */
function patienceMs(): number {
  const said = process.env['PGSTREAM_COMPLETION_TIMEOUT'];
  return said ? durationArgument(said) : 1_500;
}

/**
 * The stream tables of the database that a line is about: by its own options, the environment and the configuration, as its
 * command would find it. None where that is not to be had at once, or only for a password that would have to be typed.
 */
export async function streamTables(program: Command, words: readonly string[]): Promise<Found> {
  const over = new Promise<Found>((resolve) => {
    setTimeout(() => resolve(NONE), patienceMs()).unref();
  });
  return await Promise.race([found(program, words).catch(() => NONE), over]);
}

async function found(program: Command, words: readonly string[]): Promise<Found> {
  // What is wrong with the line is said when it is run.
  program.configureOutput({ writeErr() {} });
  program.parseOptions([...words]);
  const flags = program.opts<GlobalFlags>();
  // One is not started for a question.
  if (flags.emulator || flags.emulatorData !== undefined) return NONE;
  const [{ loadConfig }, { clientOf, connect }] = await Promise.all([
    import('../config/index.ts'),
    import('../command/session.ts'),
  ]);
  const config = await loadConfig(flags.config);
  const pool = await connect({ ...flags, password: false }, config);
  const { pgstream, text } = clientOf(pool, flags, config);
  const tables = await pgstream.list();
  // Nobody waits for the good-bye.
  void pool.end();
  return {
    names: tables.map((table) => ({ value: text(table), says: table.status === 'ACTIVE' ? '' : table.status })),
    schemas: [...new Set(tables.map(({ schema }) => schema))].map((value) => ({ value, says: '' })),
  };
}
