import type { PgStreamErrorCode } from '../errors/index.ts';
import type { QualifiedName } from '../name/index.ts';

/**
 * What health() finds, as a word that does not change between releases; or the code of the error that it met when it asked,
 * say `CONNECTION`, `EXTENSION_MISSING` or `TIMEOUT`.
 *
 * | code | means |
 * |---|---|
 * | `SCHEDULER_MISSING` | no scheduler of the extension's is running for this database, or on this server |
 * | `SCHEDULER_OFF` | the extension's setting `enabled` is off |
 * | `SCHEDULER_STALLED` | a scheduler is running, and does not refresh what is due |
 * | `SCHEDULER_UNKNOWN` | the role may not see whether one is running |
 * | `ON_REPLICA` | the server is a replica: refreshes are made on the primary |
 * | `VERSION_MISMATCH` | the extension's library and its SQL are of different releases |
 * | `UNSAFE_SETTING` | a setting of the extension's lets refreshes lose changes |
 * | `NOT_FOUND` | one of the `tables` is not in the catalog |
 * | `NOT_POPULATED` | a stream table was never filled |
 * | `SUSPENDED` | a stream table is suspended: by somebody, or after too many errors |
 * | `BROKEN` | a stream table is in the state ERROR: what it reads was dropped, or its refreshes cannot succeed |
 * | `FAILING` | the last refreshes of a stream table have failed |
 * | `STALE` | a stream table is older than it should be |
 * | `SOURCE_CHANGED` | a table that it reads has other columns since |
 * | `CAPTURE_BLOCKED` | changes are not captured: paused, or the database is a copy of another |
 * | `CAPTURE_ALERT` | the extension reports something wrong with how the changes of a source are captured |
 * | `CAPTURE_UNKNOWN` | the role may not ask about that |
 */
export type HealthFindingCode =
  | 'SCHEDULER_MISSING'
  | 'SCHEDULER_OFF'
  | 'SCHEDULER_STALLED'
  | 'SCHEDULER_UNKNOWN'
  | 'ON_REPLICA'
  | 'VERSION_MISMATCH'
  | 'UNSAFE_SETTING'
  | 'NOT_POPULATED'
  | 'BROKEN'
  | 'FAILING'
  | 'STALE'
  | 'CAPTURE_ALERT'
  | 'CAPTURE_UNKNOWN'
  | PgStreamErrorCode;

/** One thing that was found. */
export interface HealthFinding {
  readonly code: HealthFindingCode;
  /** `error`: data are wrong, or become old and stay so. `warn`: they may soon. `info`: what could not be told. */
  readonly severity: 'info' | 'warn' | 'error';
  /** The stream table that it is about; null where it is about all. */
  readonly streamTable: QualifiedName | null;
  /** A sentence. Nothing in it is anybody's data. */
  readonly message: string;
  /** What to do. */
  readonly cure: string;
}
