import { run, type Context } from '../context/index.ts';
import { EQUALS, statement } from '../dialect/index.ts';
import { quoteName } from '../name/index.ts';
import type { Facts, TableFacts } from './facts.ts';

type Wire = readonly [schema: string, name: string, message: string | null];

/** How many of the newest records are looked into: what failed is not far, or the errors are not counted. */
const NEWEST = 20;

const FAILURES = statement<Wire>(
  (d) => `SELECT pg_catalog.json_build_array(s.${d.prefix}schema, s.${d.prefix}name, (SELECT h.error_message FROM (
SELECT r.status, r.error_message, r.data_timestamp FROM ${d.schema}.${d.prefix}refresh_history r
WHERE r.${d.prefix}id ${EQUALS} s.${d.prefix}id ORDER BY r.data_timestamp DESC LIMIT ${NEWEST}) h
WHERE h.status ${EQUALS} 'FAILED' ORDER BY h.data_timestamp DESC LIMIT 1))::pg_catalog.text AS pgstream
FROM ${d.catalog} s WHERE s.consecutive_errors OPERATOR(pg_catalog.>) 0 OR s.status ${EQUALS} ANY ('{SUSPENDED,ERROR}')`,
);

/**
 * What the last refreshes of stream tables have failed with, by their quoted names: as the catalog has it, else from the
 * history, where the role may read that.
 */
export async function lastFailures(context: Context, { tables, may }: Facts): Promise<ReadonlyMap<string, string>> {
  const failed = tables.filter(({ errors, status }) => errors > 0 || status === 'SUSPENDED' || status === 'ERROR');
  const known = failed.flatMap(keptFailure);
  const isKnown = known.length === failed.length || !may.history;
  const found = isKnown ? [] : await run(context, FAILURES, [], { operation: 'read', reads: ['refresh_history'] });
  return new Map([...found.flatMap(recordedFailure), ...known]);
}

function keptFailure({ name, lastError }: TableFacts): [string, string][] {
  return lastError === null ? [] : [[quoteName(name), lastError]];
}

function recordedFailure([schema, name, message]: Wire): [string, string][] {
  return message === null ? [] : [[quoteName({ schema, name }), message]];
}
