import type { ErrorContext, Verdict } from './rule.ts';
import type { DriverError, PgStreamErrorCode } from '../errors/index.ts';
import { said } from './by-message.ts';
import { permissionSentence } from './grants.ts';
import { mentions } from './mentions.ts';
import { READ_ONLY_SERVER } from './replica.ts';

type Sentence = (error: DriverError, context: ErrorContext) => string;
type Row = readonly [pattern: RegExp, operation: string | undefined, code: PgStreamErrorCode, sentence: Sentence];

const refusedQuery: Sentence = ({ message }) => `The server refused the defining query: ${message}.`;

/** PostgreSQL's own errors, which reach the caller unwrapped (contract A.6). The first row that fits decides. */
const ROWS: readonly Row[] = [
  [/^42501$/, undefined, 'PERMISSION_DENIED', permissionSentence],
  [/^25006$/, undefined, READ_ONLY_SERVER.code, () => READ_ONLY_SERVER.message],
  [
    /^57014$/,
    undefined,
    'TIMEOUT',
    ({ message }) =>
      `The server ended the statement before it was done (${message}). Allow it more time, or look for what it waited for.`,
  ],
  [
    /^55P03$/,
    undefined,
    'TIMEOUT',
    ({ message }) =>
      `A lock was not to be had in time (${message}). Try again when the transaction that holds it is over.`,
  ],
  [
    /^25P02$/,
    undefined,
    'UNKNOWN',
    () =>
      'An earlier statement of this transaction failed, and the server ignores all others. Roll it back and begin again.',
  ],
  [
    /^25P0[34]$/,
    undefined,
    'TIMEOUT',
    ({ message }) =>
      `The server ended the transaction, and the connection with it, because it took too long (${message}). Nothing of it is done. Allow it more time, or look for what it waited for.`,
  ],
  [
    /^3D000$/,
    undefined,
    'CONNECTION',
    () => 'The database of the connection string does not exist. Create it, or connect to another one.',
  ],
  [/^28/, undefined, 'CONNECTION', () => 'The server did not let the user in. Check user, password and pg_hba.conf.'],
  [
    /^(?:08|53300|57P0[1-5])/,
    undefined,
    'CONNECTION',
    ({ message }) => `The connection to the server was lost or refused (${message}). Connect again.`,
  ],
  [
    /^42601$/,
    'drop',
    'SOURCE_GONE',
    (_, { name }) =>
      `A table that ${said(name)} reads was dropped, and the extension cannot drop such a stream table itself. Run DROP TABLE ${said(name)}; and the extension forgets it.`,
  ],
  [
    /^42P01$/,
    'refresh',
    'SOURCE_GONE',
    ({ message }, { name }) =>
      `Something that ${said(name)} needs was dropped, renamed or moved: ${message}. Put it back, or drop the stream table and create it again.`,
  ],
  [
    /^42703$/,
    'refresh',
    'SOURCE_CHANGED',
    ({ message }, { name }) =>
      `The defining query of ${said(name)} does not fit its sources, or the extension cannot maintain it: ${message}. If the sources are as they were, name the columns of each branch of a UNION ALL as the first one does, put the columns that a join compares into the output, or use FULL mode: drop the stream table and create it again.`,
  ],
  [
    /^(?:42804|42883)$/,
    'refresh',
    'SOURCE_CHANGED',
    ({ message }, { name }) =>
      `The defining query of ${said(name)} does not fit its sources, or the extension cannot maintain it: ${message}. Drop the stream table and create it again, in FULL mode if the sources are as they were.`,
  ],
  [
    /^42P07$/,
    'create',
    'ALREADY_EXISTS',
    (_, { name }) =>
      `A table, view or index named ${said(name)} exists already and is not a stream table. Choose another name.`,
  ],
  [
    /^3F000$/,
    'create',
    'INVALID_NAME',
    (_, { name }) => `The schema "${name?.schema ?? ''}" does not exist. Create it first: the extension does not.`,
  ],
  [
    /^22001$/,
    'create',
    'UNSUPPORTED_QUERY',
    () =>
      'A column of the defining query is of type char(n), whose length the extension loses. Cast it to text in the query.',
  ],
  [
    /^23505$/,
    'create',
    'UNSUPPORTED_QUERY',
    ({ message }) =>
      `The extension could not tell rows of the defining query apart (${message}): a source has no primary key and holds equal rows. Add a key, or use FULL mode.`,
  ],
  [/^(?:42|0A000|3F000)/, 'create', 'UNSUPPORTED_QUERY', refusedQuery],
  [/^23514$/, 'alter', 'INVALID_ARGUMENT', () => 'The extension refused the new refresh mode or status.'],
];

/** Tells PostgreSQL's own errors by SQLSTATE, some of them by what was being done. */
export function bySqlState(error: DriverError, context: ErrorContext): Verdict | undefined {
  const { sqlState } = error;
  if (sqlState === undefined) return undefined;
  if (isExtensionGone(error, context)) return extensionGone(context);
  if (context.transaction === 'none' && /^(?:25P02|2D000)$/.test(sqlState)) return ABANDONED;
  for (const [pattern, operation, code, sentence] of ROWS) {
    if (pattern.test(sqlState) && (operation === undefined || operation === context.operation)) {
      return { code, message: sentence(error, context) };
    }
  }
  return undefined;
}

/** What is left to say when every connection that was tried was in that state. */
const ABANDONED: Verdict = {
  code: 'CONNECTION',
  message:
    'Nothing was done, because the connection is inside a transaction that somebody has left open on it. Look for a connection that goes back to its pool after BEGIN and before COMMIT or ROLLBACK (release() belongs in a finally after them), or for a BEGIN that is not awaited.',
};

/** Its schema, or a relation or function in it, is unknown: whatever the server's language, the name is in the text. */
function isExtensionGone({ sqlState, message }: DriverError, { dialect }: ErrorContext): boolean {
  if (dialect === undefined || sqlState === undefined || !/^(?:3F000|42P01|42883)$/.test(sqlState)) return false;
  return mentions(message, dialect.schema);
}

function extensionGone({ dialect }: ErrorContext): Verdict {
  const name = dialect?.name ?? 'pg_stream';
  return {
    code: 'EXTENSION_MISSING',
    message: `The extension ${name} is not in this database, or its version lacks what was asked for. Run CREATE EXTENSION ${name} in it, or ALTER EXTENSION ${name} UPDATE, as a superuser.`,
  };
}
