/**
 * Where the foreign key of a relation is, seen from the model that has the field: on its own table (`here`), on the
 * other model's (`there`), in a table between both (`join`); `unknown` where nobody says.
 */
export type ForeignKeySide = 'here' | 'there' | 'join' | 'unknown';

/** A relation field by which a write can reach a stream table, directly or further on. */
export interface RegisteredRelation {
  /** The model that it leads to. */
  readonly model: string;
  readonly foreignKey: ForeignKeySide;
}

/** A model that stands for a stream table, or from which nested writes can reach one. */
export interface RegisteredModel {
  /** The stream table that it stands for, by its names in the database; without a schema it is in the default one. */
  readonly streamTable?: { readonly schema?: string; readonly name: string };
  /** Only the fields that lead to a stream table. Models of stream tables need none: nothing of them is written. */
  readonly relations?: Readonly<Record<string, RegisteredRelation>>;
}

/** What the generator writes: by the names of models, those that have to do with stream tables, and no others. */
export type StreamTableRegistry = Readonly<Record<string, RegisteredModel>>;

/** The property of the client that a model has. */
export function propertyOf<Model extends string>(model: Model): Uncapitalize<Model> {
  // The compiler does not know that this is what Uncapitalize means.
  return (model.charAt(0).toLowerCase() + model.slice(1)) as Uncapitalize<Model>;
}
