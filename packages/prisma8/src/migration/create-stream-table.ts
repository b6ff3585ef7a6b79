import { type DialectName, PgStreamError, type RefreshMode } from '@pgstream/core';
import type { MigrationOperation } from './operation.ts';

/** A stream table that a migration creates. */
export interface CreateStreamTable {
  /** Default: `public`. */
  readonly schema?: string | undefined;
  /** Lower-case letters, digits, `_` and `$`: the extension's functions read others in ways of their own. */
  readonly name: string;
  /** One SELECT, without a `;` at its end. Name every table with its schema: the extension runs it later, with another search_path. */
  readonly query: string;
  /** As the extension reads it, say `30s`, `5m` or a cron pattern. Default: `1m`; none for the mode `IMMEDIATE`. */
  readonly schedule?: string | undefined;
  /** Default: `DIFFERENTIAL`. */
  readonly refreshMode?: RefreshMode | undefined;
  /** Whether to fill it at once. Default: true. */
  readonly initialize?: boolean | undefined;
  /** Which extension the database has. Default: `pg_stream`. A migration is written once, and asks nobody. */
  readonly dialect?: DialectName | undefined;
}

/**
 * The operation that creates a stream table, for `operations` of a migration: after those that create the tables that its
 * query reads. Where there is one of that name already, it is left as it is.
 *
 * Throws INVALID_NAME for a name that the extension could not handle, and INVALID_ARGUMENT for no query.
 *
 * @example
 * override get operations() {
 *   return [
 *     …,
 *     createStreamTable({
 *       name: 'order_totals',
 *       query: 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id',
 *       schedule: '5m',
 *     }),
 *   ];
 * }
 */
export function createStreamTable(table: CreateStreamTable): MigrationOperation {
  const { schema = 'public', name, query, refreshMode = 'DIFFERENTIAL', initialize = true, dialect } = table;
  const { schedule = refreshMode === 'IMMEDIATE' ? null : '1m' } = table;
  checkName(schema, 'schema');
  checkName(name, 'name');
  if (typeof query !== 'string' || query.trim() === '') {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `createStreamTable() takes the query of "${name}": one SELECT, as text.`,
    );
  }
  const { exists, create } = STATEMENTS[dialect ?? 'pg_stream'];
  const params = [`${schema}.${name}`, query, schedule, refreshMode, String(initialize)];
  return {
    id: `streamTable.${schema}.${name}`,
    label: `Create stream table "${schema}"."${name}"`,
    operationClass: 'additive',
    target: { id: 'postgres', details: { schema, objectType: 'table', name } },
    precheck: [],
    execute: [{ description: `create stream table "${name}"`, sql: create, params }],
    postcheck: [{ description: `verify that "${name}" is a stream table`, sql: exists, params: [schema, name] }],
  };
}

const STATEMENTS = {
  pg_stream: {
    create: createBy('pgstream'),
    exists: `SELECT EXISTS (SELECT FROM pgstream.pgs_stream_tables WHERE pgs_schema = $1 AND pgs_name = $2)`,
  },
  pg_trickle: {
    create: createBy('pgtrickle'),
    exists: `SELECT EXISTS (SELECT FROM pgtrickle.pgt_stream_tables WHERE pgt_schema = $1 AND pgt_name = $2)`,
  },
} as const satisfies Record<DialectName, { readonly create: string; readonly exists: string }>;

function createBy(schema: 'pgstream' | 'pgtrickle'): string {
  return `SELECT ${schema}.create_stream_table(name => $1, query => $2, schedule => $3, refresh_mode => $4, initialize => $5::boolean)`;
}

/** What both extensions take for the name that it is. */
const NAME = /^[\p{Ll}\p{Nd}_$]{1,63}$/u;

function checkName(value: unknown, part: 'schema' | 'name'): void {
  if (typeof value === 'string' && NAME.test(value)) return;
  throw new PgStreamError(
    'INVALID_NAME',
    `The ${part} of a stream table has lower-case letters, digits, _ and $, at most 63, which ${JSON.stringify(value)} is not: the extension's functions read others in ways of their own.`,
  );
}
