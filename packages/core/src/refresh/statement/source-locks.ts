import type { Dialect } from '../../dialect/index.ts';
import { indent } from '../../command/index.ts';
import { leaveToWriters } from './pace.ts';
import { onlyIf, type Parts } from './parts.ts';
import { OURS } from './refusals.ts';

/** Begins the message of a refusal because of a source; the source's name follows. */
export const SOURCES_BUSY = `${OURS}source is busy: `;

/** The same where a transaction of the caller's own application is in the way, and waits for something. */
export const SOURCES_BUSY_BY_OURSELVES = `${OURS}source is busy by this application: `;

/** The message of a refusal because of the transaction's isolation level. */
export const UNSAFE_ISOLATION = `${OURS}refresh needs READ COMMITTED`;

/** What {@link lockSources} declares. */
const LOCK_VARIABLES = `reads_changes boolean;
deadline pg_catalog.timestamptz;
waited_for pg_catalog.oid; -- The source that was busy: the next round begins with it.`;

const SOURCE = `source pg_catalog.oid;
source_name pg_catalog.text;`;

/** What the pieces of this file declare; the sources, as far as the role may know them. */
export function sourceVariables({ locksSourcesItself }: Dialect, { atOnce, causes }: Parts): string[] {
  const asks = atOnce || causes;
  return [
    ...(asks ? ['sources pg_catalog.oid[];'] : []),
    ...(asks || !locksSourcesItself ? [SOURCE] : []),
    ...(locksSourcesItself ? [] : [LOCK_VARIABLES]),
  ];
}

/**
 * How long to wait, an interval: only below deadlock_timeout, because after that PostgreSQL looks for deadlocks, and other
 * people's ordinary transactions are its victims. The caller's own lock_timeout is kept to as well.
 */
export const HARMLESS_WAIT = `LEAST(wait_ms * interval '1 millisecond', 0.8 * current_setting('deadlock_timeout')::interval,
    NULLIF(current_setting('lock_timeout')::interval, '0'))`;

/**
 * Waiting is harmless only while nobody can be waiting for us: a transaction that has written, or holds a lock on anybody's
 * table, gets the sources at once or not at all.
 */
export function waitForNothingWithLocks(dialect: Dialect): string {
  return `IF pg_current_xact_id_if_assigned() IS NOT NULL OR EXISTS (
  SELECT FROM pg_locks l
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.relation >= 16384
    AND l.relation NOT IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '${dialect.schema}')
) THEN
  wait_ms := 0;
END IF;`;
}

/**
 * A snapshot older than the locks does not see what was committed just before they were there, and the refresh would
 * lose it. Asked before the row is claimed: in such a transaction that can fail with an error that ends it.
 */
export function refuseOldSnapshot({ catalog, prefix }: Dialect): string {
  // Two IFs: where the first says no, which PL/pgSQL tells by itself, nothing is planned.
  return `IF ${isOldSnapshotKept} THEN
  IF EXISTS (
    SELECT FROM ${catalog} s
    WHERE s.${prefix}schema = table_schema AND s.${prefix}name = table_name AND s.refresh_mode <> 'FULL' AND s.status <> 'SUSPENDED'
  ) THEN
    ${raiseUnsafeIsolation}
  END IF;
END IF;`;
}

/** What is refused in the isolation levels that keep a snapshot. */
export const isOldSnapshotKept = "current_setting('transaction_isolation') NOT LIKE 'read %'";

export const raiseUnsafeIsolation = `RAISE EXCEPTION '${UNSAFE_ISOLATION}' USING ERRCODE = '25001';`;

/**
 * Keeps writers out of the sources until the transaction ends: the change of one who is open now would be lost for good
 * (contract A.5). SHARE ROW EXCLUSIVE and not SHARE, which two may hold who then both want to write: a deadlock. Not
 * ONLY, so that nobody writes to a partition either.
 *
 * It waits while it holds none of the sources: the first round waits for nothing, a failed one gives back what it had,
 * and the next begins with the source that was busy. Further sources get 25 ms each.
 *
 * It gives up where a vacuum or an index build is in the way: autovacuum would be cancelled by our waiting, and CREATE INDEX
 * CONCURRENTLY end with an invalid index.
 *
 * FULL recomputes every row and needs no locks; nor does a stream table that is going to be refused.
 */
export function lockSources(dialect: Dialect, parts: Parts): string {
  return `IF reads_changes THEN
${onlyIf(parts.pace, indent(leaveToWriters(dialect)))}  LOOP
    BEGIN
${indent(lockEach(dialect), 3)}
      EXIT;
    EXCEPTION
      WHEN lock_not_available THEN
        IF clock_timestamp() >= deadline OR EXISTS (
          SELECT FROM pg_locks l
          WHERE l.locktype = 'relation' AND l.relation = source AND l.granted AND l.mode = 'ShareUpdateExclusiveLock'
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        ) THEN
${indent(raiseSourceBusy(parts), 5)}
        END IF;
        waited_for := source;
${onlyIf(parts.causes, indent(tellMissingGrant(dialect), 3))}    END;
  END LOOP;
END IF;`;
}

/**
 * A session of the same role, application and address that waits in its transaction: most likely the caller's own, which
 * waits for this refresh. Asked once it is refused. What the role may not see of others is null, and so no match.
 */
const isHeldByOurselves = `EXISTS (
  SELECT FROM pg_locks l
  JOIN pg_stat_activity other ON other.pid = l.pid
  JOIN pg_stat_activity me ON me.pid = pg_backend_pid()
  WHERE l.locktype = 'relation' AND l.relation = source AND l.granted AND l.pid <> me.pid
    AND l.mode NOT IN ('AccessShareLock', 'RowShareLock') AND other.datid = me.datid AND other.state = 'idle in transaction'
    AND other.usesysid = me.usesysid AND other.application_name = me.application_name
    AND other.client_addr IS NOT DISTINCT FROM me.client_addr
)`;

/** With the source in `source` and `source_name`. Whose transaction it is counts outside of one alone. */
const raiseSourceBusy = ({ askedAt, causes }: Parts): string =>
  askedAt && causes
    ? raiseWithOwner
    : `RAISE EXCEPTION USING ERRCODE = '55P03', MESSAGE = '${SOURCES_BUSY}' || source_name;`;

const raiseWithOwner = `RAISE EXCEPTION USING ERRCODE = '55P03',
  MESSAGE = CASE WHEN ${indent(isHeldByOurselves).trimStart()} THEN '${SOURCES_BUSY_BY_OURSELVES}' ELSE '${SOURCES_BUSY}' END || source_name;`;

/** Sets `sources`, if the role may know them. */
export function findSources({ schema, prefix }: Dialect): string {
  return `IF has_table_privilege('${schema}.${prefix}dependencies', 'SELECT') THEN
  SELECT array_agg(d.source_relid) INTO sources FROM ${schema}.${prefix}dependencies d WHERE d.${prefix}id = table_id;
END IF;`;
}

/** The modes that SHARE has to wait for, which the extension takes on the sources, and on what is below them (contract F.4). */
const IN_THE_WAY =
  "('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')";

/** Of the `sources`, where the extension locks them. */
export const refuseBusySource = `WITH RECURSIVE locked (oid) AS (
  SELECT unnest(sources)
  UNION
  SELECT h.inhrelid FROM locked JOIN pg_inherits h ON h.inhparent = locked.oid
)
SELECT min(l.relation) INTO source FROM locked JOIN pg_locks l ON l.relation = locked.oid
WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid() AND l.mode IN ${IN_THE_WAY}
  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
IF source IS NOT NULL THEN
  source_name := source::regclass;
${indent(raiseWithOwner)}
END IF;`;

/**
 * The extension has no way to ask without waiting, and in a transaction that holds locks even the shortest wait may make a
 * deadlock for others. So it is not called where it would wait, as far as that can be seen.
 */
export function refuseToWaitWithLocks(dialect: Dialect): string {
  return `IF wait_ms = 0 THEN
${indent(findSources(dialect))}
${indent(refuseBusySource)}
END IF;`;
}

/** A name may have gone to another table before that is locked. */
function lockEach(dialect: Dialect): string {
  const { schema, prefix } = dialect;
  return `FOR source IN
  SELECT d.source_relid FROM ${schema}.${prefix}dependencies d
  WHERE d.${prefix}id = table_id AND d.source_type IN ('TABLE', 'STREAM_TABLE')
    AND pg_table_is_visible(d.source_relid) IS NOT NULL -- Null of what is gone.
  ORDER BY d.source_relid IS DISTINCT FROM waited_for, d.source_relid
LOOP
  IF waited_for IS NOT NULL THEN
    PERFORM set_config('lock_timeout', LEAST(1 + GREATEST(0, 1000 * extract(epoch FROM deadline - clock_timestamp())),
      CASE WHEN source <> waited_for THEN 25 END)::int || 'ms', true);
  END IF;
  source_name := source::regclass;
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE%s', source_name,
    CASE WHEN waited_for IS NULL OR wait_ms = 0 THEN ' NOWAIT' END);
  IF source_name <> source::regclass::text THEN
    RAISE EXCEPTION '${OURS}source % was renamed', source_name USING ERRCODE = '55P03';
  END IF;
END LOOP;`;
}

/** The one privilege that lets a role lock a table without being able to change it is MAINTAIN (contract A.5). */
function tellMissingGrant(dialect: Dialect): string {
  return `WHEN insufficient_privilege THEN
  RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = SQLERRM, HINT = (${indent(missingGrant(dialect), 2)});`;
}

function missingGrant(dialect: Dialect): string {
  return `
SELECT coalesce(
  (SELECT format(
      CASE WHEN has_schema_privilege(n.oid, 'USAGE') THEN 'GRANT MAINTAIN ON TABLE %1$I.%2$I TO %3$I;' ELSE 'GRANT USAGE ON SCHEMA %1$I TO %3$I;' END,
      n.nspname, c.relname, current_user)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = source),
  format('GRANT SELECT ON TABLE ${dialect.schema}.${dialect.prefix}dependencies TO %I;', current_user))`;
}
