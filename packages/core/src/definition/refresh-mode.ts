import { PgStreamError } from '../errors/index.ts';

/** `DIFFERENTIAL`: only what changed is computed. `FULL`: everything is computed anew, and readers wait meanwhile. */
export type RefreshMode = 'DIFFERENTIAL' | 'FULL';

/** Refuses what is not a mode: other words of the extension are stored as they are and break there (contract A.1). */
export function checkRefreshMode(mode: RefreshMode): RefreshMode {
  const given: unknown = mode;
  if (given === 'DIFFERENTIAL' || given === 'FULL') return given;
  throw new PgStreamError('INVALID_ARGUMENT', "refreshMode must be 'DIFFERENTIAL' or 'FULL'.");
}
