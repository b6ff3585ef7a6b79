import { query, type SqlExecutor } from '../executor/index.ts';
import { EQUALS } from '../dialect/index.ts';
import type { ComparedColumn, Stored } from './storage.ts';
import { typed, type Side } from './sides.ts';

/** A collation of a column of the query; its name is null where none can be told. */
interface Wire {
  readonly name: string | null;
  readonly isDeterministic: boolean;
}

/**
 * The collations that have to be kept, by column: of those that are not deterministic, and of types that make more of a
 * collation than text does (citext). The query is only read by the server, not run: the join has no rows. It fails where the
 * query does not fit what it reads any more, or has not the table's columns.
 */
export async function keptCollations(
  executor: SqlExecutor,
  { query: defining, columns }: Stored,
): Promise<ReadonlyMap<string, string>> {
  // Every column, so that one which is not there is found out.
  const named = columns.map((column) =>
    column.isCollatable && column.by === 'value'
      ? `pg_catalog.pg_collation_for(${typed('q', column)})`
      : `CASE WHEN ${typed('q', column)} IS NULL THEN NULL::pg_catalog.text END`,
  );
  const [found = []] = await query<readonly Wire[]>(
    executor,
    `SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', each.name,
'isDeterministic', coalesce(k.collisdeterministic, true)) ORDER BY each.place)::pg_catalog.text AS pgstream
FROM (SELECT ARRAY[${named.join(', ')}]::pg_catalog.text[] AS names FROM (VALUES (1)) one LEFT JOIN (${defining}
) q ON false) found
CROSS JOIN LATERAL pg_catalog.unnest(found.names) WITH ORDINALITY each (name, place)
LEFT JOIN pg_catalog.pg_collation k ON k.oid ${EQUALS} pg_catalog.to_regcollation(each.name)`,
  );
  const kept = new Map<string, string>();
  columns.forEach((column, index) => {
    const collation = found[index];
    if (collation?.name != null && mustBeKept(column, collation)) kept.set(column.name, collation.name);
  });
  return kept;
}

function mustBeKept({ isPlainText }: ComparedColumn, { isDeterministic }: Wire): boolean {
  return !isDeterministic || !isPlainText;
}

/** What the server would do for a side, in words. Nothing is run; rights are asked for. */
export async function planOf(executor: SqlExecutor, { values, from }: Side): Promise<string> {
  const rows = await executor.query(`EXPLAIN (VERBOSE) SELECT ${values.join(', ')} FROM ${from}`);
  return rows.map((row) => String(Object.values(row)[0])).join('\n');
}

/** How many rows it thinks there are: those of the plan's first line. */
export function rowsOf(plan: string): number {
  return Number(/\brows=(\d+)/.exec(plan)?.[1] ?? 0);
}
