import type { Pool } from 'pg';
import type { Cataloged } from './catalog.ts';
import { describe, type Origin } from './describe.ts';
import { shapeOf } from './query.ts';

/** What is known of the columns of a stream table, by name. */
export interface Known {
  readonly notNull: readonly string[];
  /** Columns that are unique together. */
  readonly unique: readonly (readonly string[])[];
}

/** Of one stream table: what is known, or why nothing is. */
export type Derived = Known & { readonly failure?: string };

interface Source {
  readonly notNull: readonly number[];
  readonly unique: readonly (readonly number[])[];
}

/** What the server holds rows to: NOT VALID is not, nothing is of a foreign table, and children are in no unique index of their parent's. */
const CONSTRAINTS = `SELECT coalesce(pg_catalog.json_object_agg(c.oid, pg_catalog.json_build_object(
  'notNull', (SELECT coalesce(pg_catalog.json_agg(a.attnum), '[]') FROM pg_catalog.pg_attribute a
    WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnotnull AND a.attnum OPERATOR(pg_catalog.>) 0
      AND c.relkind OPERATOR(pg_catalog.<>) 'f' AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint n
        WHERE n.conrelid OPERATOR(pg_catalog.=) c.oid AND n.contype OPERATOR(pg_catalog.=) 'n' AND NOT n.convalidated
          AND a.attnum OPERATOR(pg_catalog.=) ANY (n.conkey))),
  'unique', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.string_to_array(i.indkey::pg_catalog.text, ' ')::int[]
      ORDER BY i.indisprimary DESC, i.indexrelid), '[]') FROM pg_catalog.pg_index i
    WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
      AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indnkeyatts OPERATOR(pg_catalog.=) i.indnatts
      AND NOT (c.relkind OPERATOR(pg_catalog.=) 'r' AND c.relhassubclass)))), '{}')::pg_catalog.text AS constraints
FROM pg_catalog.pg_class c
WHERE c.oid OPERATOR(pg_catalog.=) ANY (SELECT v::pg_catalog.oid FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::json) v)`;

/**
 * What sources' own constraints say of stream tables: of columns that their queries pass on unchanged, and of those that
 * queries group by. The server describes the queries, PostgreSQL's parser reads them; nothing is run.
 */
export async function derive(pool: Pool, tables: readonly Cataloged[]): Promise<Derived[]> {
  const queries = tables.map(({ definingQuery }) => definingQuery);
  const descriptions = await describe(pool, queries);
  const origins = descriptions.map((each) => ('columns' in each ? each.columns.map(({ origin }) => origin) : []));
  const sources = await readConstraints(pool, origins.flat());
  return await Promise.all(
    tables.map(async ({ columns, definingQuery }, index): Promise<Derived> => {
      const description = descriptions[index];
      if (description === undefined || 'error' in description)
        return nothing(description?.error.message ?? 'no answer');
      const names = description.columns.map(({ name }) => name);
      // The extension may store more columns than the query gives, or others than it did once.
      if (names.some((name) => !columns.some((column) => column.name === name)))
        return nothing('its columns are others now');
      const shape = await shapeOf(definingQuery);
      if (shape === undefined) return nothing('its query cannot be read');
      const from = origins[index] ?? [];
      const named = (at: number): string => names[at] ?? '';
      const passedOn = shape.addsNulls ? [] : [...from.keys()].filter((at) => isNotNull(sources, from[at]));
      const notNull = [...passedOn, ...shape.counts].map(named);
      const unique = [
        ...(shape.groupedBy === null ? [] : [shape.groupedBy.map(named)]),
        ...(shape.isOneRelation ? uniqueOf(sources, from).map((key) => key.map(named)) : []),
      ];
      return { notNull, unique };
    }),
  );
}

async function readConstraints(pool: Pool, origins: readonly (Origin | null)[]): Promise<ReadonlyMap<number, Source>> {
  const relations = new Set(origins.flatMap((origin) => (origin === null ? [] : [String(origin.relation)])));
  const { rows } = await pool.query<{ constraints: string }>(CONSTRAINTS, [JSON.stringify([...relations])]);
  const found = JSON.parse(rows[0]?.constraints ?? '{}') as Readonly<Record<string, Source>>;
  return new Map(Object.entries(found).map(([oid, source]) => [Number(oid), source]));
}

function isNotNull(sources: ReadonlyMap<number, Source>, origin: Origin | null | undefined): boolean {
  return origin != null && sources.get(origin.relation)?.notNull.includes(origin.column) === true;
}

/** The unique indexes of the one relation of a query all of whose columns come through, as places in its output. */
function uniqueOf(sources: ReadonlyMap<number, Source>, from: readonly (Origin | null)[]): number[][] {
  const relation = from.find((origin) => origin !== null)?.relation;
  const { unique = [] } = (relation !== undefined && sources.get(relation)) || {};
  return unique
    .map((key) =>
      key.map((column) => from.findIndex((origin) => origin?.relation === relation && origin?.column === column)),
    )
    .filter((key) => key.every((at) => at >= 0));
}

function nothing(failure: string): Derived {
  return { notNull: [], unique: [], failure };
}
