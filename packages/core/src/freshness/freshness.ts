import { readSchedule } from '../definition/index.ts';
import { ask, type Context } from '../context/index.ts';
import { epochMs, fromNamed, statement, type Dialect } from '../dialect/index.ts';
import { checkMs } from '../errors/index.ts';
import { instant } from '../executor/index.ts';
import type { QualifiedName } from '../name/index.ts';

/** By whose bound a stream table is stale. */
export interface IsStaleOptions {
  /**
   * Your own bound: milliseconds since the last refresh began, by the server's clock. Without it the extension judges
   * by the stream table's schedule. Neither tells whether that refresh was complete: see `lastRefreshAt()`.
   */
  readonly maxAgeMs?: number | undefined;
}

/** What is asked for instead of a schedule, with the age that it may reach (contract F.7); empty where a release has no such. */
export type TargetWire = readonly [mode?: string | null, deadlineMs?: number | null];

/** What the extension's verdict is made of: whether it was ever filled, the schedule, the age in seconds, the target. */
export type VerdictWire = readonly [
  isPopulated: boolean,
  schedule: string | null,
  ageSeconds: number | null,
  ...target: TargetWire,
];

/** The columns for a verdict, of a row of the catalog table: its unique index finds that, and nothing else is read. */
export function verdictColumns(d: Dialect, now: string): string {
  return `pg_catalog.json_build_array(is_populated, schedule,
extract(epoch FROM ${now} OPERATOR(pg_catalog.-) ${d.staleFrom})${targetColumns(d)})`;
}

/** The last columns of an array, with the comma before them. They are read here: a CASE in SQL is planned each time. */
export function targetColumns(d: Dialect): string {
  return d.ifColumn('stream_tables', 'target_freshness_mode', ', target_freshness_mode, freshness_deadline_ms', '');
}

/** The formula of the extension's view stream_tables_info (contract A.2, B.3); added to it: never filled is stale. */
export function verdict([isPopulated, schedule, ageSeconds, ...target]: VerdictWire): boolean | null {
  const boundMs = boundOf(schedule, target);
  return isOverdue({ isPopulated, boundMs }, ageSeconds === null ? null : ageSeconds * 1000);
}

/**
 * The age that a stream table may reach; null where its schedule gives no bound. The schedule is read here, and not by the
 * extension's function, which would cost more than finding the row.
 */
export function boundOf(text: string | null, target: TargetWire): number | null {
  const schedule = readSchedule(text);
  return schedule.kind === 'duration' ? schedule.everyMs : targetMs(target);
}

/** The deadline of other rows is not theirs: an agreement about service, or a rest of what they once were. */
export function targetMs([mode, deadlineMs = null]: TargetWire): number | null {
  return mode === 'INTERVAL' ? deadlineMs : null;
}

/** What a verdict is made of besides the age. */
export interface Bound {
  readonly isPopulated: boolean;
  readonly boundMs: number | null;
}

export function isOverdue({ isPopulated, boundMs }: Bound, ageMs: number | null): boolean | null {
  if (!isPopulated) return true;
  return boundMs !== null && ageMs !== null ? ageMs > boundMs : null;
}

/** Age of the data of a row of the catalog table, in whole milliseconds, by the clock. */
export const dataAgeMs: string = epochMs('(pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) data_timestamp)');

/** Nearly three centuries: no refresh is older, and the server can still count back so far. */
const MAX_AGE_MS = 9e12;

const VERDICT = statement<VerdictWire>(
  (d, now) => `SELECT ${verdictColumns(d, now)}::pg_catalog.text AS pgstream ${fromNamed(d)}`,
);

const OLDER_THAN = statement<boolean>(
  (d) => `SELECT (NOT coalesce(is_populated AND last_refresh_at OPERATOR(pg_catalog.>=)
(pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) $3::pg_catalog.text::interval), false))::pg_catalog.text AS pgstream
${fromNamed(d)}`,
);

const LAST_REFRESH = statement<number | null>(
  (d) => `SELECT coalesce(${epochMs('last_refresh_at')}::pg_catalog.text, 'null') AS pgstream ${fromNamed(d)}`,
);

const STALENESS = statement<number | null>(
  (d) => `SELECT coalesce(${dataAgeMs}::pg_catalog.text, 'null') AS pgstream ${fromNamed(d)}`,
);

/** See {@link StreamTable.isStale}. */
export async function isStale(
  context: Context,
  name: QualifiedName,
  { maxAgeMs }: IsStaleOptions = {},
): Promise<boolean | null> {
  if (maxAgeMs !== undefined) return await isOlderThan(context, name, maxAgeMs);
  return verdict(await ask(context, VERDICT, name));
}

async function isOlderThan(context: Context, name: QualifiedName, maxAgeMs: number): Promise<boolean> {
  checkMaxAge(maxAgeMs, name);
  const microseconds = Math.round(Math.min(maxAgeMs, MAX_AGE_MS) * 1000);
  return await ask(context, OLDER_THAN, name, { params: [`${microseconds} us`] });
}

/** Throws INVALID_ARGUMENT for what is no age. */
export function checkMaxAge(maxAgeMs: number | undefined, name?: QualifiedName): void {
  if (maxAgeMs === undefined) return;
  const about = { schema: name?.schema, table: name?.name, operation: 'read' };
  checkMs('maxAgeMs', maxAgeMs, { least: 0, most: Number.MAX_VALUE, ...about });
}

/** See {@link StreamTable.lastRefreshAt}. */
export async function lastRefreshAt(context: Context, name: QualifiedName): Promise<Date | null> {
  return instant(await ask(context, LAST_REFRESH, name));
}

/** See {@link StreamTable.stalenessMs}. */
export function stalenessMs(context: Context, name: QualifiedName): Promise<number | null> {
  return ask(context, STALENESS, name);
}
