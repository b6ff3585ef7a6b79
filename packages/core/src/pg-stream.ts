import {
  cdcHealth,
  columns,
  dependencies,
  list,
  refreshStats,
  slotHealth,
  type CdcHealth,
  type RefreshStats,
  type SlotHealth,
  type StreamTableColumn,
  type StreamTableDependency,
  type StreamTableFilter,
  type StreamTableStatus,
} from './catalog/index.ts';
import { createStreamTable, type StreamTableDefinition } from './definition/index.ts';
import { createContext } from './context/index.ts';
import type { DialectName } from './dialect/index.ts';
import { listenForEvents, type EventsOptions, type PgStreamEvents } from './events/index.ts';
import { PgStreamError } from './errors/index.ts';
import type { SqlExecutor } from './executor/index.ts';
import { readGraph, type DependencyGraph } from './graph/index.ts';
import { health, type Health, type HealthOptions } from './health/index.ts';
import { resolveName, type StreamTableName } from './name/index.ts';
import { refreshAll, type RefreshAllOptions, type RefreshAllReport } from './refresh/index.ts';
import { canWrite, type CanWriteOptions } from './rights/index.ts';
import { streamTable, type StreamTable } from './stream-table.ts';
import { currentLsn, readYourWrites, type Lsn, type ReadYourWritesOptions } from './waiting/index.ts';
import { watchStreamTables, type StreamTableWatcher, type WatchOptions } from './watch/index.ts';

/** How stream tables are looked for. */
export interface PgStreamOptions {
  /** The schema of names that come without one. Default: `public`. The search_path plays no part. */
  readonly defaultSchema?: string | undefined;
  /**
   * Which extension is meant in a database that has both; by default pg_trickle, the newer one. Where there is one
   * alone, leave it out.
   */
  readonly dialect?: DialectName | undefined;
}

/** The extension that was found. */
export interface ExtensionInfo {
  readonly name: string;
  /** As CREATE EXTENSION or ALTER EXTENSION UPDATE has left it, say `0.1.1`. */
  readonly version: string;
  /** Which of the two sets of names it uses. */
  readonly dialect: DialectName;
}

/**
 * The stream tables of one database.
 *
 * All methods but `table` throw EXTENSION_MISSING, PERMISSION_DENIED (naming the GRANTs to run) and CONNECTION.
 */
export interface PgStream {
  /**
   * The stream table of that name. Asks nothing of the server: a name that is not there shows when a method is called.
   * Throws INVALID_NAME for an empty name.
   */
  table(name: StreamTableName): StreamTable;

  /**
   * Creates a stream table and, unless told not to, fills it. Part of your transaction, if there is one.
   *
   * Refuses before sending: INVALID_NAME, INVALID_SCHEDULE, INVALID_ARGUMENT. Throws for what the server refuses:
   * UNSUPPORTED_QUERY, ALREADY_EXISTS (only told when the query itself is good), CYCLE.
   *
   * @example
   * await pgstream.create({
   *   name: 'order_totals',
   *   query: 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id',
   *   schedule: '5m',
   * });
   */
  create(definition: StreamTableDefinition): Promise<StreamTable>;

  /** The status of all stream tables, or of those that fit the filter, by schema and name. */
  list(filter?: StreamTableFilter): Promise<StreamTableStatus[]>;

  /**
   * Where the server's log is now: everything that was committed before is in a stream table once
   * `waitUntilFresh({ since })` of that position is fulfilled. Ask after your commit, over any connection to the primary.
   * Throws READ_ONLY_SERVER on a replica.
   *
   * @example
   * response.cookie('written-at', await pgstream.currentLsn());
   */
  currentLsn(): Promise<Lsn>;

  /**
   * Writes, and then has the named stream tables include it: runs `work`, which commits by itself, and once its promise is
   * fulfilled refreshes them, those that they read before them; or, `by: 'wait'`, waits until somebody has refreshed them.
   * Gives what `work` gives. Of one stream table, and by a refresh, it is `refreshAfter()`, whose rules on `work`, transactions
   * and options hold here.
   *
   * An error of `work` passes unchanged. **When what follows fails, the write is committed**: the error says so, and its
   * `operation` is `readYourWrites`; of several that fail it is the first one's, after all are done. A name that is not there is
   * NOT_FOUND before `work` is run. It needs SELECT on the extension's table of dependencies.
   *
   * Throws as `refreshAfter()` does, or as `waitUntilFresh()` does.
   *
   * @example
   * const order = await pgstream.readYourWrites(() => insertOrder(pool), ['order_totals', 'daily_totals']);
   */
  readYourWrites<T>(
    work: () => PromiseLike<T>,
    tables: readonly StreamTableName[],
    options?: ReadYourWritesOptions,
  ): Promise<T>;

  /** The visible columns of a stream table with their PostgreSQL types, in order. Throws NOT_FOUND. */
  columns(name: StreamTableName): Promise<readonly StreamTableColumn[]>;

  /**
   * Whether the role that is connected could write to the stream table itself, which it should not: by a right on the
   * table or on one of its columns, as an owner or a member of a role that may, or through a view, a rule or a parent
   * table that passes writes on to it with the rights of somebody else. Functions that are SECURITY DEFINER are not looked
   * into. With `refreshAs` a membership made for `refresh({ as })` is not counted. Asks PostgreSQL alone, so a role needs no
   * rights on the extension.
   * Throws NOT_FOUND if there is no table of that name; whether it is a stream table is not asked.
   */
  canWrite(name: StreamTableName, options?: CanWriteOptions): Promise<boolean>;

  /** Which stream tables read which sources. */
  dependencies(): Promise<StreamTableDependency[]>;

  /**
   * The stream tables and all that they read, also through views, as a graph: what has to be refreshed before what, and
   * where something is in the way of that. Reads the catalog in one statement.
   */
  graph(): Promise<DependencyGraph>;

  /**
   * Refreshes the stream tables of the database, or some of them: sources before what reads them, independent ones at the
   * same time. One that fails stops only those that read it; a report says what came of each, and the call does not throw
   * for it. Each refresh is as refresh() makes it, and loses nobody's change; what is busy is waited for.
   *
   * Inside a transaction they are made one after the other in it. What is refused there and leaves the transaction usable
   * is reported; an error that has ended it is thrown, because all that it wrote is lost.
   *
   * Throws NOT_FOUND for one of the `tables` and INVALID_ARGUMENT, both before anything is refreshed, and ABORTED.
   *
   * @example
   * const report = await pgstream.refreshAll({ onlyStale: true });
   * if (!report.ok) console.error(JSON.stringify(report.results.filter(({ status }) => status === 'failed')));
   */
  refreshAll(options?: RefreshAllOptions): Promise<RefreshAllReport>;

  /**
   * One verdict on the stream tables of the database, for a readiness probe or an admin page: `ok`, `warn` or `error`, and
   * what was found, each with what to do. It looks at the extension, at its scheduler for this database, at its settings,
   * at how changes are captured, and at each stream table: suspended, failing, never filled, stale.
   *
   * Two or three statements, which need no more rights than reading staleness; what the role may not see is said to be
   * unknown, and is no alarm. Outside a transaction it does not throw for what it meets: a server that cannot be
   * reached, a missing extension, a missing right and its own time-out are findings. Throws INVALID_ARGUMENT, INVALID_NAME
   * and ABORTED.
   *
   * @example
   * const { status, findings } = await pgstream.health({ tables: ['order_totals'], maxAgeMs: 600_000 });
   * response.status(status === 'error' ? 503 : 200).json({ status, findings });
   */
  health(options?: HealthOptions): Promise<Health>;

  /** How the changes of each source are captured, and what is wrong with that. */
  cdcHealth(): Promise<CdcHealth[]>;

  /** The triggers and replication slots that capture changes. */
  slotHealth(): Promise<SlotHealth[]>;

  /** What the recorded refreshes add up to. It reads the whole history: for reports, not for each request. */
  refreshStats(): Promise<RefreshStats[]>;

  /**
   * Listens to what the extension tells: its scheduler's refreshes and their failures, suspensions, warnings. Fulfilled when it
   * listens, from when on nothing is missed without being told. The connection is the listener's, and this executor is only
   * asked for the extension.
   *
   * Rejects when the first connection fails, and with ABORTED, INVALID_ARGUMENT; later ones are tried again and again.
   *
   * @example
   * await using events = await pgstream.events({ listener: listenWithPg(() => new Client({ connectionString })) });
   * for await (const event of events) {
   *   if (event.kind === 'refresh_failed') console.error(event.table.name, event.error);
   * }
   */
  events(options: EventsOptions): Promise<PgStreamEvents>;

  /**
   * Keeps in memory how fresh stream tables are, the given ones or all: `isStale()` without a query, for every request. Fulfilled
   * when the server has answered for the first time.
   *
   * Rejects when it does not, and with NOT_FOUND for a stream table that is not there, INVALID_NAME, INVALID_ARGUMENT, ABORTED.
   *
   * @example
   * await using watcher = await pgstream.watch(['order_totals'], { pollMs: 2_000 });
   * if (watcher.isStale('order_totals', { maxAgeMs: 60_000 })) response.setHeader('Warning', '110 - "Response is Stale"');
   */
  watch(tables?: readonly StreamTableName[], options?: WatchOptions): Promise<StreamTableWatcher>;

  /**
   * Which of the two sets of names the database's extension uses: asked once for each scope of executors, and with it all
   * that a call has to know. Before one on an executor that can send one statement alone, and has no room for the question.
   */
  dialect(): Promise<DialectName>;

  /** Which extension and version the database has; asked anew each time. */
  extension(): Promise<ExtensionInfo>;
}

/**
 * The stream tables of the database behind an executor.
 *
 * @example
 * const pgstream = createPgStream(fromPg(pool));
 * await pgstream.table('order_totals').isStale();
 */
export function createPgStream(executor: SqlExecutor, options: PgStreamOptions = {}): PgStream {
  const { defaultSchema = 'public', dialect } = options;
  if (typeof (executor as Partial<SqlExecutor> | undefined)?.query !== 'function') {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'createPgStream() takes an executor: fromPg(pool) of @pgstream/core/pg, or that of your ORM, fromDrizzle(db) and its like.',
    );
  }
  const context = createContext(executor, defaultSchema, dialect);
  return {
    table: (name) => streamTable(context, resolveName(name, defaultSchema)),
    create: async (definition) => streamTable(context, await createStreamTable(context, definition)),
    list: (filter) => list(context, filter),
    currentLsn: () => currentLsn(context),
    readYourWrites: (work, tables, asked) => readYourWrites(context, work, tables, asked),
    columns: async (name) => await columns(context, resolveName(name, defaultSchema)),
    canWrite: async (name, asked) => await canWrite(context, resolveName(name, defaultSchema), asked),
    dependencies: () => dependencies(context),
    graph: () => readGraph(context),
    refreshAll: (asked) => refreshAll(context, asked),
    health: (asked) => health(context, asked),
    cdcHealth: () => cdcHealth(context),
    slotHealth: () => slotHealth(context),
    refreshStats: () => refreshStats(context),
    events: (asked) => listenForEvents(context, asked),
    watch: (tables, asked = {}) => watchStreamTables(context, tables, asked),
    dialect: async () => (await context.dialect()).name,
    async extension() {
      const { name, version } = await context.find();
      return { name, version: version ?? '', dialect: name };
    },
  };
}
