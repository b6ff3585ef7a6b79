import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { command, inDatabase, usage } from '../command/index.ts';
import { writeSqlFile } from '../definitions/index.ts';
import { executorOf, optionsOf, type DefinitionFlags } from './definitions.ts';

interface Flags extends DefinitionFlags {
  readonly into?: string;
}

/** `pgstream import` */
export function importDefinitions(): Command {
  return command('import', {
    summary: 'Declarations of the stream tables that there are, to begin with',
    description:
      'Prints an array as JSON, for pgstream.definitions.json; with --into it writes a file of SQL for each. `pgstream plan` then has nothing to do.',
    examples: [
      ['pgstream import > pgstream.definitions.json', 'all in one file'],
      ['pgstream import --into stream-tables', 'a file of SQL for each'],
    ],
  })
    .option('--into <folder>', 'write files of SQL there; none is overwritten')
    .action(
      inDatabase<[], Flags>(async (session, flags) => {
        const { readDefinitions } = await import('@pgstream/core/definitions');
        const { askedSchema, defaultSchema, output } = session;
        const all = await readDefinitions(executorOf(session), optionsOf(session, flags));
        const definitions = all.filter(({ name }) => askedSchema === undefined || typeof name === 'string');
        const { into } = flags;
        if (into === undefined) {
          output.show(definitions, () => JSON.stringify(definitions, null, 2));
          return;
        }
        await mkdir(into, { recursive: true });
        const files = definitions.map((each) => writeSqlFile(each, defaultSchema));
        for (const { path, text } of files) {
          await writeFile(join(into, path), text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
            throw error.code === 'EEXIST'
              ? usage(`${join(into, path)} is there already, and was not overwritten.`)
              : error;
          });
        }
        output.show(definitions, () => files.map(({ path }) => `Wrote ${join(into, path)}`).join('\n'));
      }),
    );
}
