import type {
  Collection,
  CollectionTypeState,
  DefaultCollectionTypeState,
  DefaultModelRow,
  RelatedModelName,
  RelationNames,
  RelationsOf,
} from '@prisma/orm-postgres/orm-client';
import type { Named, Namespaces, PostgresContract } from './contract.ts';
import type { RefusedWrites, Write } from './read-only.ts';

/**
 * What the models of a client know of it: its contract, the part of that which may be written, and the models that stand for
 * stream tables, by their namespaces.
 */
interface Guard {
  readonly contract: PostgresContract;
  readonly writable: object;
  readonly streams: unknown;
}

/**
 * A model as Prisma has it, but that what is chained to it stays guarded, that data to write names no relation to a stream
 * table, and that a stream table has no writes. (Prisma's own calls give Prisma's own collection.)
 */
export type GuardedCollection<G extends Guard, Model extends string, Row, State extends CollectionTypeState> = Omit<
  Prisma<G, Model, Row, State>,
  Chain | Write
> &
  Chained<G, Model, Row, State> &
  (Model extends Named<G['streams'], State['nsId']> ? RefusedWrites<Model> : Writes<G, Model, Row, State>);

type Prisma<G extends Guard, Model extends string, Row, State extends CollectionTypeState> = Collection<
  G['contract'],
  Model,
  Row,
  State
>;

type Chain =
  | 'where'
  | 'select'
  | 'include'
  | 'orderBy'
  | 'limit'
  | 'offset'
  | 'cursor'
  | 'distinct'
  | 'distinctOn'
  | 'combine';

/** Prisma's calls take their own collection for `this`, where it is filtered: here it is this one. */
type Writes<
  G extends Guard,
  Model extends string,
  Row,
  State extends CollectionTypeState,
> = (G['writable'] extends infer C extends PostgresContract
  ? Pick<Collection<C, Model, Row, State>, 'create' | 'update'>
  : never) &
  Pick<Prisma<G, Model, Row, State>, 'createAll' | 'createAndCount' | 'updateAll' | 'updateAndCount' | 'upsert'> &
  (State['hasWhere'] extends true ? Deletes<Prisma<G, Model, Row, State>> : unknown);

type Deletes<Original extends Record<'delete' | 'deleteAll' | 'deleteAndCount', (...args: never[]) => unknown>> = {
  [Call in 'delete' | 'deleteAll' | 'deleteAndCount']: (
    ...args: Parameters<Original[Call]>
  ) => ReturnType<Original[Call]>;
};

interface Chained<G extends Guard, Model extends string, Row, State extends CollectionTypeState> {
  readonly where: Where<Prisma<G, Model, Row, State>, GuardedCollection<G, Model, Row, With<State, 'hasWhere'>>>;
  select<Fields extends SomeFields<G, Model, State>>(
    ...fields: Fields
  ): GuardedCollection<
    G,
    Model,
    Flat<Pick<FieldsOf<G, Model, State>, Fields[number]> & Omit<Row, keyof FieldsOf<G, Model, State>>>,
    State
  >;
  include<Relation extends RelationNames<G['contract'], Model, State['nsId']>>(
    relation: Relation,
  ): GuardedCollection<
    G,
    Model,
    Flat<Row & { [Field in Relation]: Related<Target<G, Model, Field, State>, Target<G, Model, Field, State>['row']> }>,
    State
  >;
  include<Relation extends RelationNames<G['contract'], Model, State['nsId']>, Refined>(
    relation: Relation,
    refine: (related: Refinement<G, Target<G, Model, Relation, State>>) => Refined,
  ): GuardedCollection<
    G,
    Model,
    Flat<Row & { [Field in Relation]: RefinedValue<Target<G, Model, Field, State>, Refined> }>,
    State
  >;
  orderBy(
    ...args: Parameters<Prisma<G, Model, Row, State>['orderBy']>
  ): GuardedCollection<G, Model, Row, With<State, 'hasOrderBy'>>;
  limit(...args: Parameters<Prisma<G, Model, Row, State>['limit']>): GuardedCollection<G, Model, Row, State>;
  offset(...args: Parameters<Prisma<G, Model, Row, State>['offset']>): GuardedCollection<G, Model, Row, State>;
  cursor(...args: Parameters<Prisma<G, Model, Row, State>['cursor']>): GuardedCollection<G, Model, Row, State>;
  distinct(...fields: SomeFields<G, Model, State>): GuardedCollection<G, Model, Row, State>;
  distinctOn(
    ...fields: State['hasOrderBy'] extends true ? SomeFields<G, Model, State> : never
  ): GuardedCollection<G, Model, Row, State>;
  /** Within `include()`. */
  combine<Branches extends Readonly<Record<string, object>>>(
    branches: Branches,
  ): Selected<{ [Branch in keyof Branches]: BranchValue<Branches[Branch]> }>;
}

/** Its overloads, with another result. */
type Where<Original, Filtered> = Original extends {
  where: {
    (input: infer A): unknown;
    (input: infer B): unknown;
    (input: infer C): unknown;
    (input: infer D): unknown;
  };
}
  ? { (input: A): Filtered; (input: B): Filtered; (input: C): Filtered; (input: D): Filtered }
  : never;

type With<State extends CollectionTypeState, Flag extends 'hasWhere' | 'hasOrderBy'> = Omit<State, Flag> & {
  readonly [Each in Flag]: true;
} & Pick<CollectionTypeState, never>;

type FieldsOf<G extends Guard, Model extends string, State extends CollectionTypeState> = DefaultModelRow<
  G['contract'],
  Model,
  State['nsId']
>;

type Field<G extends Guard, Model extends string, State extends CollectionTypeState> = keyof FieldsOf<G, Model, State> &
  string;

type SomeFields<G extends Guard, Model extends string, State extends CollectionTypeState> = readonly [
  Field<G, Model, State>,
  ...Field<G, Model, State>[],
];

type Flat<T> = { [Key in keyof T]: T[Key] } & {};

/** Where a relation leads. */
interface RelationTarget {
  readonly model: string;
  readonly namespace: string;
  readonly row: unknown;
  readonly isMany: boolean;
  readonly isNullable: boolean;
}

type Target<G extends Guard, Model extends string, Relation extends string, State extends CollectionTypeState> =
  RelationsOf<G['contract'], Model, State['nsId']> extends infer Relations
    ? Relation extends keyof Relations
      ? {
          readonly model: RelatedModelName<G['contract'], Model, Relation, State['nsId']> & string;
          readonly namespace: NamespaceOf<G['contract'], Relations[Relation]>;
          readonly row: DefaultModelRow<
            G['contract'],
            RelatedModelName<G['contract'], Model, Relation, State['nsId']> & string,
            NamespaceOf<G['contract'], Relations[Relation]>
          >;
          readonly isMany: Relations[Relation] extends { readonly cardinality: '1:N' | 'N:M' } ? true : false;
          readonly isNullable: Relations[Relation] extends { readonly nullable: false } ? false : true;
        }
      : never
    : never;

/** A contract brands the namespaces in its relations: which one it is, is found by asking each. */
type NamespaceOf<C extends PostgresContract, Relation> = Relation extends {
  readonly to: { readonly namespace: infer Branded };
}
  ? { [Each in keyof Namespaces<C> & string]: Branded extends Each ? Each : never }[keyof Namespaces<C> & string]
  : never;

type Related<T extends RelationTarget, Row> = T['isMany'] extends true
  ? Row[]
  : Row | (T['isNullable'] extends true ? null : never);

/** What `include()` calls its function with: a collection that cannot send anything. */
type Refinement<G extends Guard, T extends RelationTarget> = Omit<
  GuardedCollection<G, T['model'], T['row'], StateIn<T['namespace']>>,
  'all' | 'first' | 'aggregate' | 'groupBy' | Write
>;

export type StateIn<Namespace extends string> = Omit<DefaultCollectionTypeState, 'nsId'> & { readonly nsId: Namespace };

/** Rows of a collection, a number, or what `combine()` has made. */
type RefinedValue<T extends RelationTarget, Refined> =
  Refined extends Selected<infer Value>
    ? Value
    : Refined extends { readonly kind: 'includeScalar' }
      ? SelectedBySymbol<Refined>
      : Refined extends { readonly _row?: infer Row }
        ? T['isMany'] extends true
          ? NonNullable<Row>[]
          : NonNullable<Row> | null
        : never;

type BranchValue<Branch> = Branch extends { readonly kind: 'includeScalar' }
  ? SelectedBySymbol<Branch>
  : Branch extends { readonly _row?: infer Row }
    ? NonNullable<Row>[]
    : never;

/** Prisma's key of it is a symbol that it does not export, and the only one. */
type SelectedBySymbol<Scalar> = Scalar[keyof Scalar & symbol];

declare const selected: unique symbol;

interface Selected<Value> {
  readonly [selected]: Value;
}
