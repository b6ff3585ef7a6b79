import { isPgStreamError, PgStreamError, type DialectName, type SqlExecutor } from '@pgstream/core';
import {
  readMetrics,
  type MetricsReading,
  type RefreshCounts,
  type SourceReading,
  type StreamTableReading,
} from '@pgstream/core/metrics';
import { Counters, type CountFrom } from './counters.ts';

/** How the database is asked. Every option may be left out. */
export interface ReaderOptions {
  /** How long an answer, or a failure, serves whoever asks next, in milliseconds; 1,000 by default, and 0 for not at all. */
  readonly cacheMs?: number | undefined;
  /** How long a scrape waits for the database, in milliseconds; 5,000 by default. Then it goes on without it: `pgstream_up` 0. */
  readonly timeoutMs?: number | undefined;
  /**
   * What counters begin with when the process starts: `history`, by default, all that is recorded; `start`, nothing. Where the
   * history is pruned (pg_trickle, after 90 days) a process that starts anew with `history` shows less than the one before it,
   * which Prometheus takes for as many new refreshes as it shows. With `start` it is never wrong about how many there were since.
   */
  readonly countFrom?: CountFrom | undefined;
  /** Which extension is meant in a database that has both; by default pg_trickle. */
  readonly dialect?: DialectName | undefined;
}

/** A stream table with what its recorded refreshes add up to, which never goes down. */
type StreamTableRow = StreamTableReading & {
  readonly counts: RefreshCounts;
  readonly database: string;
};
type SourceRow = SourceReading & { readonly database: string };
type ServerRow = Pick<MetricsReading, 'database' | 'extension' | 'schedulerRunning'>;

/** The rows that metrics are read from. */
export interface Rows {
  readonly streamTable: readonly StreamTableRow[];
  readonly source: readonly SourceRow[];
  readonly server: readonly ServerRow[];
}

/** What a scrape found. */
export interface Scrape {
  /** Why the database could not be read; null if it was. */
  readonly error: PgStreamError | null;
  /** None where it could not be read. */
  readonly rows: Rows;
  /** How long it took, in seconds. */
  readonly durationSeconds: number;
  /** Failures so far, by their codes. */
  readonly failures: ReadonlyMap<string, number>;
}

const NO_ROWS: Rows = { streamTable: [], source: [], server: [] };

/**
 * Reads the database for whoever scrapes: one statement at a time, whoever asks and however often. It never rejects, and
 * ends within its time.
 */
export class Reader {
  readonly #executor: SqlExecutor;
  readonly #dialect: DialectName | undefined;
  readonly #cacheMs: number;
  readonly #timeoutMs: number;
  readonly #counters: Counters;
  readonly #failures = new Map<string, number>();
  /** The statement that is not answered yet: a scrape that has run out of time leaves it behind, and the next one waits for it. */
  #asking: Promise<Rows> | undefined;
  #scraping: Promise<Scrape> | undefined;
  #last: { readonly scrape: Scrape; readonly atMs: number } | undefined;

  constructor(executor: SqlExecutor, options: ReaderOptions = {}) {
    const { cacheMs = 1_000, timeoutMs = 5_000, countFrom = 'history', dialect } = options;
    if (typeof (executor as Partial<SqlExecutor> | undefined)?.query !== 'function') {
      throw invalid('Metrics are read through an executor: fromPg(pool) of @pgstream/core/pg, or that of your ORM.');
    }
    check('cacheMs', cacheMs, 0);
    check('timeoutMs', timeoutMs, 1);
    if (countFrom !== 'history' && countFrom !== 'start') throw invalid(`countFrom is 'history' or 'start'.`);
    this.#executor = executor;
    this.#dialect = dialect;
    this.#cacheMs = cacheMs;
    this.#timeoutMs = timeoutMs;
    this.#counters = new Counters(countFrom);
  }

  scrape(): Promise<Scrape> {
    if (this.#scraping !== undefined) return this.#scraping;
    if (this.#last !== undefined && performance.now() - this.#last.atMs < this.#cacheMs) {
      return Promise.resolve(this.#last.scrape);
    }
    this.#scraping = this.#take();
    return this.#scraping;
  }

  async #take(): Promise<Scrape> {
    const startedMs = performance.now();
    const { rows, error } = await this.#inTime();
    if (error !== null) this.#failures.set(error.code, (this.#failures.get(error.code) ?? 0) + 1);
    const endedMs = performance.now();
    const scrape = { error, rows, durationSeconds: (endedMs - startedMs) / 1000, failures: new Map(this.#failures) };
    this.#last = { scrape, atMs: endedMs };
    this.#scraping = undefined;
    return scrape;
  }

  async #inTime(): Promise<{ rows: Rows; error: PgStreamError | null }> {
    this.#asking ??= this.#ask();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const sentence = `The database did not answer within ${this.#timeoutMs} ms (timeoutMs).`;
      timer = setTimeout(() => reject(new PgStreamError('TIMEOUT', sentence)), this.#timeoutMs);
    });
    try {
      return { rows: await Promise.race([this.#asking, late]), error: null };
    } catch (error) {
      return { rows: NO_ROWS, error: isPgStreamError(error) ? error : unknown(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(): Promise<Rows> {
    try {
      const reading = await this.#read();
      if (!this.#counters.isOfAnother(reading)) return this.#rowsOf(reading);
      this.#counters.forget();
      return this.#rowsOf(await this.#read());
    } finally {
      this.#asking = undefined;
    }
  }

  #read(): Promise<MetricsReading> {
    const history = this.#counters.range(performance.now());
    return readMetrics(this.#executor, { dialect: this.#dialect, history });
  }

  #rowsOf(reading: MetricsReading): Rows {
    const { database, extension, schedulerRunning, streamTables, sources } = reading;
    const counted = this.#counters.take(reading, performance.now());
    return {
      streamTable: streamTables.map((table, at) => ({ ...table, database, counts: counted[at] ?? table.recent })),
      source: sources.map((source) => ({ ...source, database })),
      server: [{ database, extension, schedulerRunning }],
    };
  }
}

function check(option: string, value: unknown, least: number): void {
  if (typeof value === 'number' && value >= least && value <= 2_147_483_647) return;
  throw invalid(`${option} must be a number of milliseconds, ${least} or more.`);
}

function invalid(sentence: string): PgStreamError {
  return new PgStreamError('INVALID_ARGUMENT', sentence);
}

function unknown(cause: unknown): PgStreamError {
  return new PgStreamError('UNKNOWN', 'The database could not be read; cause has why.', { cause });
}
