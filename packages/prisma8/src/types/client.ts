import type { PostgresClient } from '@prisma/orm-postgres/runtime';
import type { StreamTableHandle } from '../handle/index.ts';
import type { GuardedCollection, StateIn } from './collection.ts';
import type { Named, Namespaces, PostgresContract, WritableContract } from './contract.ts';
import type { GuardedSql } from './sql.ts';

/** A client whose models of stream tables are read-only, and have the helpers. */
export interface GuardedClient<C extends PostgresContract, Streams> extends Omit<
  PostgresClient<C>,
  'orm' | 'sql' | 'transaction'
> {
  readonly orm: GuardedOrm<C, Streams>;
  readonly sql: GuardedSql<C, Streams>;
  transaction<R>(work: (tx: GuardedTransaction<C, Streams>) => PromiseLike<R>): Promise<R>;
}

/** What `transaction()` of a guarded client calls its function with. */
export interface GuardedTransaction<C extends PostgresContract, Streams> extends Omit<Transaction<C>, 'orm' | 'sql'> {
  readonly orm: GuardedOrm<C, Streams>;
  readonly sql: GuardedSql<C, Streams>;
}

type Transaction<C extends PostgresContract> = Parameters<Parameters<PostgresClient<C>['transaction']>[0]>[0];

/** The models, by their namespaces. */
export type GuardedOrm<C extends PostgresContract, Streams> = {
  readonly [Namespace in keyof PostgresClient<C>['orm'] & string]: {
    readonly [Model in keyof PostgresClient<C>['orm'][Namespace] & string]: ModelOf<
      C,
      Streams,
      Namespace,
      Model,
      PostgresClient<C>['orm'][Namespace][Model]
    >;
  };
};

type ModelOf<C extends PostgresContract, Streams, Namespace extends string, Model extends string, Original> =
  Model extends Named<Streams, Namespace>
    ? Guarded<C, Streams, Namespace, Model, Original> & StreamTableHandle
    : HasRelations<C, Namespace, Model> extends true
      ? Guarded<C, Streams, Namespace, Model, Original>
      : // It cannot lead to a stream table: it is what Prisma makes of it.
        Original;

/** What the types of guarded models are made of: the contract, what of it may be written, and which models are stream tables. */
export interface GuardOf<C extends PostgresContract, Streams> {
  readonly contract: C;
  readonly writable: WritableContract<C, Streams>;
  readonly streams: Streams;
}

type Guarded<
  C extends PostgresContract,
  Streams,
  Namespace extends string,
  Model extends string,
  Original,
> = GuardedCollection<GuardOf<C, Streams>, Model, RowOf<Original>, StateIn<Namespace>>;

type HasRelations<
  C extends PostgresContract,
  Namespace extends string,
  Model extends string,
> = Namespaces<C>[Namespace]['models'][Model] extends { readonly relations: infer Relations }
  ? Relations extends Readonly<Record<string, never>>
    ? false
    : true
  : false;

type RowOf<Original> = Original extends { readonly _row?: infer Row } ? NonNullable<Row> : never;
