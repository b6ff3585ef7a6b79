import type { Contract } from '@prisma/orm-postgres/contract/types';
import type { SqlStorage } from '@prisma/orm-postgres/family-contract/types';

/** What `contract.d.ts` exports as `Contract`. */
export type PostgresContract = Contract<SqlStorage>;

export type Namespaces<C extends PostgresContract> = C['domain']['namespaces'];

/** The names of a namespace, of models by their namespaces. */
export type Named<Streams, Namespace> = Namespace extends keyof Streams
  ? Streams[Namespace] extends readonly (infer Model extends string)[]
    ? Model
    : never
  : never;

/** A contract that has the models which were named. */
export type ContractWith<Streams> = PostgresContract & {
  readonly domain: {
    readonly namespaces: {
      readonly [Namespace in keyof Streams]: {
        readonly models: { readonly [Model in Named<Streams, Namespace>]: unknown };
      };
    };
  };
};

/**
 * The contract without relations that lead to a stream table: what data to write may name, at any depth. Reads have the whole
 * one.
 */
export type WritableContract<C extends PostgresContract, Streams> = Omit<C, 'domain'> & {
  readonly domain: Omit<C['domain'], 'namespaces'> & {
    readonly namespaces: {
      readonly [Namespace in keyof Namespaces<C>]: {
        readonly [Part in keyof Namespaces<C>[Namespace]]: Part extends 'models'
          ? ModelsWithoutStreams<Namespaces<C>[Namespace][Part], Streams, TablesOf<C, Streams>>
          : Namespaces<C>[Namespace][Part];
      };
    };
  };
};

type ModelsWithoutStreams<Models, Streams, Tables> = {
  readonly [Model in keyof Models]: WithoutStreams<Models[Model], Streams, Tables>;
};

type WithoutStreams<Model, Streams, Tables> = Model extends { readonly relations: infer Relations }
  ? Omit<Model, 'relations'> & {
      readonly relations: {
        readonly [
          Field in keyof Relations as true extends
            | IsToStream<Relations[Field], Streams>
            | IsThroughStream<Relations[Field], Tables>
            ? never
            : Field
        ]: Relations[Field];
      };
    }
  : Model;

/** By their schemas, the names that stream tables have in the database. */
type TablesOf<C extends PostgresContract, Streams> = {
  readonly [Namespace in keyof Streams]: TableOf<C, Namespace, Named<Streams, Namespace>>;
};

/** The table of a model. */
export type TableOf<C extends PostgresContract, Namespace, Model extends string> = Namespace extends keyof Namespaces<C>
  ? Namespaces<C>[Namespace]['models'][Model] extends { readonly storage: { readonly table: infer Table } }
    ? Table
    : never
  : never;

/** Whether what links the rows of both sides is in a stream table. */
type IsThroughStream<Relation, Tables> = Relation extends {
  readonly through: { readonly namespaceId: infer Namespace; readonly table: infer Table };
}
  ? {
      [Each in keyof Tables]: Namespace extends Each ? (Table extends Tables[Each] ? true : false) : false;
    }[keyof Tables]
  : false;

/** A contract brands the namespaces in its relations: which one it is, is found by asking each. */
type IsToStream<Relation, Streams> = Relation extends {
  readonly to: { readonly namespace: infer Namespace; readonly model: infer Model };
}
  ? {
      [Each in keyof Streams]: Namespace extends Each ? (Model extends Named<Streams, Each> ? true : false) : false;
    }[keyof Streams]
  : false;
