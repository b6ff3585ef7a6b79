import type { Row } from '@pgstream/core';

/** A statement as Prisma's runtime takes it. */
interface Plan {
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly ast: object;
  readonly meta: object;
}

/** What statements can be sent by: a runtime, a connection or a transaction of it, by shape. */
export interface Queryable {
  query(plan: Plan): PromiseLike<readonly Row[]>;
}

/** A connection of the runtime, to be given back. */
export interface Connection extends Queryable {
  transaction(): Promise<Queryable & { commit(): Promise<void>; rollback(): Promise<void> }>;
  release(): Promise<void>;
  /** Closes it instead. */
  destroy(reason: unknown): Promise<void>;
}

interface Runtime extends Queryable {
  connection(): Promise<Connection>;
}

/** A client of Prisma, by shape. */
export interface Client {
  runtime(): Runtime;
  readonly contract: { readonly target: string; readonly storage: { readonly storageHash: string } };
  /** One for the client and its transactions. */
  readonly context: object;
}
