import type { PgStreamError } from '@pgstream/core';
import type { StreamTableIdentity } from '../stream-table/index.ts';
import { invalid } from './declared.ts';
import { excluding, isNegative, sees, without } from './patterns.ts';

/** What drizzle-kit finds in the schemas that it looks into: what it creates there, and stream tables. */
export interface Found {
  readonly created: readonly StreamTableIdentity[];
  readonly streamTables: readonly StreamTableIdentity[];
}

/**
 * `existing`, and a pattern with `!` for each stream table that it would let drizzle-kit see. Throws INVALID_ARGUMENT, with
 * what to write instead, where no such patterns can be right.
 */
export function tablesFilterOf({ created, streamTables }: Found, existing: readonly string[]): string[] {
  refuseNamesakes(created, streamTables);
  const names = [...new Set(streamTables.map(({ name }) => name))];
  const seen = names.filter((name) => sees(existing, name));
  if (seen.length === 0) return [...existing];
  if (existing.length > 0 && !existing.some(isNegative)) throw mixture(existing, seen);
  return [...existing, ...seen.map(excluding)];
}

function refuseNamesakes(created: readonly StreamTableIdentity[], streamTables: readonly StreamTableIdentity[]): void {
  for (const other of created) {
    const namesake = streamTables.find(({ name }) => name === other.name);
    if (!namesake) continue;
    throw invalid(
      namesake.schema === other.schema
        ? `"${other.schema}"."${other.name}" is declared as a stream table and as a table or view, too. drizzle-kit would create or change the latter: remove that declaration.`
        : `"${other.name}" is a table or view in schema "${other.schema}" and a stream table in "${namesake.schema}". drizzle-kit's tablesFilter knows no schemas, so it cannot exclude only one: leave "${namesake.schema}" out of your schemaFilter, and pass that as { schemaFilter: ["${other.schema}"] }, or rename one of them.`,
    );
  }
}

function mixture(existing: readonly string[], seen: readonly string[]): PgStreamError {
  const narrower = without(existing, seen);
  return invalid(
    `tablesFilter ${JSON.stringify(existing)} matches the stream tables ${JSON.stringify(seen)}, and adding ${JSON.stringify(seen.map(excluding))} would make drizzle-kit push drop every table that it does not match. ` +
      (narrower
        ? `Write ${JSON.stringify(narrower)} instead.`
        : 'Write patterns that match your own tables and none of these, or give stream tables a schema of their own outside your schemaFilter.'),
  );
}
