import type { PgStreamErrorCode } from './codes.ts';

/** Both module formats of this package may be loaded at once: the brand is the same in both, the class is not. */
const BRAND = Symbol.for('@pgstream/core.PgStreamError');

/** What an error knows besides its code and its sentence. */
export interface PgStreamErrorFields {
  /** The error of the driver or of the ORM, untouched. */
  readonly cause?: unknown;
  /** Schema of the stream table that the call was about. */
  readonly schema?: string | undefined;
  /** Name of the stream table that the call was about, without its schema. */
  readonly table?: string | undefined;
  /** What was being done, say `refresh`, `create` or `delete`. */
  readonly operation?: string | undefined;
  /** The server's five-character SQLSTATE; undefined when the error did not come from a server. */
  readonly sqlState?: string | undefined;
}

/**
 * The error that everything here throws. Its message is a sentence for people, its `code` is for programs, its `cause`
 * is what the driver threw. Recognise it with {@link isPgStreamError}, which works across module formats.
 *
 * @example
 * try {
 *   await orderTotals.refresh();
 * } catch (error) {
 *   if (isPgStreamError(error, 'SUSPENDED')) await orderTotals.resume();
 *   else throw error;
 * }
 */
export class PgStreamError extends Error {
  readonly code: PgStreamErrorCode;
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly operation: string | undefined;
  readonly sqlState: string | undefined;

  constructor(code: PgStreamErrorCode, message: string, fields: PgStreamErrorFields = {}) {
    super(message, 'cause' in fields ? { cause: fields.cause } : undefined);
    this.name = 'PgStreamError';
    this.code = code;
    this.schema = fields.schema;
    this.table = fields.table;
    this.operation = fields.operation;
    this.sqlState = fields.sqlState;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** What JSON makes of it: all but `cause` and `stack`, which are for logs of your own. */
  toJSON(): Omit<PgStreamErrorFields, 'cause'> & { name: string; code: PgStreamErrorCode; message: string } {
    const { name, code, message, schema, table, operation, sqlState } = this;
    return { name, code, message, schema, table, operation, sqlState };
  }
}

/** More about a refused write. */
export interface RefusedWriteFields extends Pick<PgStreamErrorFields, 'schema' | 'cause' | 'sqlState'> {
  /** What to do instead, as sentences. Default: to write to the tables that the stream table's query reads. */
  readonly advice?: string | undefined;
}

/** A write to a stream table was refused: before anything was sent, or by the extension, which alone writes them. */
export class StreamTableReadOnlyError extends PgStreamError {
  declare readonly code: 'READ_ONLY';
  declare readonly table: string;
  declare readonly operation: string;

  /**
   * @param table the stream table's name, without its schema
   * @param operation the refused call as the user wrote it, say `insert` or `deleteMany`
   */
  constructor(table: string, operation: string, fields: RefusedWriteFields = {}) {
    const { advice = 'Write to the tables that its query reads, then refresh it.', ...rest } = fields;
    const { schema = 'public' } = rest;
    super(
      'READ_ONLY',
      `${operation} was refused: "${schema === 'public' ? table : `${schema}.${table}`}" is a stream table, which only the extension writes. ${advice}`,
      { ...rest, table, operation },
    );
    this.name = 'StreamTableReadOnlyError';
  }
}

/** The name is not in the extension's catalog. */
export class StreamTableNotFoundError extends PgStreamError {
  declare readonly code: 'NOT_FOUND';
  declare readonly schema: string;
  declare readonly table: string;

  constructor(
    name: { readonly schema: string; readonly name: string },
    fields: Pick<PgStreamErrorFields, 'cause' | 'operation' | 'sqlState'> = {},
  ) {
    super(
      'NOT_FOUND',
      `There is no stream table "${name.name}" in schema "${name.schema}" of this database. Was the migration that creates it run here? Check the name and the schema (as they are stored: letter case counts, quotes are part of a name, a dot is not split), and that you are connected to the right database.`,
      { ...fields, schema: name.schema, table: name.name },
    );
    this.name = 'StreamTableNotFoundError';
  }
}

/**
 * Whether a value is an error of this package, and, with `code`, whether it is that one. Works for errors made by
 * another copy or another module format of the package, for which `instanceof` fails.
 */
export function isPgStreamError<Code extends PgStreamErrorCode = PgStreamErrorCode>(
  value: unknown,
  code?: Code,
): value is PgStreamError & { readonly code: Code } {
  return value instanceof Error && BRAND in value && (code === undefined || ('code' in value && value.code === code));
}
