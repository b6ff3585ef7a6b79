import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MigrationFile, MigrationFormat } from '@pgstream/core/definitions';
import { type Command, Option } from 'commander';
import { command, inDatabase, usage } from '../command/index.ts';
import { shownSteps } from '../definitions/index.ts';
import { DEFINITIONS, DROP_ORPHANS, planFor, shownPlan, type DefinitionFlags } from './definitions.ts';

interface Flags extends DefinitionFlags {
  readonly sql?: boolean;
  readonly write?: MigrationFormat;
  readonly into?: string;
  readonly migrationVersion?: string;
  readonly description?: string;
  readonly author?: string;
  readonly undo: boolean;
}

/** Core's, which is not loaded for help; a test holds them to be the same. */
export const FORMATS = [
  'sql',
  'flyway',
  'liquibase',
  'typeorm',
  'drizzle',
  'prisma',
] as const satisfies readonly MigrationFormat[];

/** `pgstream plan [definitions…]` */
export function plan(): Command {
  return command('plan', {
    summary: 'What there is to do so that the database has what files declare',
    description:
      'Definitions are modules or JSON with an array of { name, query, schedule, refreshMode, view, comment }, files of SQL with `-- schedule: 5m` above the query, or folders of these. Each step says why, what readers see, which locks are taken and how many rows are computed. Nothing is changed.',
    examples: [
      ['pgstream plan', 'of pgstream.definitions.ts, .mjs or .json, or of the folder stream-tables'],
      ['pgstream plan --sql', 'with the statements'],
      ['pgstream plan --write flyway --into migrations', 'as files of a migration, with the way back'],
    ],
  })
    .argument('[definitions...]', DEFINITIONS)
    .option('--drop-orphans', DROP_ORPHANS)
    .option('--sql', 'with the statements')
    .addOption(new Option('--write <format>', 'write files of a migration').choices(FORMATS))
    .option('--into <folder>', 'where to write them (default: this folder)')
    .option('--migration-version <version>', 'of the migration (default: the time, as 20261129174500)')
    .option('--description <words>', 'what the migration is called, with _ between words (default: stream_tables)')
    .option('--author <name>', 'of a changeset of Liquibase (default: pgstream)')
    .option('--no-undo', 'without the way back')
    .action(
      inDatabase<[files: readonly string[]], Flags>(async (session, flags, files) => {
        checkFlags(flags);
        const { planText, migrationSql, writeMigrations } = await import('@pgstream/core/definitions');
        const todo = await planFor(session, flags, files);
        const { write, into = '.', migrationVersion: version, description, author, undo } = flags;
        const written =
          write === undefined ? [] : writeMigrations(todo, write, { version, description, author, undo }).files;
        await writeNew(into, written);
        const isBlocked = todo.steps.some(({ blockers }) => blockers.length > 0);
        session.output.show(
          {
            changes: todo.changes,
            steps: shownSteps(todo.steps),
            statements: isBlocked ? [] : migrationSql(todo).upStatements,
            files: written.map(({ path }) => join(into, path)),
          },
          () =>
            [
              flags.sql ? planText(todo, { sql: true }).trimEnd() : shownPlan(planText(todo), todo),
              ...written.map(({ path }) => `Wrote ${join(into, path)}`),
            ].join('\n'),
        );
      }),
    );
}

/** What says how files are written, where none are, is a mistake. */
function checkFlags({ write, into, migrationVersion, description, author, undo }: Flags): void {
  if (write !== undefined) return;
  const needless = Object.entries({
    '--into': into,
    '--migration-version': migrationVersion,
    '--description': description,
    '--author': author,
    '--no-undo': undo ? undefined : true,
  }).find(([, value]) => value !== undefined);
  if (needless !== undefined) {
    throw usage(`${needless[0]} is about files of migrations: say of which kind, --write ${FORMATS.join(' or ')}.`);
  }
}

/** All of them, or none. */
async function writeNew(into: string, files: readonly MigrationFile[]): Promise<void> {
  const there = files.map(({ path }) => join(into, path)).find((path) => existsSync(path));
  if (there !== undefined) {
    throw usage(
      `${there} is there already, and nothing was written. Say another --migration-version or --description.`,
    );
  }
  for (const { path, text } of files) {
    await mkdir(dirname(join(into, path)), { recursive: true });
    await writeFile(join(into, path), text, { flag: 'wx' });
  }
}
