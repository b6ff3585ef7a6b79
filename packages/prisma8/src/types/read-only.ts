declare const refused: unique symbol;

/** Stands for a write that a stream table does not have: the compiler's message says why. */
export interface StreamTableIsReadOnly<Model extends string, Operation extends string> {
  readonly [refused]: `${Operation} was refused: ${Model} is a stream table, which only the extension writes`;
}

/** The calls of a collection that write. */
export type Write =
  | 'create'
  | 'createAll'
  | 'createAndCount'
  | 'update'
  | 'updateAll'
  | 'updateAndCount'
  | 'upsert'
  | 'delete'
  | 'deleteAll'
  | 'deleteAndCount';

/** In the places of all of them. */
export type RefusedWrites<Model extends string> = {
  readonly [Operation in Write]: StreamTableIsReadOnly<Model, Operation>;
};
