/** What `prisma contract emit` writes into contract.json, as far as it is read here. */
export interface Contract {
  readonly domain: {
    readonly namespaces: Readonly<Record<string, { readonly models: Readonly<Record<string, Model>> }>>;
  };
  readonly storage: {
    readonly storageHash: string;
    readonly namespaces: Readonly<Record<string, Namespace>>;
  };
}

interface Namespace {
  /** The schema of the database. */
  readonly id: string;
  readonly entries: { readonly table?: Readonly<Record<string, Table>> };
}

export interface Model {
  readonly storage: { readonly namespaceId: string; readonly table: string };
  readonly relations?: Readonly<Record<string, Relation>>;
  /** The model that it is a variant of. */
  readonly base?: ModelName;
}

/** A model by its namespace and its name there. */
export interface ModelName {
  readonly namespace: string;
  readonly model: string;
}

export interface Relation {
  readonly to: ModelName;
  /** With `N:1` the foreign key is on the side of the relation itself. */
  readonly cardinality: string;
  /** The table between, which has both keys. */
  readonly through?: { readonly namespaceId: string; readonly table: string };
}

/** A table as migrations and verification see it. */
export interface Table {
  readonly columns: Readonly<Record<string, { readonly nullable: boolean }>>;
  /** Who looks after it; absent where Prisma does. */
  readonly control?: string;
  readonly primaryKey?: object;
  readonly foreignKeys?: readonly unknown[];
  readonly uniques?: readonly unknown[];
  readonly indexes?: readonly unknown[];
}

export function isContract(value: unknown): value is Contract {
  const { domain, storage } = (value ?? {}) as { readonly domain?: unknown; readonly storage?: unknown };
  return hasNamespaces(domain) && hasNamespaces(storage) && typeof storage.storageHash === 'string';
}

function hasNamespaces(value: unknown): value is { readonly namespaces: object; readonly storageHash?: unknown } {
  const { namespaces } = (value ?? {}) as { readonly namespaces?: unknown };
  return typeof namespaces === 'object' && namespaces !== null;
}
