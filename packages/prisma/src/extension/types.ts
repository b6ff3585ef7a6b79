import type { StreamTableHandle } from '../handle/index.ts';
import type { RegisteredModel } from '../registry/index.ts';
import type { WriteGuards } from './write-guards.ts';

/** For `prisma.$extends()`: adds the helpers to the types of stream models, and takes the writes away. */
export type StreamTablesExtension<Registry> = (client: unknown) => {
  $extends: {
    extArgs: {
      result: {};
      model: ModelMembers<Registry>;
      query: {};
      client: {};
    };
  };
};

/** The members that models get, by the property of the client; each as a function that returns it, as Prisma wants. */
type ModelMembers<Registry> = {
  [Model in keyof Registry & string as Uncapitalize<Model>]: Registry[Model] extends { readonly streamTable: object }
    ? StreamTableMembers<Model>
    : WriteGuards<Registry, Model>;
};

type StreamTableMembers<Model extends string> = {
  [Helper in keyof StreamTableHandle]: () => StreamTableHandle[Helper];
} & { [Operation in WriteOperation]: () => StreamTableIsReadOnly<Model, Operation> };

/** The writes of Prisma Client. */
type WriteOperation =
  | 'create'
  | 'createMany'
  | 'createManyAndReturn'
  | 'update'
  | 'updateMany'
  | 'updateManyAndReturn'
  | 'upsert'
  | 'delete'
  | 'deleteMany';

declare const readOnly: unique symbol;

/** In place of a write: it cannot be called, and the compiler's message says why. */
export interface StreamTableIsReadOnly<Model extends string, Operation extends string> {
  readonly [readOnly]: `${Operation} was refused: ${Model} is a stream table, which only the extension writes`;
}

/** What is known of models that were named by hand. */
export type RegistryOfModels<Model extends string> = {
  readonly [Name in Model]: RegisteredModel & { readonly streamTable: { readonly name: string } };
};
