import { PgStreamError, type PgStreamErrorFields } from './errors.ts';

/** The longest that a timer can be set for, here and on the server: a four-byte integer. */
const MAX_MS = 2_147_483_647;

/** Throws INVALID_ARGUMENT for an option that is not a number of milliseconds, `least` or more. */
export function checkMs(
  option: string,
  value: unknown,
  { least, most = MAX_MS, ...about }: PgStreamErrorFields & { readonly least: number; readonly most?: number },
): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new PgStreamError('INVALID_ARGUMENT', `${option} must be a number of milliseconds, ${least} or more.`, about);
}
