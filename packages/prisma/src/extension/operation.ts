import type { GetResult, OperationPayload, PrismaPromise } from '@prisma/client/runtime/client';

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

/**
 * What the write gives, as Prisma makes it: with what extensions have computed, without what the client omits, and with
 * the fluent API, which is that of a read.
 */
export type ResultOf<This, Args> = PrismaPromise<
  GetResult<PayloadOf<This>, Args, 'update', { omit: OmittedBy<This> }>
> &
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
