// What the types of core are to a project that has none of Node's, and checks the declarations of what it uses.
import { createPgStream, type PgStreamEvents, type SqlExecutor, type StreamTableWatcher } from '@pgstream/core';
import { listenWithPg } from '@pgstream/core/pg';
import { listenWithPGlite, type PGliteListening } from '@pgstream/core/pglite';
import { listenWithPostgresJs } from '@pgstream/core/postgres-js';

export async function namesOfRefreshed(events: PgStreamEvents): Promise<string[]> {
  const names: string[] = [];
  for await (const event of events) if (event.kind === 'refresh_completed') names.push(event.table.name);
  return names;
}

export async function watch(executor: SqlExecutor, pglite: PGliteListening): Promise<StreamTableWatcher> {
  return await createPgStream(executor).watch(['order_totals'], { listener: listenWithPGlite(pglite) });
}

export const listeners = [listenWithPg, listenWithPostgresJs];
