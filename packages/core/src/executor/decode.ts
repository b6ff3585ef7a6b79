import { PgStreamError } from '../errors/index.ts';
import { send } from './abandoned.ts';
import type { SqlExecutor } from './executor.ts';

/** Text or null and nothing else: every driver sends these unchanged, and the statement casts. */
export type Parameters = readonly (string | null)[];

/**
 * Sends a statement that gives one text column of JSON, and decodes it: the only place where results become values.
 * The column is taken by its place, because drivers can be told to rename columns.
 */
export async function query<Wire>(executor: SqlExecutor, text: string, params: Parameters = []): Promise<Wire[]> {
  const rows = await send(executor, text, params);
  return rows.map((row) => {
    const [value] = Object.values(row);
    if (typeof value !== 'string') {
      throw new PgStreamError(
        'INVALID_ARGUMENT',
        'The executor did not deliver a text column as a string: its query() must give row objects, and text unparsed.',
      );
    }
    // The statement next to which the type is declared made this JSON.
    const wire: Wire = JSON.parse(value);
    return wire;
  });
}

/** An instant, from epoch milliseconds. */
export function instant(ms: number): Date;
export function instant(ms: number | null): Date | null;
export function instant(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

/** A double precision, from its bits. */
export function float(bits: string): number;
export function float(bits: string | null): number | null;
export function float(bits: string | null): number | null {
  if (bits === null) return null;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}
