import {
  argument,
  indent,
  keptSearchPath,
  pinSearchPath,
  putSearchPathBack,
  refuseFilteredRows,
  type Command,
} from '../../command/index.ts';
import type { Dialect } from '../../dialect/index.ts';
import type { QualifiedName } from '../../name/index.ts';
import { CLAIM_VARIABLES, claimAsAllowed, claimRow, refuseWhenSkipped, refuseWhenTaken } from './busy.ts';
import { CAUSE_VARIABLES, tellCauses } from './causes.ts';
import { freeLeakedLock } from './leaked-lock.ts';
import { ALL_PARTS, onlyIf, type Parts } from './parts.ts';
import { storeRefusals } from './refusals.ts';
import { becomeOtherRole, putRoleBack, roleVariables } from './role.ts';
import { declarePace, leaveSourcesToWriters, PACE_VARIABLES } from './pace.ts';
import { askedAt, declareSince, endIfRefreshedSince, type Since } from './since.ts';
import { cleanUpByTruncate, keptSettings, restoreSettings } from './settings.ts';
import {
  lockSources,
  refuseOldSnapshot,
  refuseToWaitWithLocks,
  SOURCE_VARIABLES,
  waitOnlyWhereHarmless,
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
  /** Since when another's refresh is enough ({@link REFRESHED_SINCE}); undefined: none is. */
  readonly since: Since | undefined;
  /**
   * How long a refresh keeps writers out, in milliseconds: the attempt is refused where they had less time since the last
   * ({@link LEFT_TO_WRITERS}). Undefined: it is not.
   */
  readonly paceMs: number | undefined;
}

function partsOf({ alone }: Attempt): Parts {
  if (alone === undefined) return { ownLocks: true, askedAt: false, since: false, pace: false };
  return { ownLocks: !alone.begins, askedAt: true, since: alone.since !== undefined, pace: alone.paceMs !== undefined };
}

/** Reads what the statement stored, in the same transaction: JSON, `null` if there is nothing. */
export const STORED_OUTCOME = `SELECT CASE WHEN pg_catalog.length(stored.outcome) OPERATOR(pg_catalog.>) 0 THEN stored.outcome ELSE 'null' END AS pgstream
FROM pg_catalog.current_setting('pgstream.outcome', true) stored (outcome)`;

/** One attempt at a refresh. */
export function refreshCommand(dialect: Dialect, name: QualifiedName, attempt: Attempt): Command {
  const { as, lockSources: withSourcesLocked, alone } = attempt;
  const parts = partsOf(attempt);
  const around = as === undefined ? {} : { first: becomeOtherRole, last: putRoleBack };
  return {
    declarations: `${parameters(name, attempt)}
${alone?.since === undefined ? '' : `${declareSince(alone.since)}\n`}${alone?.paceMs === undefined ? '' : `${declarePace(alone.paceMs)}\n`}${refreshVariables(dialect, parts)}${as === undefined ? '' : `\n${roleVariables(as)}`}`,
    statements: `${refreshBody(dialect, withSourcesLocked, around, parts)}${attempt.storeRefusals ? `\n${storeOutcome}` : ''}`,
  };
}

/** What a refresh depends on; a refresh function has them as its parameters. */
export function parameters(name: QualifiedName, attempt: Attempt): string {
  return `table_schema CONSTANT pg_catalog.text := ${argument(name.schema)};
table_name CONSTANT pg_catalog.text := ${argument(name.name)};
wait_ms int := ${Math.max(0, Math.floor(attempt.waitMs))};
store_refusals CONSTANT boolean := ${attempt.storeRefusals};`;
}

/** For the next statement of the same transaction, with which it is forgotten. */
export const storeOutcome = "PERFORM pg_catalog.set_config('pgstream.outcome', outcome::pg_catalog.text, true);";

/** What a refresh declares besides its {@link parameters}. */
export function refreshVariables(dialect: Dialect, parts = ALL_PARTS): string {
  return `${onlyIf(parts.askedAt, `asked_at CONSTANT pg_catalog.text := ${askedAt(dialect)};`)}${onlyIf(parts.pace, PACE_VARIABLES)}outcome pg_catalog.jsonb := '{"status": "refreshed"}';
table_id bigint;
called_name pg_catalog.text;
called boolean := false; -- From the call on, a lock of the extension's may be left behind.
${CAUSE_VARIABLES}
${keptSearchPath}
${keptSettings(dialect)}
${SOURCE_VARIABLES}${dialect.locksSourcesItself ? `\n${CLAIM_VARIABLES}` : ''}`;
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
  return `${pinSearchPath}
called_name := ${dialect.readsQuotedNames ? "format('%I.%I', table_schema, table_name)" : "table_schema || '.' || table_name"};
${storeRefusals(dialect, first + tellCauses(dialect, freed) + last, parts)}
${putSearchPathBack}`;
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
 * a source would wait for each other in it: who has written waits for nothing, or almost.
 */
function boundedRefresh(dialect: Dialect, parts: Parts): string {
  return `${waitOnlyWhereHarmless(dialect, parts)}
${claimAsAllowed(dialect, parts)}
${refuseToWaitWithLocks(dialect)}
${onlyIf(parts.pace, leaveSourcesToWriters(dialect))}${withoutTruncate(dialect)}
-- Zero would be for ever.
PERFORM set_config('lock_timeout', GREATEST(25, 1000 * extract(epoch FROM deadline - clock_timestamp()))::int || 'ms', true);
${refuseFilteredRows}
called := true;
${callRefresh(dialect)}
${refuseWhenSkipped(dialect)}
${restoreSettings(dialect)}`;
}

function safeRefresh(dialect: Dialect, parts: Parts): string {
  const truncates = cleanUpByTruncate(dialect);
  return `${waitOnlyWhereHarmless(dialect, parts)}
${refuseOldSnapshot(dialect)}
${claimRow(dialect, parts)}
${lockSources(dialect, parts)}
-- Not for ever: behind these locks writers queue, and an idle reader of the stream table may be in the way of a full refresh.
PERFORM set_config('lock_timeout', GREATEST(50, 1000 * extract(epoch FROM deadline - clock_timestamp()))::int || 'ms', true);
${withoutTruncate(dialect)}
${refuseFilteredRows}
called := true;
${callRefresh(dialect)}
-- Who may not turn it off has it done now, while the sources are locked.
IF current_setting('${truncates}', true) = 'on' THEN
${indent(callRefresh(dialect))}
END IF;
-- Moves the position in the log, and flushes: later changes would otherwise seem to be older than this refresh.
PERFORM pg_logical_emit_message(false, 'pgstream', '', true);
${restoreSettings(dialect)}`;
}

/** Of later releases nobody has written that this was mended. */
function withoutTruncate(dialect: Dialect): string {
  const truncates = cleanUpByTruncate(dialect);
  return `-- The extension's clean-up by TRUNCATE waits for writers of other tables, and wipes changes that were not read yet.
IF has_parameter_privilege('${truncates}', 'SET') THEN
  PERFORM set_config('${truncates}', 'off', true);
END IF;`;
}

function bareRefresh(dialect: Dialect, parts: Parts): string {
  const { catalog, prefix } = dialect;
  return `${onlyIf(parts.since, endIfRefreshedSince(dialect))}SELECT s.${prefix}id INTO table_id FROM ${catalog} s WHERE s.${prefix}schema = table_schema AND s.${prefix}name = table_name;
${refuseWhenTaken(dialect)}
${refuseFilteredRows}
called := true;
${callRefresh(dialect)}
${restoreSettings(dialect)}`;
}

function callRefresh(dialect: Dialect): string {
  return `${putSearchPathBack}
PERFORM ${dialect.schema}.refresh_stream_table(called_name);
${pinSearchPath}`;
}
