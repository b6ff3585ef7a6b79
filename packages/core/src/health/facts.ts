import { run, type Context } from '../context/index.ts';
import { readSchedule } from '../definition/index.ts';
import { epochMs, statement } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { boundOf, targetMs, verdictColumns, type VerdictWire } from '../freshness/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { schedulersSeen, type SchedulersSeen } from '../scheduler/index.ts';

/** What the catalog shows of a stream table. */
export interface TableFacts {
  readonly name: QualifiedName;
  readonly status: string;
  readonly isPopulated: boolean;
  readonly errors: number;
  /** As the extension wrote it; null where it keeps none. */
  readonly lastError: string | null;
  /** Why it is as it is, by the extension's words; null where it has none. */
  readonly reason: string | null;
  readonly needsReinit: boolean;
  /** Whether the extension's scheduler is to refresh it. */
  readonly isScheduled: boolean;
  /** The age that it may reach by its schedule, in milliseconds; null where that is no bound. */
  readonly boundMs: number | null;
  /** The age that the schedule is about. Null if it has none. */
  readonly ageMs: number | null;
  /** Since its last refresh began, by the server's clock; null if there was none. */
  readonly sinceRefreshMs: number | null;
}

/** All that one look shows. */
export interface Facts {
  readonly tables: readonly TableFacts[];
  readonly scheduler: SchedulersSeen;
  readonly isReplica: boolean;
  /** `cleanup_use_truncate`, as this session has it; null where it has not loaded the extension. */
  readonly truncates: string | null;
  readonly workers: string;
  /** The version of the library; null where the extension does not tell it. */
  readonly library: string | null;
  readonly database: string;
  /** What the role may ask besides. */
  readonly may: { readonly history: boolean; readonly alerts: boolean; readonly gate: boolean };
}

type TableWire = Omit<TableFacts, 'isScheduled' | 'boundMs' | 'ageMs' | 'isPopulated'> & {
  readonly verdict: VerdictWire;
  readonly refreshMode: string;
  readonly orchestration: string | null;
};

type Wire = Omit<Facts, 'tables'> & { readonly tables: readonly TableWire[] };

const S = 'stream_tables';

/** A table that is not there may not be read, and a function that is not there not be called. */
const mayRead = (table: string): string =>
  `coalesce(pg_catalog.has_table_privilege(pg_catalog.to_regclass('${table}'), 'SELECT'), false)`;
const mayCall = (signature: string): string =>
  `coalesce(pg_catalog.has_function_privilege(pg_catalog.to_regprocedure('${signature}'), 'EXECUTE'), false)`;

const FACTS = statement<Wire>(
  (
    d,
    now,
  ) => `SELECT pg_catalog.json_build_object('tables', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
'name', pg_catalog.json_build_object('schema', ${d.prefix}schema, 'name', ${d.prefix}name), 'status', status,
'refreshMode', refresh_mode, 'orchestration', ${d.ifColumn(S, 'orchestration_mode')},
'errors', consecutive_errors, 'lastError', ${d.ifColumn(S, 'last_error_message')}, 'reason', ${d.ifColumn(S, 'refresh_reason_detail')},
'needsReinit', needs_reinit, 'verdict', ${verdictColumns(d, now)},
'sinceRefreshMs', ${epochMs('(pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) last_refresh_at)')})
ORDER BY ${d.prefix}schema, ${d.prefix}name), '[]') FROM ${d.catalog}),
'scheduler', ${schedulersSeen(d)}, 'isReplica', pg_catalog.pg_is_in_recovery(),
'truncates', pg_catalog.current_setting('${d.settings}cleanup_use_truncate', true),
'workers', pg_catalog.current_setting('max_worker_processes'),
'library', ${d.tellsLibrary ? `${d.schema}.version()` : 'NULL'}, 'database', pg_catalog.current_database(),
'may', pg_catalog.json_build_object('history', ${mayRead(`${d.schema}.${d.prefix}refresh_history`)},
'alerts', ${mayCall(`${d.schema}.check_cdc_health()`)} AND ${mayRead(`${d.schema}.${d.prefix}dependencies`)},
'gate', ${mayRead(`${d.schema}.${d.prefix}capture_instance`)}))::pg_catalog.text AS pgstream`,
);

/** Looks, by one statement that needs no more rights than reading the catalog. */
export async function look(context: Context): Promise<Facts> {
  const { calculated } = await context.dialect();
  const [wire] = await run(context, FACTS, [], { operation: 'read' });
  if (wire === undefined) throw new PgStreamError('INVALID_ARGUMENT', 'The executor gave no row where there is one.');
  return { ...wire, tables: wire.tables.map((table) => decode(table, calculated !== null)) };
}

function decode({ verdict, refreshMode, orchestration, ...table }: TableWire, followsCalculated: boolean): TableFacts {
  const [isPopulated, text, ageSeconds, ...target] = verdict;
  const schedule = readSchedule(text);
  const isOthers = orchestration === 'EXTERNAL' || refreshMode === 'IMMEDIATE' || target[0] === 'MANUAL';
  return {
    ...table,
    isPopulated,
    isScheduled: !isOthers && (schedule.kind !== 'calculated' || targetMs(target) !== null || followsCalculated),
    boundMs: isOthers ? null : boundOf(text, target),
    ageMs: ageSeconds === null ? null : ageSeconds * 1000,
  };
}
