import type { StreamTableStatus } from '@pgstream/core';
import type { Pool } from 'pg';
import type { Column, ColumnType, Model } from './model.ts';

/** A stream table as the catalog has it: PostgreSQL keeps nothing there of what is never null, and no key. */
export interface Cataloged extends Omit<Model, 'key'> {
  readonly definingQuery: string;
}

interface TypeWire {
  readonly oid: string;
  readonly name: string;
  readonly schema: string;
  readonly kind: string;
  readonly text: string;
  readonly element: string | null;
  readonly over: string | null;
  readonly overModifier: number;
  readonly labels: readonly string[] | null;
}

interface ColumnWire {
  readonly name: string;
  readonly type: string;
  readonly modifier: number;
  readonly comment: string | null;
}

interface Wire {
  readonly relations: Readonly<
    Record<string, { readonly comment: string | null; readonly columns: readonly ColumnWire[] }>
  >;
  readonly types: readonly TypeWire[];
}

/** The columns of relations, by oids in a JSON array ($1), and all types that theirs are made of. */
const COLUMNS = `WITH RECURSIVE columns AS MATERIALIZED (
  SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod
  FROM pg_catalog.pg_attribute a
  WHERE a.attrelid OPERATOR(pg_catalog.=) ANY (SELECT v::pg_catalog.oid FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::json) v)
    AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
), used AS (
  SELECT atttypid AS oid FROM columns
  UNION
  SELECT part.oid FROM used JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) used.oid,
    LATERAL (VALUES (t.typbasetype), (CASE WHEN t.typcategory OPERATOR(pg_catalog.=) 'A' THEN nullif(t.typelem, 0) END)) part (oid)
  WHERE part.oid OPERATOR(pg_catalog.<>) 0
)
SELECT pg_catalog.json_build_object(
  'relations', (SELECT coalesce(pg_catalog.json_object_agg(r.attrelid, r.described), '{}') FROM (
    SELECT c.attrelid, pg_catalog.json_build_object(
      'comment', pg_catalog.obj_description(c.attrelid, 'pg_class'),
      'columns', pg_catalog.json_agg(pg_catalog.json_build_object('name', c.attname, 'type', c.atttypid,
        'modifier', c.atttypmod, 'comment', pg_catalog.col_description(c.attrelid, c.attnum)) ORDER BY c.attnum)) AS described
    FROM columns c GROUP BY c.attrelid) r),
  'types', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('oid', t.oid, 'name', t.typname, 'schema', n.nspname,
      'kind', t.typtype, 'text', pg_catalog.format_type(t.oid, NULL),
      'element', CASE WHEN t.typcategory OPERATOR(pg_catalog.=) 'A' THEN nullif(t.typelem, 0) END,
      'over', nullif(t.typbasetype, 0), 'overModifier', t.typtypmod,
      'labels', CASE WHEN t.typtype OPERATOR(pg_catalog.=) 'e' THEN
        (SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid OPERATOR(pg_catalog.=) t.oid) END)), '[]')
    FROM used JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) used.oid
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace)
)::pg_catalog.text AS described`;

/** Reads the columns of stream tables, all of them in one statement. `isHidden` tells the extension's own. */
export async function readCatalog(
  pool: Pool,
  tables: readonly StreamTableStatus[],
  isHidden: (column: string) => boolean,
): Promise<Cataloged[]> {
  const oids = JSON.stringify(tables.map(({ relationOid }) => String(relationOid)));
  const { rows } = await pool.query<{ described: string }>(COLUMNS, [oids]);
  const { relations, types } = JSON.parse(rows[0]?.described ?? '{}') as Wire;
  const byOid = new Map(types.map((type) => [type.oid, type]));
  return tables.map(({ schema, name, relationOid, definingQuery }) => {
    const { comment = null, columns = [] } = relations[String(relationOid)] ?? {};
    const shown = columns.filter((column) => !isHidden(column.name));
    return { schema, name, comment, definingQuery, columns: shown.map((column) => columnOf(column, byOid)) };
  });
}

function columnOf({ name, type, modifier, comment }: ColumnWire, types: ReadonlyMap<string, TypeWire>): Column {
  return { name, comment, type: typeOf(type, modifier, types), nullable: true };
}

function typeOf(oid: string, modifier: number, types: ReadonlyMap<string, TypeWire>): ColumnType {
  const type = types.get(oid);
  if (type === undefined) throw new Error(`The type ${oid} of a column is not in the catalog.`);
  if (type.element !== null) {
    const element = typeOf(type.element, modifier, types);
    return { ...element, dimensions: element.dimensions + 1 };
  }
  if (type.over !== null) return typeOf(type.over, type.overModifier, types);
  const { name, schema, text, labels } = type;
  return { name, schema, text, dimensions: 0, labels, ...modified(name, modifier) };
}

/** What a type modifier says, as each type keeps it (contract of PostgreSQL's own type output functions). */
function modified(type: string, modifier: number): Pick<ColumnType, 'precision' | 'scale'> {
  if (modifier < 0) return { precision: null, scale: null };
  switch (type) {
    case 'numeric': {
      // Eleven bits with a sign: PostgreSQL takes scales below zero.
      const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
      return { precision: ((modifier - 4) >> 16) & 0xffff, scale };
    }
    case 'varchar':
    case 'bpchar':
      return { precision: modifier - 4, scale: null };
    case 'interval':
      return { precision: (modifier & 0xffff) === 0xffff ? null : modifier & 0xffff, scale: null };
    default:
      return { precision: modifier, scale: null };
  }
}
