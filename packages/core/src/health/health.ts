import { classify } from '../classification/index.ts';
import type { Context } from '../context/index.ts';
import { checkMs, type PgStreamError, type PgStreamErrorCode } from '../errors/index.ts';
import { checkMaxAge } from '../freshness/index.ts';
import { quoteName, resolveName, type QualifiedName, type StreamTableName } from '../name/index.ts';
import { orAborted, orTimedOut } from '../refresh/index.ts';
import { schedulerState, type SchedulerState } from '../scheduler/index.ts';
import { captureFindings } from './capture.ts';
import { lastFailures } from './failures.ts';
import { look } from './facts.ts';
import type { HealthFinding } from './finding.ts';
import { serverFindings } from './server.ts';
import { tableFindings } from './tables.ts';

/** What is looked at, and for how long. Every option may be left out. */
export interface HealthOptions {
  /** The stream tables that matter; one that is not there is found to be missing. Default: all. */
  readonly tables?: readonly StreamTableName[] | undefined;
  /**
   * How old each may be, in milliseconds since its last refresh began: older is an error. By default its schedule decides,
   * and it is a warning once the scheduler has had the time to refresh it.
   */
  readonly maxAgeMs?: number | undefined;
  /** How long it may take, in milliseconds; 5,000 by default. Then the verdict is that: the error `TIMEOUT`. */
  readonly timeoutMs?: number | undefined;
  /** Ends the call with ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

/** How it is with the stream tables of a database. It holds no Date: JSON loses nothing of it. */
export interface Health {
  /** That of the worst finding; `ok` where there is none but for information. */
  readonly status: 'ok' | 'warn' | 'error';
  /** The worst first. */
  readonly findings: readonly HealthFinding[];
  /** The extension; null if it could not be asked, or is missing. */
  readonly extension: { readonly name: string; readonly version: string } | null;
  /** Whether the extension's scheduler works for this database; `unknown` on a replica, and where the role may not see it. */
  readonly scheduler: SchedulerState;
  /** How many stream tables were looked at. */
  readonly streamTables: number;
}

const TIMEOUT_MS = 5_000;

/** See {@link PgStream.health}. */
export async function health(context: Context, options: HealthOptions = {}): Promise<Health> {
  const { tables, maxAgeMs, timeoutMs = TIMEOUT_MS, signal } = options;
  checkMaxAge(maxAgeMs);
  checkMs('timeoutMs', timeoutMs, { least: 1, ...ABOUT });
  const names = tables?.map((name) => resolveName(name, context.defaultSchema));
  try {
    return await orAborted(orTimedOut(ask(context, names, maxAgeMs), timeoutMs), signal, ABOUT.operation);
  } catch (error) {
    const failed = classify(error, { ...ABOUT, transaction: context.executor.transaction });
    // Inside a transaction it is the caller's: the error has ended it.
    if (failed.code === 'ABORTED' || context.executor.transaction !== 'none') throw failed;
    return { ...verdict([unasked(failed, timeoutMs)]), extension: null, scheduler: 'unknown', streamTables: 0 };
  }
}

const ABOUT = { operation: 'health' } as const;

async function ask(
  context: Context,
  names: readonly QualifiedName[] | undefined,
  maxAgeMs: number | undefined,
): Promise<Health> {
  const dialect = await context.dialect();
  const facts = await look(context);
  const failures = await lastFailures(context, facts);
  const looked = facts.tables.filter(({ name }) => names?.some((asked) => isSame(asked, name)) ?? true);
  const absent = names?.filter((asked) => !facts.tables.some(({ name }) => isSame(asked, name))) ?? [];
  const findings = [
    ...serverFindings({ ...facts, tables: looked }, dialect),
    ...(await captureFindings(context, facts)),
    ...absent.map((name) => notFound(name)),
    ...looked.flatMap((table) => tableFindings(table, maxAgeMs, failures.get(quoteName(table.name)) ?? null)),
  ];
  const extension = { name: dialect.name, version: dialect.version ?? '' };
  const scheduler = facts.isReplica ? 'unknown' : schedulerState(facts.scheduler);
  return { ...verdict(findings), extension, scheduler, streamTables: looked.length };
}

function isSame(a: QualifiedName, b: QualifiedName): boolean {
  return a.schema === b.schema && a.name === b.name;
}

/** By how much it matters. */
const SEVERITIES = ['info', 'warn', 'error'] as const;

function rank({ severity }: HealthFinding): number {
  return SEVERITIES.indexOf(severity);
}

function verdict(found: readonly HealthFinding[]): Pick<Health, 'status' | 'findings'> {
  const findings = found.toSorted((a, b) => rank(b) - rank(a));
  const worst = findings[0]?.severity ?? 'info';
  return { status: worst === 'info' ? 'ok' : worst, findings };
}

function notFound(name: QualifiedName): HealthFinding {
  return {
    code: 'NOT_FOUND',
    severity: 'error',
    streamTable: name,
    message: `There is no stream table ${quoteName(name)} in this database.`,
    cure: 'Run the migration that creates it, or see whether this is the right database.',
  };
}

const CURES: Partial<Record<PgStreamErrorCode, string>> = {
  CONNECTION: 'See that the server is running, can be reached, and takes more connections.',
  EXTENSION_MISSING: 'Create the extension in this database, or connect to the one that has it.',
  PERMISSION_DENIED: 'Run the GRANTs that the message names.',
  TIMEOUT: 'See in pg_stat_activity what the server is busy with; or allow more time (timeoutMs).',
};

/** Where nothing could be told. */
function unasked({ code, message, sqlState }: PgStreamError, timeoutMs: number): HealthFinding {
  const isOurs = code === 'TIMEOUT' && sqlState === undefined;
  return {
    code,
    severity: 'error',
    streamTable: null,
    message: isOurs ? `The database did not answer within ${timeoutMs} ms (timeoutMs).` : message,
    cure: CURES[code] ?? 'The message has what the server said: its log may have more.',
  };
}
