import { createPgStream, type PgStream, type StreamTable, type StreamTableStatus } from '@pgstream/core';
import { fromPrisma } from '@pgstream/prisma';
import type { Database } from './database.ts';

/** Pages of this application that show rows of a stream table, and fail without it. */
const PAGES: Readonly<Record<string, string>> = { origin_delays: '/origin-delays' };

/** The stream tables that the application was written for: one that is not in the database is a problem to show. */
const EXPECTED = ['origin_delays', 'state_delays'];

/** A stream table of the page. */
export interface State {
  readonly schema: string;
  readonly name: string;
  /** A page with its rows. */
  readonly rows: string | undefined;
  /** Undefined for one that should be in the database and is not. */
  readonly status: StreamTableStatus | undefined;
  /** What the last refresh failed with, where it is not refreshed any more because of that. */
  readonly failure: string | undefined;
}

/** All stream tables of the database, through the connections that Prisma has. */
export function streamTablesOf(prisma: Database): PgStream {
  return createPgStream(fromPrisma(prisma));
}

/** What is known of each now, by name. */
export async function states(pgstream: PgStream): Promise<State[]> {
  const found = await Promise.all((await pgstream.list()).map((status) => stateOf(pgstream, status)));
  const missing = EXPECTED.filter((name) => !found.some((state) => state.schema === 'public' && state.name === name));
  return [...found, ...missing.map(missingState)].toSorted((a, b) => titleOf(a).localeCompare(titleOf(b)));
}

function missingState(name: string): State {
  return { schema: 'public', name, rows: undefined, status: undefined, failure: undefined };
}

async function stateOf(pgstream: PgStream, status: StreamTableStatus): Promise<State> {
  const { schema, name } = status;
  const rows = schema === 'public' ? PAGES[name] : undefined;
  const failed = status.status === 'SUSPENDED' && status.consecutiveErrors > 0;
  return {
    schema,
    name,
    rows,
    status,
    failure: failed ? await lastFailure(pgstream.table({ schema, name })) : undefined,
  };
}

async function lastFailure(table: StreamTable): Promise<string | undefined> {
  const records = await table.history({ limit: 5 });
  return records.find(({ status }) => status === 'FAILED')?.errorMessage ?? undefined;
}

/** As a person calls it: the schema only where it is not the usual one. */
export function titleOf({ schema, name }: Pick<State, 'schema' | 'name'>): string {
  return schema === 'public' ? name : `${schema}.${name}`;
}
