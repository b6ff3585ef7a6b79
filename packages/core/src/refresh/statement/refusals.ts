import type { Dialect } from '../../dialect/index.ts';
import { FILTERED_BY, findFilteringTable, indent, raiseFilteredOrSame } from '../../command/index.ts';

/** Begins the messages of refusals that are ours and not the extension's. */
export const OURS = 'pgstream: ';

/** What is refused before anything was changed: only these may be kept from ending the caller's transaction. */
const IS_REFUSAL = [
  `SQLERRM LIKE '${OURS}%'`,
  `SQLERRM LIKE 'refresh skipped: %'`,
  `SQLERRM LIKE 'stream table not found: %'`,
  `SQLERRM LIKE 'invalid argument: stream table % is suspended%'`,
  `SQLERRM LIKE 'invalid argument: stream table % is in error state%'`,
].join(' OR ');

/**
 * What policies refuse is told in the same way, once the extension was called: before that a privilege is missing.
 *
 * In a transaction of the caller's an error would end it (25P02), and with it what the caller has written before. There
 * a refusal becomes an outcome; what the refresh had begun is undone by the block's own savepoint.
 */
export function storeRefusals(dialect: Dialect, refresh: string): string {
  return `BEGIN
${indent(refresh)}
EXCEPTION WHEN OTHERS THEN
  IF called THEN
${indent(findFilteringTable(nearness(dialect)), 2)}
  END IF;
  IF NOT store_refusals OR NOT (filtering IS NOT NULL OR ${IS_REFUSAL}) THEN
${indent(raiseFilteredOrSame, 2)}
  END IF;
  outcome := jsonb_build_object('status', 'refused', 'sqlState', SQLSTATE, 'message', coalesce('${FILTERED_BY}' || filtering, SQLERRM));
END;`;
}

/** Of tables of the same name a source comes first, then the stream table itself; others may be below a view. */
function nearness({ schema, prefix }: Dialect): string {
  return `CASE WHEN EXISTS (SELECT FROM ${schema}.${prefix}dependencies d WHERE d.${prefix}id = table_id AND d.source_relid = c.oid) THEN 0
      WHEN n.nspname = table_schema AND c.relname = table_name THEN 1 ELSE 2 END`;
}
