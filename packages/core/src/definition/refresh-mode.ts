import type { Dialect } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';

/**
 * `DIFFERENTIAL`: only what changed is computed. `FULL`: everything is computed anew, and readers wait meanwhile. On
 * pg_trickle also `AUTO`: one of these two, as the query allows; and `IMMEDIATE`: changed by each write to a source, in
 * the transaction of who writes.
 */
export type RefreshMode = 'DIFFERENTIAL' | 'FULL' | 'AUTO' | 'IMMEDIATE';

const EVERYWHERE: ReadonlySet<RefreshMode> = new Set(['DIFFERENTIAL', 'FULL']);
const MODES: ReadonlySet<RefreshMode> = new Set([...EVERYWHERE, 'AUTO', 'IMMEDIATE']);

/** Refuses what is not a mode: other words of the extension are stored as they are and break there (contract A.1). */
export function checkRefreshMode(mode: RefreshMode): RefreshMode {
  if (MODES.has(mode)) return mode;
  throw new PgStreamError('INVALID_ARGUMENT', "refreshMode must be 'DIFFERENTIAL', 'FULL', 'AUTO' or 'IMMEDIATE'.");
}

/** Refuses what the server's extension has not. */
export function checkHasMode(mode: RefreshMode, { name, hasAutoAndImmediate }: Dialect): void {
  if (hasAutoAndImmediate || EVERYWHERE.has(mode)) return;
  throw new PgStreamError('INVALID_ARGUMENT', `${name} has no refresh mode ${mode}: use 'DIFFERENTIAL' or 'FULL'.`);
}
