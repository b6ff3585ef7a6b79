import { EQUALS } from '../dialect/index.ts';
import { query, type SqlExecutor } from '../executor/index.ts';

/** What a query depends on besides its sources. */
export interface Dependence {
  /** Functions that may give something else each time, or do something: such a query is not run. */
  readonly volatile: readonly string[];
  /** What is the same within a transaction and not between two, and aggregates that depend on the order of reading. */
  readonly fleeting: readonly string[];
}

/** By the clock, and by who asks. As the server writes what stands in a query for them. */
const KEYWORDS =
  /\b(?:CURRENT_(?:DATE|TIME|TIMESTAMP|USER|ROLE|CATALOG|SCHEMA)|LOCALTIME(?:STAMP)?|SESSION_USER|USER)\b/g;

const FLEETING = new Set([
  'now',
  'transaction_timestamp',
  'statement_timestamp',
  'current_setting',
  'current_database',
  'current_query',
  'pg_backend_pid',
  'pg_current_xact_id_if_assigned',
  'pg_current_snapshot',
  'inet_client_addr',
  'inet_client_port',
]);

/** Without an ORDER BY of their own they give what the server happens to read first. */
const ORDERED = /^(?:array_agg|string_agg|xmlagg|jsonb?_agg(?:_strict)?|jsonb?_object_agg(?:_unique)?(?:_strict)?)$/;

const IDENTIFIER = '(?:"(?:[^"]|"")+"|[\\p{L}_][\\p{L}\\p{N}_$]*)';
const CALL = new RegExp(`(?:(${IDENTIFIER})\\.)?(${IDENTIFIER})\\(`, 'gu');

/** The server's own words for a plan say which functions are left in it: views and SQL functions are resolved in it. */
export async function dependenceOf(executor: SqlExecutor, plan: string): Promise<Dependence> {
  const code = plan.replaceAll(/E?'(?:[^']|'')*'/g, "''");
  const unquoted = code.replaceAll(/"(?:[^"]|"")*"/g, '""');
  const calls = [...code.matchAll(CALL)].map(({ 1: schema, 2: name = '', index, 0: { length } }) => ({
    schema: schema === undefined ? null : unquote(schema),
    name: unquote(name),
    isOrdered: isOrdered(code.slice(index + length)),
  }));
  const fleeting = calls.filter(
    ({ name, isOrdered: ordered }) => FLEETING.has(name) || (ORDERED.test(name) && !ordered),
  );
  return {
    volatile: await volatileOf(executor, calls),
    fleeting: unique([...(unquoted.match(KEYWORDS) ?? []), ...fleeting.map(({ name }) => name)]),
  };
}

/** Whether what is left of a call's arguments says an order. */
function isOrdered(rest: string): boolean {
  let depth = 1;
  for (const [token] of rest.matchAll(/"(?:[^"]|"")*"|[()]|\bORDER BY\b/g)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (token === 'ORDER BY' && depth === 1) return true;
    if (depth === 0) return false;
  }
  return false;
}

interface Call {
  readonly schema: string | null;
  readonly name: string;
}

/** Of functions of one name that differ in their parameters, one is enough. */
async function volatileOf(executor: SqlExecutor, calls: readonly Call[]): Promise<readonly string[]> {
  const asked = unique(calls.map(({ schema, name }) => JSON.stringify([schema, name])));
  if (asked.length === 0) return [];
  const [found = []] = await query<readonly string[]>(
    executor,
    `SELECT coalesce(pg_catalog.json_agg(DISTINCT p.proname::pg_catalog.text), '[]')::pg_catalog.text AS pgstream
FROM pg_catalog.json_array_elements($1::pg_catalog.text::pg_catalog.json) called (names)
JOIN pg_catalog.pg_proc p ON p.proname::pg_catalog.text ${EQUALS} (called.names OPERATOR(pg_catalog.->>) 1)
JOIN pg_catalog.pg_namespace n ON n.oid ${EQUALS} p.pronamespace
WHERE p.provolatile ${EQUALS} 'v' AND p.prokind OPERATOR(pg_catalog.<>) 'p'
AND CASE WHEN (called.names OPERATOR(pg_catalog.->>) 0) IS NULL THEN pg_catalog.pg_function_is_visible(p.oid)
  ELSE n.nspname::pg_catalog.text ${EQUALS} (called.names OPERATOR(pg_catalog.->>) 0) END`,
    [`[${asked.join(',')}]`],
  );
  return found;
}

function unquote(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
