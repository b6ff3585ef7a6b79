import type { StreamTableReadOnlyError } from '@pgstream/core';
import { type Query, type SQL, sql } from 'drizzle-orm';
import { isDrizzle1 } from '../major.ts';
import { quoted } from '../stream-table/index.ts';

/** On the parameter that stands for a refused write: why it was refused. */
const refusal = Symbol.for('@pgstream/drizzle.refusal');

/**
 * SQL in place of a refused write: one parameter that nobody can fill in. Drivers fill in parameters at the beginning of
 * their asynchronous `execute`, so the error becomes a rejection there, and nothing is logged or sent. It keeps that
 * wherever the write was embedded, in a CTE or in SQL of one's own.
 *
 * The text around the parameter is for whoever hands on nothing but text: no database can read it as a statement, nor as
 * a part of one, and its complaint shows what was refused.
 */
export function refusedSql(error: StreamTableReadOnlyError): SQL {
  const parameter = Object.defineProperties(sql.placeholder('refused'), {
    name: { get: () => refuse(error) },
    [refusal]: { value: error },
  });
  return sql`${sql.raw(textOf(error))} ${parameter}`;
}

function textOf({ operation, table }: StreamTableReadOnlyError): string {
  return `${operation} refused: ${quoted(table)} is a stream table`;
}

/** Why a query is refused that a refused write is part of; undefined for any other. */
export function refusalIn({ params }: Query): StreamTableReadOnlyError | undefined {
  for (const parameter of params) {
    const error = refusalOf(parameter);
    if (error) return error;
  }
  return undefined;
}

function refusalOf(parameter: unknown): StreamTableReadOnlyError | undefined {
  if (typeof parameter !== 'object' || parameter === null) return undefined;
  return (parameter as { [refusal]?: StreamTableReadOnlyError })[refusal];
}

/** In place of a query that is refused: one that can be prepared but neither read nor run, whose text no database can read. */
export function refusedQuery(error: StreamTableReadOnlyError): Query {
  const query: Query = {
    // 1.0 hands this very object out from toSQL(), and reads the text itself nowhere before it runs it; 0.45 does.
    get sql() {
      return isDrizzle1 ? refuse(error) : textOf(error);
    },
    params: new Proxy([], { get: () => refuse(error), ownKeys: () => refuse(error) }),
  };
  // In 0.45 toSQL() copies every property; drivers take the two above.
  return Object.defineProperty(query, 'refused', { enumerable: true, get: () => refuse(error) });
}

function refuse(error: StreamTableReadOnlyError): never {
  throw error;
}
