import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { streamTables, type StreamTablesGuard } from '@pgstream/prisma8';
import postgres from '@prisma/orm-postgres/runtime';
import { type ClientBase, Pool } from 'pg';
import { leave } from '../leave.ts';
import type { Helpers } from '../driver.ts';

/**
 * What clients and transactions have in common, by shape. Arguments are as `any` would let them pass, because the cases write
 * what the types forbid.
 */
export interface Tx {
  readonly orm: {
    readonly [Namespace in keyof typeof STREAMS]: Readonly<
      Record<(typeof STREAMS)[Namespace][number] | (Namespace extends 'public' ? Ordinary : never), Collection>
    >;
  };
  readonly sql: {
    readonly public: Readonly<Record<'order_totals' | 'customers' | 'archive', Table>>;
    readonly analytics: Readonly<Record<'order_totals', Table>>;
  };
  query(plan: object): PromiseLike<readonly Readonly<Record<string, unknown>>[]>;
  execute(plan: object): Promise<{ readonly affectedRows: number }>;
}

/** A client. */
export interface Db extends Omit<Tx, 'query' | 'execute'> {
  readonly raw: { sql(text: TemplateStringsArray, ...values: readonly unknown[]): RawQuery };
  readonly context: object;
  runtime(): Runtime;
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  prepare(params: object, plan: (params: Readonly<Record<string, unknown>>) => object): Promise<Prepared>;
  close(): Promise<void>;
}

interface Runtime extends Pick<Tx, 'query' | 'execute'> {
  connection(): Promise<Pick<Tx, 'query' | 'execute'> & { release(): Promise<void> }>;
  prepare: Db['prepare'];
}

interface Prepared {
  query(target: Runtime, params: object): PromiseLike<unknown>;
  execute(target: Runtime, params: object): PromiseLike<unknown>;
}

interface RawQuery {
  affectedCount(): { build(): object };
  returnsRow(columns: Readonly<Record<string, unknown>>): { build(): object };
}

type Ordinary = 'Customer' | 'Order' | 'Payment' | 'Archive' | 'Product' | 'PlainSamples';

type Link =
  | 'where'
  | 'select'
  | 'include'
  | 'orderBy'
  | 'limit'
  | 'offset'
  | 'cursor'
  | 'distinct'
  | 'distinctOn'
  | 'groupBy'
  | 'having';

export type Write = `${'create' | 'update' | 'delete'}${'' | 'All' | 'AndCount'}` | 'upsert';

/** What callbacks get: fields, aggregates, related collections, nested writes, functions of SQL. */
export type Loose = ((...args: readonly unknown[]) => Loose) & {
  readonly [
    Name in Field | Condition | Aggregate | Write | Link | 'connect' | 'disconnect' | 'combine' | 'raw' | 'returns'
  ]: Loose;
};

type Field =
  | 'id'
  | 'name'
  | 'region'
  | 'customerId'
  | 'customer_id'
  | 'total'
  | 'orders'
  | 'amount'
  | 'account'
  | 'customer'
  | 'totals'
  | 'visits'
  | 'placed'
  | 'order_totals'
  | 'theirs';
type Condition =
  | 'eq'
  | 'neq'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'in'
  | 'isNull'
  | 'some'
  | 'every'
  | 'none'
  | 'asc'
  | 'desc';
type Aggregate = 'count' | 'sum' | 'avg' | 'min' | 'max';

export type Collection = Readonly<Record<Link, (...args: readonly unknown[]) => Collection>> &
  Readonly<Record<Write | 'all' | 'first' | 'aggregate', (...args: readonly unknown[]) => Promise<unknown>>> & {
    readonly prepared: Readonly<Record<'all' | 'first', (...args: readonly unknown[]) => object>>;
  } & Helpers;

interface Table {
  as(alias: string): object;
  innerJoin(other: object, on: (fields: Loose, functions: Loose) => unknown): Table;
  select(...args: readonly unknown[]): Query;
  insert(rows: readonly object[]): Query;
  update(values: object): Query;
  delete(): Query;
}

interface Query extends Record<'where' | 'returning' | 'limit' | 'orderBy', (...args: readonly unknown[]) => Query> {
  build(): object;
}

const STREAMS = {
  public: [
    'OrderTotals',
    'Samples',
    'Repeated',
    'Visits',
    'Bought',
    'Reserved',
    'Letters',
    'Longest',
    'AccountTotals',
    'NeverFilled',
    'ByCron',
    'Calculated',
    'Missing',
    'Hostile',
  ],
  analytics: ['TheirOrderTotals', 'TheirAccountTotals'],
} as const;

/** The contract of one version, as it was emitted. */
export function contractOf(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'generated', 'contract.json'), 'utf8'));
}

export function guardOf(contractJson: unknown): StreamTablesGuard<typeof STREAMS> {
  return streamTables(contractJson, STREAMS);
}

export interface Opened {
  readonly db: Db;
  readonly pool: Pool;
  readonly sent: string[];
  leave(statements: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** A client of Prisma over a pool that notes what it is given, guarded or not. */
export function open(url: string, contractJson: unknown, guarded: boolean): Opened {
  const sent: string[] = [];
  const pool = new Pool({ connectionString: url, max: 3 });
  pool.on('connect', (client) => note(client, sent));
  const guard = guardOf(contractJson);
  const middleware = guarded ? [guard.middleware] : [];
  // Types of another copy of pg's than Prisma has. The marker would be its own first question.
  const client = postgres({ contractJson, pg: pool as never, middleware, verifyMarker: false });
  const db: unknown = guarded ? (guard.extend as (given: unknown) => unknown)(client) : client;
  return {
    db: db as Db,
    pool,
    sent,
    leave: (statements) => leave(pool, statements),
    async close() {
      await client.close();
      await pool.end();
    },
  };
}

/** `pg` reports no statements: each client notes what it is asked. */
function note(client: ClientBase, sent: string[]): void {
  const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
  Object.assign(client, {
    query(statement: string | { text: string }, ...rest: unknown[]) {
      sent.push(typeof statement === 'string' ? statement : statement.text);
      return query(statement, ...rest);
    },
  });
}
