import { NAMES, type DialectName } from '../dialect/index.ts';
import { findDriverError, PgStreamError, StreamTableReadOnlyError, type DriverError } from '../errors/index.ts';

/** What a program knows of the write that failed. */
export interface FailedWrite {
  /** The call as its user wrote it, say `insert` or `deleteMany`; `write` by default. */
  readonly operation?: string | undefined;
  /** Schema of the table that was written to, where it is known: the server does not tell it. */
  readonly schema?: string | undefined;
}

type Explanation = (
  error: DriverError,
  fields: { readonly cause: unknown; readonly operation: string; readonly sqlState: string | undefined },
  schema: string | undefined,
) => PgStreamError | undefined;

/**
 * What a driver or an ORM threw when SQL was sent that writes, explained, with the error as its `cause`:
 *
 * - READ_ONLY, a StreamTableReadOnlyError, if the extension refused a write to a stream table (pg_trickle does);
 * - SOURCE_DDL_BLOCKED if it refused to change the columns of a table that a stream table reads;
 * - PERMISSION_DENIED that names {@link sourceWriterSql} if an ordinary table was written to, and the role lacks the
 *   rights to have its change captured (on pg_stream).
 *
 * Undefined for every other error: throw that on. It tells by what the server says alone, wherever the SQL came from.
 *
 * @example
 * try {
 *   await db.insert(orders).values(order);
 * } catch (error) {
 *   throw explainWriteError(error, { operation: 'insert' }) ?? error;
 * }
 */
export function explainWriteError(
  error: unknown,
  { operation = 'write', schema }: FailedWrite = {},
): PgStreamError | undefined {
  const found = findDriverError(error);
  const fields = { cause: error, operation, sqlState: found.sqlState };
  return (
    guardedWrite(found, fields, schema) ?? blockedDdl(found, fields, schema) ?? uncapturedWrite(found, fields, schema)
  );
}

/** The words of the triggers on a stream table (contract B.5), as raised by PL/pgSQL. */
const GUARD = /^Direct DML on stream table (.+) is not allowed\b/s;

const guardedWrite: Explanation = ({ sqlState, message }, { operation, ...fields }, schema) => {
  const table = sqlState === 'P0001' ? GUARD.exec(message)?.[1] : undefined;
  return table === undefined ? undefined : new StreamTableReadOnlyError(table, operation, { ...fields, schema });
};

const EXTENSIONS = Object.values(NAMES);

/** How the refusal of the event trigger begins (contract A.6, B.7). */
const BLOCKED = new RegExp(`^(${EXTENSIONS.map(({ name }) => name).join('|')}): ALTER TABLE on (.+) blocked\\b`, 's');

const blockedDdl: Explanation = ({ message }, fields) => {
  const [, extension, table] = BLOCKED.exec(message) ?? [];
  if (extension === undefined || table === undefined) return undefined;
  const setting = `${NAMES[extension as DialectName].settings}block_source_ddl`;
  return new PgStreamError(
    'SOURCE_DDL_BLOCKED',
    `${extension} refused to change the columns of ${table}, because a stream table reads it. Let the migration drop the stream tables that read it, change the table, and create them again; or let a superuser run SET ${setting} = off; before it in the same session, and then see that their queries still fit.`,
    fields,
  );
};

const { schema: SCHEMA, changesSchema: CHANGES } = NAMES.pg_stream;

/** What the rights are about: the extension's schemas, a buffer, its sequence. In every language of the server. */
const CAPTURE = new RegExp(String.raw`\b(?:${SCHEMA}|${CHANGES}|changes_\d+(?:_change_id_seq)?)\b`);

const uncapturedWrite: Explanation = ({ sqlState, message }, fields) => {
  if (sqlState !== '42501' || !CAPTURE.test(message)) return undefined;
  return new PgStreamError(
    'PERMISSION_DENIED',
    `The server says: ${message}. A stream table reads the table that was written to, and pg_stream's triggers capture its changes with the rights of the writer. Run what sourceWriterSql('<role>') of @pgstream/core prints, as a superuser or as the owner of the stream tables.`,
    fields,
  );
};
