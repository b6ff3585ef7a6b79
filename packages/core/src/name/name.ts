import { PgStreamError } from '../errors/index.ts';
import { isPlain, quoteIdentifier } from './quoting.ts';

/**
 * A stream table's name. A string is the name alone, in the default schema: a dot in it is part of the name and is
 * never split. For another schema write `{ schema, name }`.
 */
export type StreamTableName = string | { readonly schema?: string | undefined; readonly name: string };

/** A name with its schema. */
export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

/**
 * A name with its schema, fit for being bound as a parameter: anything that text can hold, exactly as it is written.
 * Throws INVALID_NAME for what no table can be called.
 */
export function resolveName(name: StreamTableName, defaultSchema: string): QualifiedName {
  const given: unknown = typeof name === 'string' ? { name } : name;
  if (typeof given !== 'object' || given === null) {
    throw invalid('A stream table is named by a string or by { schema, name }.');
  }
  const { schema = defaultSchema, name: table } = given as { schema?: unknown; name?: unknown };
  return { schema: identifier(schema, 'schema'), name: identifier(table, 'name') };
}

function identifier(value: unknown, part: 'schema' | 'name'): string {
  if (typeof value !== 'string') throw invalid(`The ${part} of a stream table must be a string.`);
  if (value === '') throw invalid(`The ${part} of a stream table must not be empty.`);
  if (value.includes('\0')) throw invalid(`The ${part} of a stream table must not contain a NUL character.`);
  return value;
}

/** What the extension makes of the text of a name: with quotes as SQL, or split at its first dot (contract A.1, F.7). */
export interface NameGrammar {
  readonly readsQuotedNames: boolean;
}

/**
 * The one text that the extension's functions take for a name. Where they split it at its first dot, a schema with a dot in
 * it cannot be said: INVALID_NAME.
 */
export function functionArgument(given: QualifiedName, { readsQuotedNames }: NameGrammar): string {
  const { schema, name } = given;
  if (readsQuotedNames) return nameText(given);
  if (schema.includes('.')) {
    throw invalid(
      `The schema "${schema}" has a dot in its name, and the extension's functions split names at the first dot: it can be read, but nothing else can be done with its stream tables.`,
      { schema, name },
    );
  }
  return `${schema}.${name}`;
}

/** A name with its schema as SQL text. */
export function quoteName({ schema, name }: QualifiedName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/**
 * A name with its schema as people write it: in quotes only where letters or signs need them. After a dot SQL takes each word
 * so; for a schema that is called like a word of the grammar it wants quotes.
 */
export function nameText({ schema, name }: QualifiedName): string {
  return [schema, name].map((part) => (isPlain(part) ? part : quoteIdentifier(part))).join('.');
}

function invalid(message: string, name?: QualifiedName): PgStreamError {
  return new PgStreamError('INVALID_NAME', message, { schema: name?.schema, table: name?.name });
}
