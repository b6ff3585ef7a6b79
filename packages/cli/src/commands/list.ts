import { type Command, Option } from 'commander';
import { command, inDatabase, oneOf } from '../command/index.ts';
import { streamTablesText } from '../output/index.ts';

const STATES = ['ACTIVE', 'SUSPENDED', 'ERROR', 'INITIALIZING'];

/** `pgstream list` */
export function list(): Command {
  return command('list', {
    summary: 'All stream tables, with how fresh each is',
    description: 'With --schema those of that schema.',
    examples: [
      ['pgstream list', 'as a table'],
      ['pgstream list --schema analytics --status SUSPENDED', 'those of one schema that are suspended'],
      ['pgstream list --json', 'everything that the catalog knows of each, for programs'],
    ],
  })
    .alias('ls')
    .addOption(oneOf(new Option('--status <status>', 'only those with this status'), STATES))
    .action(
      inDatabase<[], { status?: string }>(async ({ pgstream, output, askedSchema, text }, { status }) => {
        const tables = await pgstream.list({ schema: askedSchema, status });
        output.show(tables, () => streamTablesText(tables, output, text));
      }),
    );
}
