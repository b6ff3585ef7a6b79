import { classify } from '../classification/index.ts';
import type { Dialect } from '../dialect/index.ts';
import { PgStreamError, type PgStreamErrorCode } from '../errors/index.ts';
import { quoteName } from '../name/index.ts';
import { whereOf, type Declared } from './declared.ts';
import type { Known } from './known.ts';
import type { Meaning, Meaningless } from './meaning.ts';

/** What forbids that a declaration becomes true. */
export function problemsOf(
  declared: Declared,
  known: Known | undefined,
  meaning: Meaning | Meaningless | undefined,
  dialect: Dialect,
): readonly PgStreamError[] {
  const { name } = declared;
  const called = `${quoteName(name)}${whereOf(declared)}`;
  const problem = (code: PgStreamErrorCode, message: string, cause?: unknown, sqlState?: string): PgStreamError =>
    new PgStreamError(code, message, { schema: name.schema, table: name.name, operation: 'plan', cause, sqlState });
  if (meaning === undefined) return [problem('UNKNOWN', `The server said nothing of ${called}.`)];
  if ('error' in meaning) {
    const cause = Object.assign(new Error(meaning.error), { code: meaning.sqlState });
    // Rights to create are not what is wanting: nothing is created yet.
    const operation = meaning.sqlState === '42501' ? 'plan' : 'create';
    const said = classify(cause, { operation, name, dialect });
    return [problem(said.code, `${called}: ${said.message}${hintFor(meaning)}`, cause, meaning.sqlState)];
  }
  const taken = known === undefined && meaning.relkind !== null;
  if (taken) {
    return [
      problem(
        'ALREADY_EXISTS',
        `${called}: another relation has that name, and is no stream table. Drop or rename one of them.`,
      ),
    ];
  }
  const differing = columnsProblem(declared, meaning);
  return differing === undefined ? [] : [problem('INVALID_ARGUMENT', `${called}: ${differing}`)];
}

/** What is read may be missing for want of a migration, or because it cannot be understood before what reads it. */
function hintFor({ error, sqlState }: Meaningless): string {
  // The same code is that of an alias that is none.
  return sqlState === '42P01' && error.startsWith('relation ')
    ? ' Create it before, if it is a table. A stream table has to be declared, too; if it is, its own query fails, or the two read each other.'
    : '';
}

/** Both sides, where the model and the query do not agree. */
function columnsProblem({ columns }: Declared, meaning: Meaning): string | undefined {
  if (columns === null) return undefined;
  const given = new Map(meaning.columns.map((column) => [column.name, column]));
  const wrong = columns.flatMap(({ name, type }, index) => {
    const column = given.get(name);
    if (column === undefined) return [`${name} is not in it`];
    const written = meaning.types[index] ?? type;
    return type === undefined || written === column.bare || type === column.written
      ? []
      : [`${name} is declared as ${type}, and is ${column.written} in it`];
  });
  const declared = new Set(columns.map(({ name }) => name));
  const more = meaning.columns
    .filter(({ name }) => !declared.has(name))
    .map(({ name, written }) => `${name} ${written} is not declared`);
  if (wrong.length === 0 && more.length === 0) return undefined;
  const model = columns.map(({ name, type }) => (type === undefined ? name : `${name} ${type}`)).join(', ');
  const query = meaning.columns.map(({ name, written }) => `${name} ${written}`).join(', ');
  return `the model and its query do not agree: ${[...wrong, ...more].join('; ')}. Declared: (${model}). The query gives: (${query}). Change the one or the other.`;
}
