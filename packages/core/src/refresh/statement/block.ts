import {
  argument,
  indent,
  keptSearchPath,
  pinSearchPath,
  putSearchPathBack,
  refuseFilteredRows,
  filteredRowsRefused,
  searchPathPutBack,
  type Command,
} from '../../command/index.ts';
import type { Dialect } from '../../dialect/index.ts';
import type { QualifiedName } from '../../name/index.ts';
import { claimAsAllowed, claimNothing, claimRow, claimVariables, refuseWhenSkipped } from './busy.ts';
import { CAUSE_VARIABLES, tellCauses } from './causes.ts';
import { freeLeakedLock } from './leaked-lock.ts';
import { ALL_PARTS, onlyIf, type Parts } from './parts.ts';
import { storeRefusals } from './refusals.ts';
import { becomeOtherRole, declareRole, keptRole, putRoleBack } from './role.ts';
import { declarePace, leaveToWriters, PACE_VARIABLES } from './pace.ts';
import { askedAt, declareSince, endIfRefreshedSince, type Since } from './since.ts';
import { cleanUpByTruncate, keptSettings, restoreSettings } from './settings.ts';
import {
  HARMLESS_WAIT,
  lockSources,
  refuseOldSnapshot,
  refuseToWaitWithLocks,
  sourceVariables,
  waitForNothingWithLocks,
} from './source-locks.ts';

/** How one attempt at a refresh is made. */
export interface Attempt {
  /**
   * False: the bare function, to which nothing is added but that a lock it leaks is freed. Of no account where the
   * extension locks the sources itself.
   */
  readonly lockSources: boolean;
  /** The role to do it as; the present one by default. */
  readonly as?: string | undefined;
  /** How long it may wait for writers of the sources, in milliseconds. The statement shortens it where it must. */
  readonly waitMs: number;
  /**
   * True: a refusal is stored, the transaction stays usable, and {@link STORED_OUTCOME} reads it. False: it is raised.
   * Every other error is raised.
   */
  readonly storeRefusals: boolean;
  /** Where it is by itself, in no transaction of the caller's. */
  readonly alone?: Alone | undefined;
}

/** What only an attempt that may wait has to be told. */
interface Alone {
  /** Whether the statement begins the transaction, and ends it. */
  readonly begins: boolean;
  /** Whether an error is to tell what the server does not say by itself; who does not ask so asks again ({@link MAY_HAVE_CAUSES}). */
  readonly tellsCauses: boolean;
  /** Since when another's refresh is enough ({@link REFRESHED_SINCE}); undefined: none is. */
  readonly since: Since | undefined;
  /**
   * How long a refresh keeps writers out, in milliseconds: the attempt is refused where they had less time since the last
   * ({@link LEFT_TO_WRITERS}). Undefined: it is not.
   */
  readonly paceMs: number | undefined;
}

function partsOf({ alone, waitMs, storeRefusals: stores }: Attempt): Parts {
  const inTransaction = { joins: true, atOnce: true, stores, causes: true, askedAt: false, since: false, pace: false };
  if (alone === undefined) return inTransaction;
  const { begins, tellsCauses, since, paceMs } = alone;
  return {
    joins: !begins,
    atOnce: !begins || waitMs < 1,
    stores,
    causes: tellsCauses,
    askedAt: true,
    since: since !== undefined,
    pace: paceMs !== undefined,
  };
}

/** Reads what the statement stored, in the same transaction: JSON, `null` if there is nothing. */
export const STORED_OUTCOME = `SELECT CASE WHEN pg_catalog.length(stored.outcome) OPERATOR(pg_catalog.>) 0 THEN stored.outcome ELSE 'null' END AS pgstream
FROM pg_catalog.current_setting('pgstream.outcome', true) stored (outcome)`;

/** The text but for what each attempt declares: written once for a dialect, and for each kind of attempt. */
const written = new WeakMap<Dialect, Map<string, Command>>();

/** One attempt at a refresh. */
export function refreshCommand(dialect: Dialect, name: QualifiedName, attempt: Attempt): Command {
  const { as, alone, lockSources: withSourcesLocked } = attempt;
  const parts = partsOf(attempt);
  const known = written.get(dialect) ?? new Map<string, Command>();
  written.set(dialect, known);
  const kind = JSON.stringify([parts, withSourcesLocked, as !== undefined]);
  const command = known.get(kind) ?? write(dialect, parts, withSourcesLocked, as !== undefined);
  known.set(kind, command);
  const declared = [
    parameters(name, attempt),
    ...(parts.stores ? [declareStoring(attempt)] : []),
    ...(alone?.since === undefined ? [] : [declareSince(alone.since)]),
    ...(alone?.paceMs === undefined ? [] : [declarePace(alone.paceMs)]),
    ...(as === undefined ? [] : [declareRole(as)]),
  ];
  return { ...command, parameters: declared.join('\n') };
}

function write(dialect: Dialect, parts: Parts, withSourcesLocked: boolean, asOther: boolean): Command {
  const { joins, stores } = parts;
  const around = asOther ? { first: becomeOtherRole, last: joins ? putRoleBack : '' } : {};
  return {
    declarations: `${onlyIf(asOther && joins, keptRole)}${refreshVariables(dialect, parts)}`,
    statements: `${refreshBody(dialect, withSourcesLocked, around, parts)}${stores ? `\n${storeOutcome}` : ''}`,
  };
}

/** What a refresh depends on; a refresh function has them as its parameters. */
export function parameters(name: QualifiedName, { waitMs }: Attempt): string {
  return `table_schema CONSTANT pg_catalog.text := ${argument(name.schema)};
table_name CONSTANT pg_catalog.text := ${argument(name.name)};
wait_ms int := ${Math.max(0, Math.floor(waitMs))};`;
}

/** Another one of them: not every statement stores. */
export function declareStoring({ storeRefusals: stores }: Attempt): string {
  return `store_refusals CONSTANT boolean := ${stores};`;
}

/** For the next statement of the same transaction, with which it is forgotten. */
export const storeOutcome = "PERFORM pg_catalog.set_config('pgstream.outcome', outcome::pg_catalog.text, true);";

/** What a refresh declares besides its {@link parameters}. */
export function refreshVariables(dialect: Dialect, parts = ALL_PARTS): string {
  const calledName = dialect.readsQuotedNames
    ? "pg_catalog.format('%I.%I', table_schema, table_name)"
    : "pg_catalog.concat(table_schema, '.', table_name)";
  return [
    ...(parts.askedAt ? [`asked_at CONSTANT pg_catalog.text := ${askedAt(dialect)};`] : []),
    `called_name CONSTANT pg_catalog.text := ${calledName};`,
    keptSearchPath,
    ...(parts.joins ? [keptSettings(dialect)] : []),
    ...(parts.stores ? [`outcome pg_catalog.jsonb := '{"status": "refreshed"}';`] : []),
    ...(marksCall(dialect, parts) ? [CALLED_VARIABLE] : []),
    ...(parts.causes ? [CAUSE_VARIABLES] : []),
    ...(parts.pace ? [PACE_VARIABLES] : []),
    claimVariables(dialect),
    ...sourceVariables(dialect, parts),
  ].join('\n');
}

/** From the call on, a lock of the extension's may be left behind, and an error be the extension's. */
const CALLED_VARIABLE = 'called boolean := false;';

function marksCall({ refreshLock }: Dialect, { causes }: Parts): boolean {
  return causes || refreshLock === 'session';
}

/**
 * The statements of a refresh, with others before it, which may refuse it, and after it. What came of it is in `outcome`,
 * or raised.
 */
export function refreshBody(
  dialect: Dialect,
  withSourcesLocked: boolean,
  { first = '', last = '' }: { readonly first?: string; readonly last?: string } = {},
  parts = ALL_PARTS,
): string {
  const refresh = writerOf(dialect, withSourcesLocked)(dialect, parts);
  const freed = dialect.refreshLock === 'session' ? freeLeakedLock(refresh) : refresh;
  const told = parts.causes ? tellCauses(dialect, freed) : freed;
  return `${pinSearchPath}
${storeRefusals(dialect, first + told + last, parts)}${parts.joins ? `\n${putSearchPathBack}` : ''}`;
}

function writerOf(
  { locksSourcesItself }: Dialect,
  withSourcesLocked: boolean,
): (dialect: Dialect, parts: Parts) => string {
  if (locksSourcesItself) return boundedRefresh;
  return withSourcesLocked ? safeRefresh : bareRefresh;
}

/**
 * The extension keeps writers out of the sources, and loses nothing (contract F.4). It waits for them without a bound, says
 * that it has skipped a busy table in a notice, and leaves settings behind. Two transactions that both have written to
 * a source would wait for each other in it: who has written waits for nothing, or almost, because zero would be for ever.
 */
function boundedRefresh(dialect: Dialect, parts: Parts): string {
  return `${onlyIf(parts.joins, waitForNothingWithLocks(dialect))}${claimAsAllowed(dialect, parts)}
${onlyIf(parts.atOnce, refuseToWaitWithLocks(dialect))}${onlyIf(parts.pace, leaveToWriters(dialect))}${prepareCall(dialect, parts, `GREATEST(25, 1000 * extract(epoch FROM ${HARMLESS_WAIT}))`)}
${callRefresh(dialect)}
${refuseWhenSkipped(dialect, parts)}
${onlyIf(parts.joins, restoreSettings(dialect))}`.trim();
}

/**
 * It has the sources, and does not wait for anything else for ever: behind these locks writers queue, and an idle reader of the
 * stream table may be in the way of a full refresh. Who may not turn the clean-up by TRUNCATE off has it done by a second call,
 * while the sources are locked. The message moves the position in the log, and flushes: later changes would otherwise seem to be
 * older than this refresh.
 */
function safeRefresh(dialect: Dialect, parts: Parts): string {
  return `${onlyIf(parts.joins, waitForNothingWithLocks(dialect))}deadline := clock_timestamp() + ${HARMLESS_WAIT};
${refuseOldSnapshot(dialect)}
${claimRow(dialect, parts)}
${lockSources(dialect, parts)}
${prepareCall(dialect, parts, 'GREATEST(50, 1000 * extract(epoch FROM deadline - clock_timestamp()))')}
${callRefresh(dialect)}
IF current_setting('${cleanUpByTruncate(dialect)}', true) = 'on' THEN
  ${putSearchPathBack}
${indent(callRefresh(dialect))}
END IF;
PERFORM pg_logical_emit_message(false, 'pgstream', '', true);
${onlyIf(parts.joins, restoreSettings(dialect))}`.trim();
}

function bareRefresh(dialect: Dialect, parts: Parts): string {
  return `${onlyIf(parts.since, endIfRefreshedSince(dialect))}${claimNothing(dialect)}
${refuseFilteredRows}
${putSearchPathBack}
${onlyIf(marksCall(dialect, parts), 'called := true;')}${callRefresh(dialect)}
${onlyIf(parts.joins, restoreSettings(dialect))}`.trim();
}

/**
 * The settings that the extension is called with. Its clean-up by TRUNCATE waits for writers of other tables, and wipes
 * changes that were not read yet; of later releases nobody has written that this was mended.
 */
function prepareCall(dialect: Dialect, parts: Parts, lockTimeoutMs: string): string {
  const truncates = cleanUpByTruncate(dialect);
  return `PERFORM set_config('lock_timeout', ${lockTimeoutMs}::int || 'ms', true), ${filteredRowsRefused},
  CASE WHEN has_parameter_privilege('${truncates}', 'SET') THEN set_config('${truncates}', 'off', true) END, ${searchPathPutBack};
${onlyIf(marksCall(dialect, parts), 'called := true;')}`.trim();
}

function callRefresh({ schema }: Dialect): string {
  return `PERFORM ${schema}.refresh_stream_table(called_name);
${pinSearchPath}`;
}
