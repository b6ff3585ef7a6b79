import { ask, type Context } from '../context/index.ts';
import { EQUALS, fromNamed, HIDDEN_COLUMN_PREFIXES, statement } from '../dialect/index.ts';
import { isPlain, quoteIdentifier, type QualifiedName } from '../name/index.ts';

/** A column of a stream table that the defining query has made. */
export interface StreamTableColumn {
  readonly name: string;
  /**
   * Its PostgreSQL type, say `numeric`, `character varying(20)` or `text[]`. One that is not PostgreSQL's own comes with
   * its schema: `public.mood`.
   */
  readonly type: string;
  /** The extension makes all of them nullable, whatever the query (contract A.3). */
  readonly nullable: boolean;
  /** Its place among the visible columns, from 1. */
  readonly position: number;
}

type Wire = StreamTableColumn & { readonly typeSchema: string };

/** left() and not LIKE: the underscores of the prefix are meant. */
const COLUMNS = statement<readonly Wire[]>(
  (d) => `SELECT (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', c.attname, 'type', c.type,
'typeSchema', c.nspname, 'nullable', c.nullable, 'position', c.position) ORDER BY c.position), '[]')
FROM (SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, n.nspname, NOT a.attnotnull AS nullable,
pg_catalog.row_number() OVER (ORDER BY a.attnum) AS position
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid ${EQUALS} a.atttypid
JOIN pg_catalog.pg_namespace n ON n.oid ${EQUALS} t.typnamespace
WHERE a.attrelid ${EQUALS} s.${d.prefix}relid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
AND ${HIDDEN_COLUMN_PREFIXES.map((prefix) => `pg_catalog.left(a.attname::pg_catalog.text, ${prefix.length}) OPERATOR(pg_catalog.<>) '${prefix}'`).join(' AND ')}) c)
::pg_catalog.text AS pgstream ${fromNamed(d)}`,
);

/** See {@link PgStream.columns}. */
export async function columns(context: Context, name: QualifiedName): Promise<readonly StreamTableColumn[]> {
  const found = await ask(context, COLUMNS, name);
  return found.map(({ typeSchema, type, ...column }) => ({ ...column, type: typeText(type, typeSchema) }));
}

/** PostgreSQL writes a type with its schema or without, and with quotes, as search_path and settings are. */
function typeText(written: string, schema: string): string {
  const type = written.replaceAll(/"((?:[^"]|"")+)"/g, (quoted, identifier: string) =>
    // "char" is another type than char.
    isPlain(identifier) && identifier !== 'char' ? identifier : quoted,
  );
  const prefix = `${isPlain(schema) ? schema : quoteIdentifier(schema)}.`;
  const bare = type.startsWith(prefix) ? type.slice(prefix.length) : type;
  return schema === 'pg_catalog' ? bare : prefix + bare;
}
