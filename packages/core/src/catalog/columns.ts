import { ask, type Context } from '../context/index.ts';
import { statement } from '../dialect/index.ts';
import type { QualifiedName } from '../name/index.ts';

/** A column of a stream table that the defining query has made. */
export interface StreamTableColumn {
  readonly name: string;
  /** Its PostgreSQL type as PostgreSQL writes it, say `numeric`, `character varying(20)` or `text[]`. */
  readonly type: string;
  /** The extension makes all of them nullable, whatever the query (contract A.3). */
  readonly nullable: boolean;
  /** Its place among the visible columns, from 1. */
  readonly position: number;
}

/** left() and not LIKE: the underscores of the prefix are meant. */
const COLUMNS = statement<readonly StreamTableColumn[]>(
  (d) => `SELECT (SELECT coalesce(json_agg(json_build_object('name', c.attname, 'type', c.type, 'nullable', c.nullable,
'position', c.position) ORDER BY c.position), '[]')
FROM (SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
row_number() OVER (ORDER BY a.attnum) AS position FROM pg_catalog.pg_attribute a
WHERE a.attrelid = s.${d.prefix}relid AND a.attnum > 0 AND NOT a.attisdropped
AND left(a.attname, ${d.hiddenPrefix.length}) <> '${d.hiddenPrefix}') c)::text AS pgstream
FROM ${d.catalog} s WHERE s.${d.prefix}schema = $1 AND s.${d.prefix}name = $2`,
);

/** See {@link PgStream.columns}. */
export function columns(context: Context, name: QualifiedName): Promise<readonly StreamTableColumn[]> {
  return ask(context, COLUMNS, name);
}
