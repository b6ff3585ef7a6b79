import { type Command, Option } from 'commander';
import type { ConnectionFlags } from '../connection/index.ts';
import type { OutputFlags } from '../output/index.ts';

/** What every command understands. */
export interface GlobalFlags extends ConnectionFlags, OutputFlags {
  readonly password?: boolean | undefined;
  readonly schema?: string;
  readonly extension?: 'pg_stream' | 'pg_trickle';
  readonly config?: string;
  readonly emulator?: boolean;
  readonly emulatorData?: string;
}

/** Adds them to the program: commander takes them before and after the command's name. */
export function addGlobalFlags(program: Command): void {
  const connection: readonly Option[] = [
    new Option('-h, --host <host>', "server's host, or the folder of its socket (PGHOST)"),
    new Option('-p, --port <port>', "server's port (PGPORT)"),
    new Option('-U, --username <role>', 'who connects (PGUSER)'),
    new Option('-d, --dbname <database>', 'database, or a connection string as psql takes it (PGDATABASE)'),
    new Option('--url <url>', 'postgres://…, or host=… dbname=… (DATABASE_URL)').conflicts([
      'host',
      'port',
      'username',
    ]),
    new Option('--service <service>', 'service of pg_service.conf (PGSERVICE)').conflicts('url'),
    new Option('-W, --password', 'ask for the password first'),
    new Option('-w, --no-password', 'never ask for a password').default(undefined),
    new Option('--emulator', 'start the emulator of @pgstream/emulator, and connect to it').conflicts(['url', 'host']),
    new Option('--emulator-data <folder>', 'the same, with data that are kept here').conflicts(['url', 'host']),
  ];
  const meaning: readonly Option[] = [
    new Option('--schema <schema>', 'of names without one (default: public)'),
    new Option('--extension <name>', 'which one, in a database that has both').choices(['pg_stream', 'pg_trickle']),
    new Option('--config <file>', 'configuration (default: pgstream.config.ts, .mjs or .json in this folder)'),
    new Option('--json', 'print JSON, for programs'),
    new Option('--color', 'colours, in files too'),
    new Option('--no-color', 'no colours (NO_COLOR)').default(undefined),
  ];
  program.optionsGroup('Connection:');
  for (const option of connection) program.addOption(option);
  program.optionsGroup('General:');
  for (const option of meaning) program.addOption(option);
}
