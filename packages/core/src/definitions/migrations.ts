import { PgStreamError } from '../errors/index.ts';
import { dollarQuote, nameText, quoteName } from '../name/index.ts';
import { refuseBlocked } from './apply.ts';
import { FORMATS, isInstant, timestamp, type MigrationFile, type MigrationFormat } from './formats.ts';
import { guardSql } from './guard.ts';
import { forTools, literal } from './sql.ts';
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
  const upStatements = plan.changes === 0 ? [] : guarded(plan, 'up', [...statementsOf(plan.steps, 'up'), ...marks]);
  const downStatements = guarded(plan, 'down', statementsOf(plan.steps, 'down'));
  return sqlOf(upStatements, downStatements);
}

function guarded(plan: Plan, way: 'up' | 'down', statements: readonly string[]): readonly string[] {
  return [...guardSql(plan, way), ...statements].map(forTools);
}

/** The same, each way as one statement, which does nothing where there is nothing yet to be changed. */
function conditional({ steps }: Plan, { upStatements, downStatements }: MigrationSql): MigrationSql {
  const there = steps
    .filter((step) => isChange(step) && step.kind !== 'create')
    .map(({ name }) => literal(quoteName(name)));
  if (there.length === 0) return sqlOf(upStatements, downStatements);
  const block = (statements: readonly string[]): string =>
    `DO ${dollarQuote(`BEGIN
  -- A database without these gets them from the repeatable migration.
  IF coalesce(${there.map((name) => `pg_catalog.to_regclass(${name})`).join(', ')}) IS NULL THEN RETURN; END IF;

${statements.map((statement) => `${statement.replace(/^SELECT /, 'PERFORM ')};\n`).join('\n')}
END`)}`;
  return sqlOf([block(upStatements)], [block(downStatements)]);
}

function sqlOf(upStatements: readonly string[], downStatements: readonly string[]): MigrationSql {
  return { up: textOf(upStatements), down: textOf(downStatements), upStatements, downStatements };
}

function textOf(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join('\n');
}

/** The formats that there are. */
export const MIGRATION_FORMATS = Object.keys(FORMATS) as readonly MigrationFormat[];

/** Those whose tools order migrations by time; TypeORM by milliseconds, the others by the names of folders. */
const BY_INSTANT: ReadonlySet<string> = new Set<MigrationFormat>(['typeorm', 'drizzle', 'prisma']);

/** What the files are called, and which there are. */
export interface MigrationOptions {
  /** Of the migration: digits, with `.` or `_` between them. Default: the time now, as `20261129174500`, in UTC. */
  readonly version?: string | undefined;
  /** Letters from a to z, digits and `_`, beginning with a letter. Default: `stream_tables`. */
  readonly description?: string | undefined;
  /** Of a Liquibase changeset. Default: `pgstream`. */
  readonly author?: string | undefined;
  /**
   * Whether to write the way back. Default: true. Flyway's open edition does not undo, and refuses such a file where
   * `validateMigrationNaming` is set. A class of TypeORM then throws in `down()`, and Liquibase refuses to roll back.
   */
  readonly undo?: boolean | undefined;
  /**
   * Whether a repeatable migration makes the stream tables, and this one prepares a change that it refuses: a new database, where
   * that comes after all versions, has none of them yet, and nothing is done there. Default: false.
   */
  readonly beforeRepeatable?: boolean | undefined;
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
 * - `typeorm`: `MILLISECONDS-StreamTables.ts`, a class with `up()` and `down()`.
 * - `prisma`: `VERSION_stream_tables/migration.sql`, for the folder `prisma/migrations`, and `down.sql` beside it.
 * - `drizzle`: the same folder, as Drizzle 1.0 has them, with breakpoints between statements. For Drizzle 0.45 put the text into the
 *   file that `drizzle-kit generate --custom` makes, which writes down its order.
 *
 * Throws INVALID_ARGUMENT for names that do not fit, and for a plan with `blockers`.
 */
export function writeMigrations(plan: Plan, format: MigrationFormat, options: MigrationOptions = {}): Migrations {
  const { version = timestamp(new Date()), description = 'stream_tables', author = 'pgstream' } = options;
  const { undo = true, beforeRepeatable = false } = options;
  checkFormat(format, version);
  checkWord('version', version, /^\d+(?:[._]\d+)*$/, 'digits, with . or _ between them');
  checkDescription(description);
  checkAuthor(author);
  const sql = beforeRepeatable ? conditional(plan, migrationSql(plan)) : migrationSql(plan);
  if (sql.up === '') return { files: [] };
  const about = plan.steps
    .filter(isChange)
    .flatMap(({ kind, name, reasons, left }) => [
      commentLine(`${kind} ${nameText(name)}: ${reasons.join('; ')}`),
      ...left.map((statement) => commentLine(`not put back, for its columns are gone: ${statement}`)),
    ])
    .join('');
  return { files: FORMATS[format]({ version, description, author, about, undo, ...sql }) };
}

function checkFormat(format: MigrationFormat, version: string): void {
  if (!Object.hasOwn(FORMATS, format)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `There is no format ${format}: write one of ${MIGRATION_FORMATS.join(', ')}.`,
    );
  }
  if (!BY_INSTANT.has(format) || isInstant(version) || (format === 'typeorm' && /^\d{13}$/.test(version))) return;
  throw new PgStreamError(
    'INVALID_ARGUMENT',
    `The version of a migration for ${format} is an instant, by which they are ordered: 20261129174500, in UTC.`,
  );
}

export function checkDescription(description: string): void {
  checkWord('description', description, /^[a-z]\w*$/i, 'letters from a to z, digits and _, and begins with a letter');
}

export function checkAuthor(author: string): void {
  checkWord('author', author, /^[\w.@-]+$/, 'letters, digits, . @ _ and -');
}

function checkWord(option: string, value: string, pattern: RegExp, allowed: string): void {
  if (pattern.test(value)) return;
  throw new PgStreamError(
    'INVALID_ARGUMENT',
    `The ${option} of a migration is made of ${allowed}: ${JSON.stringify(value)} is not.`,
  );
}

/** A comment must not end its line before it is over, and no tool is to find a placeholder or a breakpoint in it. */
function commentLine(text: string): string {
  return `-- ${text.replaceAll(/\s+/g, ' ').replaceAll('${', '$ {').replaceAll('-->', '-- >')}\n`;
}
