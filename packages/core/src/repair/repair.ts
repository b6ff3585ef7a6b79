import type { ErrorRule } from '../classification/index.ts';
import { ask, run, type About, type Context } from '../context/index.ts';
import { EQUALS, fromNamed, statement } from '../dialect/index.ts';
import { StreamTableNotFoundError } from '../errors/index.ts';
import { canBegin } from '../executor/index.ts';
import { functionArgument, quoteName, type QualifiedName } from '../name/index.ts';
import { checkRefresh, orAborted, throwIfAborted, type RefreshOptions } from '../refresh/index.ts';
import {
  needsTransaction,
  refreshedAndVerified,
  verifyHere,
  verifyPlan,
  type VerifyOptions,
  type VerifyResult,
} from '../verify/index.ts';

/** How a stream table is repaired, and compared afterwards. Every option may be left out. */
export interface RepairOptions
  extends
    Pick<RefreshOptions, 'lockTimeoutMs' | 'signal'>,
    Pick<VerifyOptions, 'sample' | 'maxRows' | 'floatTolerance'> {
  /** How long all of it may take, in milliseconds; by default as long as it takes. Then TIMEOUT, and nothing was changed. */
  readonly timeoutMs?: number | undefined;
}

/** One thing that was done. */
export interface RepairStep {
  /**
   * `capture`: the extension has put the capture of changes in order. `reinitialize`: it has computed everything anew.
   * `frontier`: what it knew of the changes that were taken in is forgotten, so that the next refresh computes everything.
   * `refresh`: that refresh.
   */
  readonly action: 'capture' | 'reinitialize' | 'frontier' | 'refresh';
  /** A sentence for people: the extension's own where it gives one. */
  readonly message: string;
}

/** What came of a repair. */
export interface RepairResult {
  /** `repaired`: it shows what its query says. Else as in `verification`. */
  readonly status: 'repaired' | 'different' | 'undecidable';
  /** What was done, in order. */
  readonly steps: readonly RepairStep[];
  /** Of the repaired table, in the same transaction. */
  readonly verification: VerifyResult;
  /** Stream tables that read this one, and hold what they have read of it: repair or refresh them next. */
  readonly dependents: readonly QualifiedName[];
  /** What is left to do, as sentences; null if nothing is. */
  readonly advice: string | null;
  /** In milliseconds, waiting for writers included. */
  readonly durationMs: number;
}

/** See {@link StreamTable.repair}. */
export async function repairStreamTable(
  context: Context,
  name: QualifiedName,
  options: RepairOptions = {},
): Promise<RepairResult> {
  const since = performance.now();
  const { signal, lockTimeoutMs, timeoutMs, sample, maxRows, floatTolerance } = options;
  const plan = verifyPlan({ sample, maxRows, floatTolerance });
  const refreshPlan = checkRefresh(context, { ifBusy: 'wait', lockTimeoutMs, timeoutMs });
  throwIfAborted(signal, 'repair');
  if (!canBegin(context.executor)) throw needsTransaction(name, 'repair()', 'repair');
  const until = { deadline: since + (timeoutMs ?? Infinity), signal };
  const repaired = refreshedAndVerified(context, name, refreshPlan, until, async (where, refresh, waitMs) => {
    const steps = await prepare(where, name, waitMs);
    await refresh();
    steps.push({ action: 'refresh', message: `${quoteName(name)} was refreshed, with its sources locked.` });
    const began = performance.now();
    const { answer, estimate } = await verifyHere(where, name, plan, until);
    const verification = { ...answer, estimate, afterRefresh: true, durationMs: performance.now() - began };
    return { steps, verification, dependents: await ask(where, DEPENDENTS, name, { reads: ['dependencies'] }) };
  });
  const { steps, verification, dependents } = await orAborted(repaired, signal, 'repair');
  const status = verification.status === 'verified' ? 'repaired' : verification.status;
  const advice = adviceOn(verification, name, dependents);
  return { status, steps, verification, dependents, advice, durationMs: performance.now() - since };
}

/** Has the next refresh compute everything. */
async function prepare(where: Context, name: QualifiedName, waitMs: number): Promise<RepairStep[]> {
  const { reinitializes, repairsCapture } = await where.dialect();
  if (reinitializes) return [{ action: 'reinitialize', message: await called(where, REINITIALIZE, name, waitMs) }];
  const steps: RepairStep[] = [];
  if (repairsCapture) steps.push({ action: 'capture', message: await called(where, REPAIR_CAPTURE, name, waitMs) });
  const [id] = await run(where, FORGET_FRONTIER, [name.schema, name.name], { operation: 'repair', name });
  if (id === undefined) throw new StreamTableNotFoundError(name, { operation: 'repair' });
  steps.push({
    action: 'frontier',
    message: `The extension has forgotten up to where the changes of its sources are in ${quoteName(name)}.`,
  });
  return steps;
}

const call = (written: string) =>
  statement<string>((d) => `SELECT pg_catalog.to_json(${d.schema}.${written}($1))::pg_catalog.text AS pgstream`);

const REINITIALIZE = call('reinitialize_stream_table');
const REPAIR_CAPTURE = call('repair_stream_table');

/** Below PostgreSQL's deadlock_timeout: the extension waits for writers of one source while it holds the locks of others. */
const WAIT_IN_THE_EXTENSION_MS = 200;

/** Gives the time before, as it was set. */
const SET_LOCK_TIMEOUT = statement<readonly [before: string, now: string]>(
  () => `SELECT pg_catalog.json_build_array(old.value, pg_catalog.set_config('lock_timeout', $1, true))::pg_catalog.text AS pgstream
FROM (SELECT pg_catalog.current_setting('lock_timeout') AS value OFFSET 0) old`,
);

async function called(
  where: Context,
  asked: ReturnType<typeof call>,
  name: QualifiedName,
  waitMs: number,
): Promise<string> {
  const about: About = { operation: 'repair', name, rules: [sourcesBusy] };
  const atMostMs = Math.ceil(Math.min(Math.max(waitMs, 25), WAIT_IN_THE_EXTENSION_MS));
  const [before] = await run(where, SET_LOCK_TIMEOUT, [`${atMostMs}ms`], about);
  const [said] = await run(where, asked, [functionArgument(name, await where.dialect())], about);
  await run(where, SET_LOCK_TIMEOUT, [before?.[0] ?? '0'], about);
  return said ?? '';
}

/** It is tried again for as long as the options allow. */
const sourcesBusy: ErrorRule = ({ sqlState, message }) =>
  sqlState === '55P03' || message.startsWith('lock timeout: ')
    ? {
        code: 'SOURCES_BUSY',
        message: `The extension could not lock what the stream table reads (${message}): another transaction is writing to it. Repair it later, or allow more time (lockTimeoutMs).`,
      }
    : undefined;

/** Contract A.5. A SELECT to whoever looks at statements: TypeORM gives something else for an UPDATE. */
const FORGET_FRONTIER = statement<string>(
  (d) => `WITH forgotten AS (
  UPDATE ${d.catalog} s SET frontier = NULL WHERE s.${d.prefix}schema ${EQUALS} $1 AND s.${d.prefix}name ${EQUALS} $2 RETURNING s.${d.prefix}id AS id
) SELECT pg_catalog.to_json(f.id::pg_catalog.text)::pg_catalog.text AS pgstream FROM forgotten f`,
);

const DEPENDENTS = statement<readonly QualifiedName[]>(
  (
    d,
  ) => `SELECT (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('schema', o.${d.prefix}schema, 'name', o.${d.prefix}name)
  ORDER BY o.${d.prefix}schema, o.${d.prefix}name), '[]')
FROM ${d.schema}.${d.prefix}dependencies p JOIN ${d.catalog} o ON o.${d.prefix}id ${EQUALS} p.${d.prefix}id
WHERE p.source_relid ${EQUALS} s.${d.prefix}relid)::pg_catalog.text AS pgstream ${fromNamed(d)}`,
);

function adviceOn(
  verification: VerifyResult,
  name: QualifiedName,
  dependents: readonly QualifiedName[],
): string | null {
  const sentences: string[] = [];
  if (verification.status === 'different') {
    sentences.push(
      `${quoteName(name)} differs from its query even when it is computed anew: the extension runs another query (a view was replaced, a source has other columns), or stores its values otherwise (char(n)). Drop it and create it again; what depends on it goes with it.`,
    );
  } else if (verification.status === 'undecidable') {
    sentences.push(`It was computed anew, and whether it is right cannot be told. ${verification.message}`);
  }
  if (dependents.length > 0) {
    sentences.push(
      `These read it, and hold what they have read: repair or refresh ${dependents.map(quoteName).join(', ')}.`,
    );
  }
  return sentences.length === 0 ? null : sentences.join(' ');
}
