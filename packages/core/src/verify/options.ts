import { PgStreamError } from '../errors/index.ts';
import type { FloatTolerance } from './result.ts';

/** How a stream table is compared with its query. Every option may be left out. */
export interface VerifyOptions {
  /** How many of the missing rows are shown, and of the surplus ones: 5 by default, 0 to 100. */
  readonly sample?: number | undefined;
  /**
   * Refreshes first, with the sources locked, compares in the same transaction, and rolls all of it back: what is different
   * then is damage, and not only age. A refresh that computes everything (FULL, or many changes) would mend damage as well:
   * what is then `verified` may be damaged until the next one. Without this option it shows. Needs an executor that can begin a
   * transaction.
   */
  readonly afterRefresh?: boolean | undefined;
  /**
   * The most rows that are read of either side; more is the answer `too-many-rows`. Refused by the planner's estimate before
   * anything is read, and while it is read by the count. 0 only asks for the estimate. No bound by default.
   */
  readonly maxRows?: number | undefined;
  /**
   * How far two `double precision` may be apart, relative to the larger one and to 1: sums of the same numbers in another
   * order differ. 1e-9 by default, 0 for none. Of `real`, which has 7 digits and not 16, it is 10,000 times that. Such numbers
   * inside of arrays and composite types are compared exactly.
   */
  readonly floatTolerance?: number | undefined;
  /** How long it may take in all, in milliseconds; 60,000 by default. Then TIMEOUT, and the server has ended the statement. */
  readonly timeoutMs?: number | undefined;
  /**
   * With `afterRefresh`, how long to wait for writers of the sources, in milliseconds; 2,000 by default. Then SOURCES_BUSY.
   */
  readonly lockTimeoutMs?: number | undefined;
  /**
   * Ends the waiting with ABORTED; what was sent goes on until `timeoutMs`. Inside a transaction of yours only between two
   * statements.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Options with their defaults. */
export interface VerifyPlan {
  readonly sample: number;
  readonly maxRows: number | undefined;
  readonly tolerance: FloatTolerance;
  readonly timeoutMs: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const MOST_SAMPLES = 100;
/** The digits that real has less than double precision. */
const REAL_IS_COARSER = 1e4;

/** Checks the options and fills in the defaults. Throws INVALID_ARGUMENT. */
export function verifyPlan(options: VerifyOptions): VerifyPlan {
  const { sample = 5, maxRows, floatTolerance = 1e-9, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (!isWhole(sample) || sample > MOST_SAMPLES) throw invalid(`sample must be a whole number, 0 to ${MOST_SAMPLES}.`);
  if (maxRows !== undefined && !isWhole(maxRows)) throw invalid('maxRows must be a whole number, 0 or more.');
  // Less is beyond the precision, and beyond what the server computes with.
  if (floatTolerance !== 0 && !(floatTolerance >= 1e-16 && floatTolerance <= 1e-5)) {
    throw invalid('floatTolerance must be 0, or between 1e-16 and 1e-5.');
  }
  const tolerance = { doublePrecision: floatTolerance, real: floatTolerance * REAL_IS_COARSER };
  return { sample, maxRows, tolerance, timeoutMs };
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function invalid(message: string): PgStreamError {
  return new PgStreamError('INVALID_ARGUMENT', message, { operation: 'verify' });
}
