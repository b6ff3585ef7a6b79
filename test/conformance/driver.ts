import type { PgStream, StreamTable } from '@pgstream/core';
import type { Model, Row, SampleKind, StreamModel } from './shop/index.ts';

/** What an ORM's folder supplies: how this ORM, in this version and over this database driver, does what the cases ask. */
export interface ConformanceDriver<Native> {
  /** With its version: a column of the table that the run prints. */
  readonly orm: string;
  /** What carries its statements, say `node-postgres`. */
  readonly over: string;

  /** A client, guarded as the documentation says. The role is the URL's. */
  open(url: string): Promise<Client<Native>>;

  /** The same without the guard; where there is no such client, one that is guarded, and the reason in `cannot`. */
  openUnguarded(url: string): Promise<Client<Native>>;

  /** What the ORM makes of a value that is not NULL, from PostgreSQL's text of it: exactly, or the value is lost. */
  readonly values: Readonly<Record<SampleKind, (text: string) => unknown>>;

  /** Every way in which this ORM reads a model, each used on `orderTotals`. */
  readonly reads: readonly ReadPath<Native>[];

  /** Every way in which this ORM writes to a model, each used on a stream table. */
  readonly writes: readonly WriteCall<Native>[];

  /** Every way in which this ORM sends SQL text of its user's. */
  readonly texts: readonly TextPath<Native>[];

  /** Writes that nothing in the client sees. */
  readonly bypasses: readonly Bypass<Native>[];

  /** Writes to ordinary models that read stream tables, or have to do with them otherwise: they must go through. */
  readonly allowed: readonly ReadPath<Native>[];

  /** Declares a model with one of the extension's own columns, and throws what comes of it. */
  declareHidden(column: string): unknown;

  /** The names of cases that this ORM cannot have, each with the reason, for the table. A name without a case fails the run. */
  readonly cannot: Readonly<Record<string, string>>;
}

/** What the cases do, on a client and inside a transaction alike. */
export interface Session<Native> {
  /** For the paths that only this ORM has. */
  readonly native: Native;

  /** The rows of a model that fit, by the ORM's plainest read. */
  find(model: Model, query?: Find): Promise<readonly Row[]>;
  count(model: Model): Promise<number>;
  /** Customers with the total of their orders, null for those without, by id: a page of the join. */
  customersWithTotals(page: Page): Promise<readonly { readonly name: string; readonly total: unknown }[]>;
  /** A page of customers by id, each with the notes of its visits, in any order: by a relation. */
  customersWithVisits(page: Page): Promise<readonly { readonly name: string; readonly notes: readonly unknown[] }[]>;
  /** Every visit with the name of its customer, null for those without, in any order: by a relation. */
  visitsWithCustomers(): Promise<readonly { readonly note: unknown; readonly customer: unknown }[]>;
  /** The order totals of both schemas, joined by customer. */
  totalsOfBothSchemas(): Promise<readonly { readonly ours: unknown; readonly theirs: unknown }[]>;
  /** PostgreSQL's text of the first sample's `big_doc`, asked for through the model. */
  textOfBigDoc(): Promise<string>;

  /** Writes a row of the ordinary table `payments`, by its model. */
  pay(account: number, amount: number): Promise<void>;

  /** The helpers of a stream table, by the handle that the documentation shows. */
  helpers(model: StreamModel): Helpers;

  /** What is not about one model, over the ORM's connections, as the documentation shows. */
  pgstream(): PgStream;

  /** A statement without parameters by the ORM's own raw SQL; its rows. */
  sql(text: string): Promise<readonly Row[]>;

  /** Commits when the work is done, rolls back when it throws; inside a transaction a nested one. */
  transaction<T>(work: (session: Session<Native>) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

export interface Client<Native> extends Session<Native> {
  /** The texts of the statements that the database driver was given, in order, those of transactions included. */
  readonly sent: readonly string[];
  /** Has a connection of its pool, and gives it back as the statements have left it, failed ones among them. */
  leave(statements: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface Find extends Partial<Page> {
  /** Properties to read; by default all. */
  readonly select?: readonly string[];
  /** Equality; null finds NULL. */
  readonly where?: Row;
  /** Properties, ascending. */
  readonly orderBy?: readonly string[];
}

interface Page {
  readonly skip: number;
  readonly take: number;
}

interface TransactionOptions {
  readonly isolation?: 'repeatable read' | 'serializable';
}

export type Helpers = Pick<
  StreamTable,
  | 'isStale'
  | 'lastRefreshAt'
  | 'stalenessMs'
  | 'status'
  | 'verify'
  | 'refresh'
  | 'refreshIfStale'
  | 'refreshAfter'
  | 'waitUntilFresh'
>;

/** A call, and what it gives. */
export interface ReadPath<Native> {
  readonly name: string;
  call(native: Native): PromiseLike<unknown>;
  readonly gives: unknown;
}

/** A call that must be refused before anything is sent. */
export interface WriteCall<Native> {
  readonly name: string;
  /** As the error has to name it. */
  readonly operation: string;
  /** The table's name in the database, where it is not `order_totals`. */
  readonly table?: string;
  /** Its schema, where that is not `public`. */
  readonly schema?: string;
  call(native: Native): unknown;
  /**
   * What is sent before the write is come to: `reads`, of what is stored; `others`, writes to ordinary tables that are rolled
   * back. By default nothing may be.
   */
  readonly sendsFirst?: 'reads' | 'others';
  /** It builds a statement and sends none: without the guard it is no write. */
  readonly onlyBuilds?: boolean;
}

/** A way to send SQL text, of which the guard refuses what writes a stream table. */
export interface TextPath<Native> {
  readonly name: string;
  send(native: Native, text: string): unknown;
}

/** A write that the guard cannot see. */
export interface Bypass<Native> {
  readonly name: string;
  call(native: Native): PromiseLike<unknown>;
  /**
   * What comes of it for an owner of the stream table: `writes` means that rows are changed, so that only the role's
   * rights are in the way; `refused`, that PostgreSQL accepts no such statement from anybody.
   */
  readonly asOwner: 'writes' | 'refused';
}
