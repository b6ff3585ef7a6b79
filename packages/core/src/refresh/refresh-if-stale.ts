import type { Context } from '../context/index.ts';
import type { Dialect } from '../dialect/index.ts';
import { PgStreamError, type PgStreamErrorCode } from '../errors/index.ts';
import { query } from '../executor/index.ts';
import { isStale, type IsStaleOptions } from '../freshness/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import { checkRefresh, once, patiently, refreshing, type Call, type Done } from './refresh.ts';
import type { RefreshOptions, RefreshResult } from './options.ts';
import { Sharing } from './sharing.ts';
import { askedAt, readSince } from './statement/index.ts';
import { orAborted } from './waiting.ts';

/**
 * When a stream table is refreshed, and how. Every option may be left out. What is busy is waited for (`ifBusy: 'wait'`):
 * as a rule it is fresh afterwards.
 */
export interface RefreshIfStaleOptions extends RefreshOptions, IsStaleOptions {}

/** What came of it. */
export interface RefreshIfStaleResult extends Omit<RefreshResult, 'status'> {
  /** `fresh`: there was nothing to do, from the first or because somebody else's refresh was waited for. */
  readonly status: RefreshResult['status'] | 'fresh';
}

const sharing = new Sharing<Done<RefreshIfStaleResult['status']>>();

/** See {@link StreamTable.refreshIfStale}. */
export async function refreshIfStale(
  context: Context,
  name: QualifiedName,
  options: RefreshIfStaleOptions = {},
): Promise<RefreshIfStaleResult> {
  const { maxAgeMs, ifBusy = 'wait', ...refreshOptions } = options;
  const { signal } = options;
  const plan = checkRefresh(context, { ...refreshOptions, ifBusy });
  const isDue = (where: Context): Promise<boolean> => mustBeRefreshed(where, name, maxAgeMs);
  const { scope, transaction } = context.executor;
  if (transaction !== 'none') {
    const done = async (): Promise<Done<RefreshIfStaleResult['status']>> =>
      (await isDue(context)) ? await once(context, name, plan, transaction) : fresh;
    return await orAborted(done(), signal);
  }
  const refresh = refreshing(name, plan);
  const key = JSON.stringify([name.schema, name.name, plan, maxAgeMs]);
  const { result, shared } = await sharing.join(scope, key, signal, async (abandoned) => {
    // Mostly it is, and one statement tells.
    if (!(await isDue(context))) return fresh;
    return await patiently(context, name, plan, abandoned, {
      isMany: true,
      async make(where, waitMs, call) {
        if (where.executor.transaction === 'open') await takeTurn(where, name, call);
        return (await isDue(where)) ? await refresh(where, waitMs, call) : 'fresh';
      },
    });
  });
  return { ...result, shared: result.shared || shared };
}

const fresh = { status: 'fresh', shared: false, durationMs: 0 } as const;

async function mustBeRefreshed(where: Context, name: QualifiedName, maxAgeMs: number | undefined): Promise<boolean> {
  const stale = await isStale(where, name, { maxAgeMs });
  if (stale !== null) return stale;
  throw refuse('INVALID_ARGUMENT', name, 'has no bound in its schedule: say maxAgeMs.');
}

/**
 * Between all processes: who asks and then refreshes is alone in that, so that what the next one asks is answered by the
 * refresh before. Until the end of the transaction; numbers that are two cannot be the extension's own, which are one
 * (contract A.5).
 */
const turn = (
  dialect: Dialect,
): string => `SELECT pg_catalog.json_build_array(pg_catalog.pg_try_advisory_xact_lock(1885828980,
pg_catalog.hashtext(pg_catalog.concat($1::pg_catalog.text, '.', $2::pg_catalog.text))), ${askedAt(dialect)})::pg_catalog.text AS pgstream`;

async function takeTurn(context: Context, name: QualifiedName, call: Call): Promise<void> {
  const text = turn(await context.dialect());
  const [[isOurs, asked] = []] = await query<[boolean, string]>(context.executor, text, [name.schema, name.name]);
  call.since ??= readSince(asked);
  if (isOurs !== true) throw refuse('REFRESH_BUSY', name, 'is being refreshed by another refreshIfStale().');
}

function refuse(code: PgStreamErrorCode, name: QualifiedName, what: string): PgStreamError {
  const { schema, name: table } = name;
  return new PgStreamError(code, `${quoteName(name)} ${what}`, { schema, table, operation: 'refresh' });
}
