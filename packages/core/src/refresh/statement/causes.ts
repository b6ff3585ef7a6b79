import { filteringTable, findFilteringTable, indent, raiseFilteredOrSame } from '../../command/index.ts';
import type { Dialect } from '../../dialect/index.ts';
import { OURS } from './refusals.ts';
import { raiseSourceBusy } from './source-locks.ts';

/** Begins the message where the role may not call the extension's function; the GRANT that lets it follows. */
export const MAY_NOT_CALL = `${OURS}the function may not be called: `;

/** What {@link tellCauses} declares. */
export const CAUSE_VARIABLES = `sources pg_catalog.oid[];
${filteringTable}`;

/**
 * Runs a refresh, and tells of an error what the server does not say by itself: the table whose policies refuse it, the
 * source that could not be locked, the GRANT that is missing. Of errors before the extension was called nothing is asked.
 */
export function tellCauses(dialect: Dialect, refresh: string): string {
  const { schema, prefix, locksSourcesItself } = dialect;
  return `BEGIN
${indent(refresh)}
EXCEPTION WHEN OTHERS THEN
  IF called THEN
    IF SQLSTATE IN ('42501', '55P03') AND has_table_privilege('${schema}.${prefix}dependencies', 'SELECT') THEN
      SELECT array_agg(d.source_relid) INTO sources FROM ${schema}.${prefix}dependencies d WHERE d.${prefix}id = table_id;
    END IF;
${locksSourcesItself ? `${indent(tellBusySource, 2)}\n` : ''}${indent(tellMissingExecute(dialect), 2)}
${indent(findFilteringTable(nearness), 2)}
  END IF;
${indent(raiseFilteredOrSame)}
END;`;
}

/** Of tables of the same name a source comes first, then the stream table itself; others may be below a view. */
const nearness = `CASE WHEN c.oid = ANY (sources) THEN 0 WHEN n.nspname = table_schema AND c.relname = table_name THEN 1 ELSE 2 END`;

/** The modes that SHARE has to wait for, which the extension takes on the sources, and on what is below them (contract F.4). */
const IN_THE_WAY =
  "('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')";

/** The extension's locks are gone by now with the savepoint; who was in the way most likely still is. */
const tellBusySource = `IF SQLSTATE = '55P03' THEN
  WITH RECURSIVE locked (oid) AS (
    SELECT unnest(sources)
    UNION
    SELECT h.inhrelid FROM locked JOIN pg_inherits h ON h.inhparent = locked.oid
  )
  SELECT min(l.relation) INTO source FROM locked JOIN pg_locks l ON l.relation = locked.oid
  WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid() AND l.mode IN ${IN_THE_WAY}
    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
  IF source IS NOT NULL THEN
    source_name := source::regclass;
${indent(raiseSourceBusy, 2)}
  END IF;
END IF;`;

function tellMissingExecute({ schema }: Dialect): string {
  const called = `${schema}.refresh_stream_table(text)`;
  return `IF SQLSTATE = '42501' AND NOT has_function_privilege('${called}', 'EXECUTE') THEN
  RAISE EXCEPTION USING ERRCODE = SQLSTATE, DETAIL = SQLERRM,
    MESSAGE = format('${MAY_NOT_CALL}GRANT EXECUTE ON FUNCTION ${called} TO %I;', current_user);
END IF;`;
}
