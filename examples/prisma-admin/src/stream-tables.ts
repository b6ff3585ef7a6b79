import { isPgStreamError, type StreamTableStatus } from '@pgstream/core';
import type { StreamTableHandle } from '@pgstream/prisma';
import type { Database } from './database.ts';

/** A stream table of the page, under the name that its paths use. */
export interface Listed {
  readonly name: string;
  readonly handle: StreamTableHandle;
  /** A page with its rows. */
  readonly rows?: string;
}

/** In the order in which one reads the other. */
export function listedStreamTables(prisma: Database): readonly Listed[] {
  return [
    { name: 'origin_delays', handle: prisma.originDelays, rows: '/origin-delays' },
    { name: 'state_delays', handle: prisma.stateDelays },
  ];
}

/** What is known of it now, or why nothing is. */
export type State = Omit<Listed, 'handle'> &
  ({ readonly status: StreamTableStatus } | { readonly status: undefined; readonly problem: string });

/** One that cannot be asked is no reason to show none of the others. */
export async function stateOf({ handle, ...listed }: Listed): Promise<State> {
  try {
    return { ...listed, status: await handle.status() };
  } catch (error) {
    if (!isPgStreamError(error)) throw error;
    return { ...listed, status: undefined, problem: error.message };
  }
}
