import { PgStreamError } from '../errors/index.ts';
import { quoteName } from '../name/index.ts';
import { refuseBlocked } from './apply.ts';
import { isChange, statementsOf, type Plan } from './steps.ts';

/** A plan as SQL text, for migration files. */
export interface MigrationSql {
  /** Each statement ends with a `;` and stands by itself, with an empty line before the next. */
  readonly up: string;
  /** What takes it back, with the definitions that were in the database when the plan was made. */
  readonly down: string;
  /** The same statements one by one, without the `;`: for tools that want them so. */
  readonly upStatements: readonly string[];
  readonly downStatements: readonly string[];
}

/**
 * The statements of a plan for the migration files of whatever tool: run them in a transaction. They name everything with its
 * schema, hold no `${`, and write down, as apply() does, what was declared, so that `plan()` and `check` know afterwards.
 *
 * Throws INVALID_ARGUMENT for a plan with `blockers`.
 */
export function migrationSql(plan: Plan): MigrationSql {
  refuseBlocked(plan);
  const marks = plan.steps.flatMap(({ mark }) => mark ?? []);
  const upStatements = plan.changes === 0 ? [] : [...statementsOf(plan.steps, 'up'), ...marks];
  const downStatements = statementsOf(plan.steps, 'down');
  return { up: textOf(upStatements), down: textOf(downStatements), upStatements, downStatements };
}

function textOf(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join('\n');
}

/** Whose files are written. */
export type MigrationFormat = 'sql' | 'flyway' | 'liquibase';

/** What the files are called. */
export interface MigrationOptions {
  /** Of the migration: digits, with `.` or `_` between them. Default: the time now, as `20261129174500`, in UTC. */
  readonly version?: string | undefined;
  /** Letters, digits and `_`. Default: `stream_tables`. */
  readonly description?: string | undefined;
  /** Of a Liquibase changeset. Default: `pgstream`. */
  readonly author?: string | undefined;
}

/** A file to be written; its path is relative to the folder of the migrations. */
export interface MigrationFile {
  readonly path: string;
  readonly text: string;
}

/** Files of migrations; none where there is nothing to do. */
export interface Migrations {
  readonly files: readonly MigrationFile[];
}

/**
 * The migration of a plan as files:
 *
 * - `sql`: `VERSION_stream_tables.up.sql` and `.down.sql`.
 * - `flyway`: `VVERSION__stream_tables.sql`, and `UVERSION__stream_tables.sql` for those whose Flyway undoes.
 * - `liquibase`: `VERSION_stream_tables.sql`, a changeset with its rollback. Comments in queries stay.
 *
 * Throws INVALID_ARGUMENT for names that do not fit, and for a plan with `blockers`.
 */
export function writeMigrations(plan: Plan, format: MigrationFormat, options: MigrationOptions = {}): Migrations {
  const { version = timestamp(new Date()), description = 'stream_tables', author = 'pgstream' } = options;
  checkWord('version', version, /^\d+(?:[._]\d+)*$/, 'digits, with . or _ between them');
  checkWord('description', description, /^\w+$/, 'letters, digits and _');
  checkWord('author', author, /^[\w.@-]+$/, 'letters, digits, . @ _ and -');
  const { up, down, downStatements } = migrationSql(plan);
  if (up === '') return { files: [] };
  const about = plan.steps
    .filter(isChange)
    .map(({ kind, name, reasons }) => commentLine(`${kind} ${quoteName(name)}: ${reasons.join('; ')}`))
    .join('');
  switch (format) {
    case 'sql':
      return {
        files: [
          { path: `${version}_${description}.up.sql`, text: `${about}\n${up}` },
          { path: `${version}_${description}.down.sql`, text: down },
        ],
      };
    case 'flyway':
      return {
        files: [
          { path: `V${version}__${description}.sql`, text: `${about}\n${up}` },
          { path: `U${version}__${description}.sql`, text: down },
        ],
      };
    case 'liquibase': {
      const rollback = downStatements
        .flatMap((statement) => `${statement};`.split('\n'))
        .map((line) => `--rollback ${line}\n`)
        .join('');
      const text = `--liquibase formatted sql\n\n--changeset ${author}:${version}_${description} stripComments:false\n${about}${up}${rollback}`;
      return { files: [{ path: `${version}_${description}.sql`, text }] };
    }
    default:
      throw new PgStreamError(
        'INVALID_ARGUMENT',
        `There is no format ${String(format)}: write sql, flyway or liquibase.`,
      );
  }
}

function checkWord(option: string, value: string, pattern: RegExp, allowed: string): void {
  if (pattern.test(value)) return;
  throw new PgStreamError('INVALID_ARGUMENT', `The ${option} of a migration is made of ${allowed}.`);
}

/** A comment must not end its line before it is over, and no tool is to find a placeholder in it. */
function commentLine(text: string): string {
  return `-- ${text.replaceAll(/\s+/g, ' ').replaceAll('${', '$ {')}\n`;
}

function timestamp(now: Date): string {
  return now.toISOString().replaceAll(/[-:T]|\..*$/g, '');
}
