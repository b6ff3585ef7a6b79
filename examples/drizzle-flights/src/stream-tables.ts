import { streamTable, type StreamTableHandle } from '@pgstream/drizzle';
import { originDelays, stateDelays } from '@pgstream/example-flights/schema';
import type { Database } from './database.ts';

/** The stream tables that the API knows, by the names that its paths use. In the order in which one reads the other. */
export function streamTables(db: Database): ReadonlyMap<string, StreamTableHandle> {
  return new Map([
    ['origin_delays', streamTable(db, originDelays)],
    ['state_delays', streamTable(db, stateDelays)],
  ]);
}
