import { filteringTable, findFilteringTable, indent, raiseFilteredOrSame } from '../../command/index.ts';
import type { Dialect } from '../../dialect/index.ts';
import { OURS } from './refusals.ts';
import { findSources, refuseBusySource } from './source-locks.ts';

/** Begins the message where the role may not call the extension's function; the GRANT that lets it follows. */
export const MAY_NOT_CALL = `${OURS}the function may not be called: `;

/** The errors whose causes {@link tellCauses} finds: a missing privilege, a lock that was not to be had, a deadlock. */
export const MAY_HAVE_CAUSES: readonly string[] = ['42501', '55P03', '40P01'];

/** What {@link tellCauses} declares. */
export const CAUSE_VARIABLES = filteringTable;

/**
 * Runs a refresh, and tells of an error what the server does not say by itself: the table whose policies refuse it, the
 * source that could not be locked, the GRANT that is missing. Of errors before the extension was called nothing is asked.
 */
export function tellCauses(dialect: Dialect, refresh: string): string {
  const { locksSourcesItself } = dialect;
  return `BEGIN
${indent(refresh)}
EXCEPTION WHEN OTHERS THEN
  IF called THEN
    IF SQLSTATE IN (${MAY_HAVE_CAUSES.map((state) => `'${state}'`).join(', ')}) THEN
${indent(findSources(dialect), 3)}
    END IF;
${locksSourcesItself ? `${indent(tellBusySource, 2)}\n` : ''}${indent(tellMissingExecute(dialect), 2)}
${indent(findFilteringTable(nearness), 2)}
  END IF;
${indent(raiseFilteredOrSame)}
END;`;
}

/** Of tables of the same name a source comes first, then the stream table itself; others may be below a view. */
const nearness = `CASE WHEN c.oid = ANY (sources) THEN 0 WHEN n.nspname = table_schema AND c.relname = table_name THEN 1 ELSE 2 END`;

/**
 * The extension's locks are gone by now with the savepoint; who was in the way most likely still is. Two transactions that
 * have both written to a source and ask for it are a deadlock to PostgreSQL at once: the second of them ends here.
 */
const tellBusySource = `IF SQLSTATE IN ('55P03', '40P01') THEN
${indent(refuseBusySource)}
  RAISE EXCEPTION USING ERRCODE = '55P03', MESSAGE = SQLERRM;
END IF;`;

function tellMissingExecute({ schema }: Dialect): string {
  const called = `${schema}.refresh_stream_table(text)`;
  return `IF SQLSTATE = '42501' AND NOT has_function_privilege('${called}', 'EXECUTE') THEN
  RAISE EXCEPTION USING ERRCODE = SQLSTATE, DETAIL = SQLERRM,
    MESSAGE = format('${MAY_NOT_CALL}GRANT EXECUTE ON FUNCTION ${called} TO %I;', current_user);
END IF;`;
}
