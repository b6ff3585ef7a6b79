import type {
  DynamicModelExtensionFnResult,
  DynamicModelExtensionThis,
  GetResult,
  OperationPayload,
  PrismaPromise,
} from '@prisma/client/runtime/client';

/** As `Prisma.Args`: Prisma keeps the types of a model's operations there. */
export type ArgsOf<This, Operation extends string> = This extends {
  readonly [K: symbol]: {
    readonly types: { readonly operations: Readonly<Record<Operation, { readonly args: infer Args }>> };
  };
}
  ? Args
  : never;

/** As `Prisma.Exact`: what a literal has too much does not compile. */
export type Exact<Written, Wanted> =
  | (Written extends unknown
      ? Wanted extends Written
        ? { [Key in keyof Written]: Key extends keyof Wanted ? Exact<Written[Key], Wanted[Key]> : never }
        : Wanted
      : never)
  | (Written extends string | number | bigint | boolean | [] ? Written : never);

type Literal = string | number | bigint | boolean;

/**
 * Nothing, in a union with the arguments. While it infers them the compiler sees places for literals in it, and keeps
 * `true` and `'asc'` for what they are, as it does in calls of Prisma, whose arguments it knows beforehand.
 */
export type Literally<Written> = [Written] extends [Literal] ? WithLiterals<Written> : never;

type WithLiterals<Written> =
  | (Written extends Literal ? Written : never)
  | { [Key in keyof Written]: WithLiterals<Written[Key]> };

/**
 * What the write gives: Prisma's own type of it, by the type map of the client that the alias of the model's type shows.
 * Another copy of Prisma's types has another alias, which shows nothing (the type map is then anything): `prisma-client-js`
 * writes a copy of its own where it has an `output`, and Prisma 6 has several.
 */
export type ResultOf<This, Args, Operation extends string> =
  This extends DynamicModelExtensionThis<infer TypeMap, infer Model extends PropertyKey, infer _Extensions>
    ? string extends keyof TypeMap
      ? ResultByReads<This, Args>
      : DynamicModelExtensionFnResult<TypeMap, Model, Args, Operation, never>
    : ResultByReads<This, Args>;

/** The same without the type map: what the client omits is read off reads, and the fluent API is that of a read. */
type ResultByReads<This, Args> = PrismaPromise<GetResult<PayloadOf<This>, Args, 'update', { omit: OmittedBy<This> }>> &
  FluentApi<This>;

type PayloadOf<This> = This extends { readonly [K: symbol]: { readonly types: { readonly payload: infer Payload } } }
  ? Payload extends OperationPayload
    ? Payload
    : never
  : never;

/** The relations of a record that is not there yet. Each by itself: the compiler looks at none that is not called. */
export type FluentApi<This> = {
  [Field in keyof PayloadOf<This>['objects']]: FluentCall<This, Field>;
};

type FluentCall<This, Field> = This extends { findFirstOrThrow: () => infer Result }
  ? Result[Field & keyof Result]
  : never;

/**
 * The `omit` that the client was made with, of the model and of those next to it. A model does not show it, but it
 * shows in what reads give by default.
 */
type OmittedBy<This> = {
  [Model in NameOf<PayloadOf<This>>]: OmittedColumns<
    PayloadOf<This>,
    This extends { findFirstOrThrow: infer Read } ? Read : never
  >;
} & {
  [Field in keyof PayloadOf<This>['objects'] as NameOf<Related<PayloadOf<This>['objects'][Field]>>]: OmittedColumns<
    Related<PayloadOf<This>['objects'][Field]>,
    FluentCall<This, Field>
  >;
};

/** By which a client's `omit` has a model. */
type NameOf<Payload> = Payload extends OperationPayload ? Uncapitalize<Payload['name']> : never;

type OmittedColumns<Payload, Read> = Record<
  Payload extends OperationPayload ? Exclude<keyof Payload['scalars'], keyof RowOf<Read>> : never,
  true
>;

type RowOf<Read> = Read extends () => PrismaPromise<infer Result> ? Related<Result> : never;

/** One of what a relation leads to. */
type Related<Value> = NonNullable<Value extends readonly (infer Element)[] ? Element : Value>;
