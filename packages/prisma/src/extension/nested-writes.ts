import type { RegisteredRelation } from '../registry/index.ts';

declare const nestedWrite: unique symbol;

/** Nothing, or what no argument is. */
export type Checked<Path> = [Path] extends [never] ? unknown : RefusedNestedWrite<Path>;

/** Stands for an argument in which a nested write was found: the compiler's message says where. */
interface RefusedNestedWrite<Path> {
  readonly [nestedWrite]: Path;
}

/** The nested writes in the arguments of an operation, each as a sentence; never if there are none. */
export type NestedIn<Args, Registry, Model> = {
  [Part in keyof Args & ('data' | 'create' | 'update')]: InData<Args[Part], Registry, Model, Part>;
}[keyof Args & ('data' | 'create' | 'update')];

type InData<Data, Registry, Model, Path extends string> =
  IsAny<Data> extends true
    ? never
    : Data extends readonly (infer Row)[]
      ? InData<Row, Registry, Model, Path>
      : Data extends object
        ? Model extends keyof Registry
          ? Registry[Model] extends { readonly relations: infer Relations }
            ? {
                [Field in keyof Relations & Given<Data>]: InRelation<
                  Data[Field],
                  Registry,
                  Relations[Field],
                  `${Path}.${Field & string}`
                >;
              }[keyof Relations & Given<Data>]
            : never
          : never
        : never;

type InRelation<Calls, Registry, Relation, Path extends string> =
  IsAny<Calls> extends true
    ? never
    : Calls extends object
      ? Relation extends RegisteredRelation
        ? {
            [Call in Given<Calls> & string]: Registry[Relation['model'] & keyof Registry] extends {
              readonly streamTable: object;
            }
              ? InStreamTable<Relation, Call, Path>
              : InCall<Calls[Call], Registry, Relation['model'], `${Path}.${Call}`>;
          }[Given<Calls> & string]
        : never
      : never;

/** These write the foreign key alone, wherever that is. */
type InStreamTable<Relation extends RegisteredRelation, Call extends string, Path extends string> = Call extends
  | 'connect'
  | 'disconnect'
  | 'set'
  ? Relation['foreignKey'] extends 'here' | 'join'
    ? never
    : Refusal<Relation['model'], Call, Path>
  : Refusal<Relation['model'], Call, Path>;

type Refusal<
  Model extends string,
  Call extends string,
  Path extends string,
> = `${Path}.${Call} was refused: ${Model} is a stream table, which only the extension writes`;

type InCall<Call, Registry, Model extends string, Path extends string> =
  IsAny<Call> extends true
    ? never
    : Call extends readonly (infer Element)[]
      ? InCall<Element, Registry, Model, Path>
      : Call extends object
        ?
            | InData<Call, Registry, Model, Path>
            | {
                [Part in Given<Call> & ('data' | 'create' | 'update')]: InData<
                  Call[Part],
                  Registry,
                  Model,
                  `${Path}.${Part}`
                >;
              }[Given<Call> & ('data' | 'create' | 'update')]
        : never;

/** The keys that an object has, and not those that it may have. */
type Given<Value> = { [Key in keyof Value]-?: {} extends Pick<Value, Key> ? never : Key }[keyof Value];

type IsAny<Value> = 0 extends 1 & Value ? true : false;
