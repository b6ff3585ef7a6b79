import type { Helpers } from '../driver.ts';
import type { Model, StreamModel } from '../shop/index.ts';

/**
 * What the clients of all versions have in common, by shape: their types are generated, and each version generates its
 * own. Arguments are as `any` would let them pass, because the cases write what the types forbid.
 */
export type Db = Readonly<Record<Model | 'customer' | 'order' | 'payment' | 'archive', Delegate>> &
  Readonly<Record<StreamModel, Partial<Helpers>>> & {
    $transaction<T>(work: (tx: Db) => Promise<T>, options?: TransactionOptions): Promise<T>;
    $transaction(batch: readonly PromiseLike<unknown>[], options?: TransactionOptions): Promise<unknown[]>;
    $extends(extension: object): Db;
    $queryRaw(text: TemplateStringsArray | object, ...values: readonly unknown[]): PromiseLike<unknown>;
    $queryRawUnsafe<T = unknown>(text: string, ...values: readonly unknown[]): PromiseLike<T>;
    $queryRawTyped(statement: object): PromiseLike<unknown>;
    $executeRaw(text: TemplateStringsArray | object, ...values: readonly unknown[]): PromiseLike<unknown>;
    $executeRawUnsafe(text: string, ...values: readonly unknown[]): PromiseLike<unknown>;
    $disconnect(): Promise<void>;
  };

interface TransactionOptions {
  readonly isolationLevel?: 'RepeatableRead' | 'Serializable';
  readonly timeout?: number;
  readonly maxWait?: number;
}

type Read = (typeof READS)[number];
export type Write = (typeof WRITES)[number];

const READS = [
  'findMany',
  'findFirst',
  'findFirstOrThrow',
  'findUnique',
  'findUniqueOrThrow',
  'count',
  'aggregate',
  'groupBy',
] as const;

const WRITES = [
  'create',
  'createMany',
  'createManyAndReturn',
  'update',
  'updateMany',
  'updateManyAndReturn',
  'upsert',
  'delete',
  'deleteMany',
] as const;

export type Delegate = Readonly<Record<Read | Write, (args?: object) => Query>> & {
  /** For conditions that compare columns. */
  readonly fields: Readonly<Record<string, unknown>>;
};

/** What a call returns: the rows when it is awaited, and the relations of the row by its methods. */
export type Query = PromiseLike<unknown> & Readonly<Record<string, (args?: object) => Query>>;

/** A `PrismaClient` of one version, and what its package has beside it. */
export interface Prisma {
  readonly version: string;
  /** Of its package. */
  readonly folder: string;
  /** Options are those of the constructor. */
  newClient(url: string, sent: string[]): Opened;
  /** The extension, made from the module that the generator wrote. */
  readonly streamTables: () => object;
  readonly decimal: (text: string) => unknown;
  /** Of the generated `Prisma`. */
  readonly sql: {
    sql(text: readonly string[], ...values: readonly unknown[]): object;
    raw(text: string): object;
  };
  /** A statement as typed SQL, as `prisma generate --sql` writes a function for each of its files. */
  readonly typedSql: (text: string) => object;
  /** Whether its client was generated with the preview feature `relationJoins`. */
  readonly relationJoins: boolean;
}

export interface Opened {
  readonly db: Db;
  /** Text given to the database driver itself, past Prisma. */
  raw(text: string): Promise<unknown>;
  leave(statements: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
