import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MigrationFile, MigrationFormat, Plan, RepeatableFormat } from '@pgstream/core/definitions';
import { type Command, Option } from 'commander';
import { command, inDatabase, usage, type Session } from '../command/index.ts';
import { loadDefinitions, shownSteps } from '../definitions/index.ts';
import {
  DEFINITIONS,
  DROP_ORPHANS,
  executorOf,
  optionsOf,
  planFor,
  shownPlan,
  type DefinitionFlags,
} from './definitions.ts';

interface Flags extends DefinitionFlags {
  readonly sql?: boolean;
  readonly write?: MigrationFormat;
  readonly into?: string;
  readonly migrationVersion?: string;
  readonly description?: string;
  readonly author?: string;
  readonly undo: boolean;
  readonly repeatable?: boolean;
  readonly beforeRepeatable?: boolean;
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
      [
        'pgstream plan --write flyway --repeatable --into migrations',
        'all that is declared, as a repeatable migration',
      ],
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
    .option('--repeatable', 'all that is declared as one file, which the tool runs again when it changes')
    .option('--before-repeatable', 'a version for what that refuses; in a new database it does nothing')
    .action(
      inDatabase<[files: readonly string[]], Flags>(async (session, flags, sources) => {
        checkFlags(flags);
        const { planText, migrationSql } = await import('@pgstream/core/definitions');
        const todo = await planFor(session, flags, sources);
        const { write, into = '.', repeatable } = flags;
        const files = write === undefined ? [] : await filesOf(session, { ...flags, write }, { sources, todo });
        const written = await writeAll(into, files, repeatable);
        const isBlocked = todo.steps.some(({ blockers }) => blockers.length > 0);
        session.output.show(
          {
            changes: todo.changes,
            steps: shownSteps(todo.steps),
            statements: isBlocked ? [] : migrationSql(todo).upStatements,
            files: written.map(({ path }) => path),
          },
          () =>
            [
              flags.sql ? planText(todo, { sql: true }).trimEnd() : shownPlan(planText(todo), todo),
              ...written.map(({ path, isNew }) => (isNew ? `Wrote ${path}` : `${path} is as it was`)),
            ].join('\n'),
        );
      }),
    );
}

async function filesOf(
  session: Session,
  { write, migrationVersion: version, ...flags }: Flags & { readonly write: MigrationFormat },
  { sources, todo }: { readonly sources: readonly string[]; readonly todo: Plan },
): Promise<readonly MigrationFile[]> {
  const { writeMigrations, writeRepeatable } = await import('@pgstream/core/definitions');
  const { description, author, undo, repeatable, beforeRepeatable } = flags;
  if (!repeatable) {
    return writeMigrations(todo, write, { version, description, author, undo, beforeRepeatable }).files;
  }
  const definitions = await loadDefinitions(sources, session.defaultSchema);
  const { defaultSchema, dialect } = optionsOf(session, flags);
  const options = { defaultSchema, dialect, description, author };
  // Core says which formats have none.
  return (await writeRepeatable(executorOf(session), definitions, write as RepeatableFormat, options)).files;
}

/** The first flag that is said. */
function given(flags: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(flags).find((flag) => flags[flag] !== undefined);
}

/** What says how files are written, where none are, is a mistake. */
function checkFlags(flags: Flags): void {
  const { write, into, migrationVersion, description, author, undo, repeatable, beforeRepeatable } = flags;
  const versioned = {
    '--migration-version': migrationVersion,
    '--no-undo': undo ? undefined : true,
    '--before-repeatable': beforeRepeatable,
  };
  const all = {
    '--into': into,
    '--description': description,
    '--author': author,
    '--repeatable': repeatable,
    ...versioned,
  };
  if (write === undefined && given(all) !== undefined) {
    throw usage(`${given(all)} is about files of migrations: say of which kind, --write ${FORMATS.join(' or ')}.`);
  }
  if (repeatable && given(versioned) !== undefined) {
    throw usage(
      `A repeatable migration has no version and no way back: leave out ${given(versioned)}, or --repeatable.`,
    );
  }
}

/** All of them, or none. Of a repeatable one that is there the text is changed. */
async function writeAll(
  into: string,
  files: readonly MigrationFile[],
  repeatable = false,
): Promise<readonly { readonly path: string; readonly isNew: boolean }[]> {
  const written: { readonly path: string; readonly text: string; readonly isNew: boolean }[] = [];
  for (const { path: name, text } of files) {
    const path = join(into, name);
    const former = existsSync(path) ? await readFile(path, 'utf8') : undefined;
    // Ours begin with a line that says so.
    const [about = ''] = /^-- .*$/m.exec(text) ?? [];
    if (former !== undefined && !(repeatable && former.includes(about))) {
      throw usage(
        `${path} is there already, and nothing was written. Say another ${repeatable ? '' : '--migration-version or '}--description.`,
      );
    }
    written.push({ path, text, isNew: former !== text });
  }
  for (const { path, text, isNew } of written) {
    if (!isNew) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: repeatable ? 'w' : 'wx' });
  }
  return written;
}
