import type { GuardedModel } from '../contract/index.ts';

/** A collection of Prisma, by its shape: what `db.orm.public.Order` is, and each link of its chains. */
export interface Collection {
  readonly ctx: { readonly runtime: object; readonly context: object };
  readonly modelName: string;
  readonly namespaceId: string;
  readonly tableName: string;
  readonly registry: ReadonlyMap<string, CollectionClass>;
}

/** A class of collections. Chains make their next link by the class of the one before. */
export type CollectionClass = new (
  ctx: Collection['ctx'],
  modelName: string,
  options: Pick<Collection, 'namespaceId' | 'tableName' | 'registry'>,
) => Collection;

export function isCollection(value: unknown): value is Collection {
  if (typeof value !== 'object' || value === null) return false;
  const { ctx, modelName, namespaceId, registry } = value as Partial<Collection>;
  return (
    typeof ctx?.runtime === 'object' &&
    typeof modelName === 'string' &&
    typeof namespaceId === 'string' &&
    registry instanceof Map
  );
}

/** The model of a collection, if it has to do with stream tables. */
export type ModelOf = (collection: Collection) => GuardedModel | undefined;
