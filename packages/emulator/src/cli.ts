#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { runEmulator } from './emulator.ts';
import { EmulatorError } from './errors.ts';
import type { ExtensionName, TrickleVersion } from './sql/index.ts';
import { welcome } from './welcome.ts';
import { writeFiles } from './write-files.ts';

interface Flags {
  readonly port?: number;
  readonly dataDir?: string;
  readonly scheduler: boolean;
  readonly extension: ExtensionName;
  readonly extensionVersion?: TrickleVersion;
}

const command = new Command('pgstream-emulator')
  .description(
    'Runs PostgreSQL 18 with an emulated pg_stream or pg_trickle on 127.0.0.1. For development and tests only.',
  )
  .version(packageJson.version)
  .option('--port <number>', 'TCP port (default: a free one)', portNumber)
  .option('--data-dir <folder>', 'keep the data here between runs (default: a temporary folder)')
  .addOption(
    new Option('--extension <name>', 'the extension to emulate')
      .choices(['pg_stream', 'pg_trickle'])
      .default('pg_stream'),
  )
  // Not --version, which is the program's own.
  .addOption(
    new Option('--extension-version <release>', 'release of pg_trickle (default: 0.108)').choices(['0.67', '0.108']),
  )
  .option('--no-scheduler', 'refresh stream tables only when asked, not by their schedules')
  .action(runUntilSignal);

command
  .command('files')
  .description('Writes the extensions as files, for a PostgreSQL 18 of your own: an image, or a server.')
  .argument('<folder>', 'made if it is missing')
  .action(async (folder: string) => console.log(await writeFiles(folder)));

try {
  await command.parseAsync();
} catch (error) {
  console.error(`pgstream-emulator: ${error instanceof EmulatorError ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function runUntilSignal({ extensionVersion: version, ...flags }: Flags): Promise<void> {
  const signalled = firstSignal();
  const emulator = await runEmulator({ ...flags, ...(version === undefined ? {} : { version }) });
  console.log(welcome({ url: emulator.url, ...flags }));
  // Neither the emulator nor waiting for a signal keeps a process alive.
  const alive = setInterval(() => {}, 2 ** 31 - 1);
  const signal = await Promise.race([signalled, emulator.ended]);
  clearInterval(alive);
  if (signal === undefined) throw new EmulatorError('PostgreSQL ended, though not by this program. Start it again.');
  console.log('\nStopping.');
  await emulator.stop();
}

/** Asked for before the server starts: a signal that comes meanwhile counts. A second one ends the program at once. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError('It is a whole number from 1 to 65535.');
  }
  return port;
}
