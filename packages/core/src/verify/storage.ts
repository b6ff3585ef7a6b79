import { ask, type Context } from '../context/index.ts';
import { EQUALS, fromNamed, statement, type Dialect } from '../dialect/index.ts';
import type { QualifiedName } from '../name/index.ts';

/** A visible column, and how its values are told apart. */
export interface ComparedColumn {
  readonly name: string;
  /** As SQL text, whatever the search_path is. */
  readonly type: string;
  /**
   * By PostgreSQL's equality of the type (`value`), by their text where the type has none that can be hashed and sorted (json,
   * xml, point …), or as numbers that may be a little apart.
   */
  readonly by: 'value' | 'text' | 'double precision' | 'real';
  /** Whether a collation decides what is equal. */
  readonly isCollatable: boolean;
  /** Whether it is text, of which every deterministic collation says that it is equal if its bytes are. */
  readonly isPlainText: boolean;
}

/** What is known of a stream table before it is compared. */
export interface Stored {
  /** As it was written, before the extension has put views' queries in their place or rewritten it. */
  readonly query: string;
  readonly isPopulated: boolean;
  readonly refreshMode: string;
  /** What the names in the query mean, where the extension keeps it. */
  readonly searchPath: string | null;
  /** Whether the extension keeps only the first rows of the query. */
  readonly isFirstRows: boolean;
  /** The table itself; its name may be another by now. */
  readonly table: QualifiedName;
  readonly columns: readonly ComparedColumn[];
}

/** SQL for whether type `t` has an operator class of its own, or that of a type to which it is the same bytes. */
const hasClass = (method: string): string => `EXISTS (
  SELECT FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_am m ON m.oid ${EQUALS} o.opcmethod
  WHERE m.amname ${EQUALS} '${method}' AND o.opcdefault AND (o.opcintype ${EQUALS} t.oid OR EXISTS (
    SELECT FROM pg_catalog.pg_cast k WHERE k.castsource ${EQUALS} t.oid AND k.casttarget ${EQUALS} o.opcintype
      AND k.castmethod ${EQUALS} 'b' AND k.castcontext ${EQUALS} 'i')))`;

/** What the types of the columns are made of; those that are made of nothing else are the leaves. */
const PARTS = `part (attnum, typ) AS (
  SELECT c.attnum, c.atttypid FROM col c
  UNION
  SELECT p.attnum, made.typ FROM part p JOIN pg_catalog.pg_type t ON t.oid ${EQUALS} p.typ CROSS JOIN LATERAL (
    SELECT t.typbasetype WHERE t.typtype ${EQUALS} 'd'
    UNION ALL SELECT t.typelem WHERE t.typcategory ${EQUALS} 'A' AND t.typelem OPERATOR(pg_catalog.<>) 0
    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
      WHERE t.typtype ${EQUALS} 'c' AND a.attrelid ${EQUALS} t.typrelid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE t.oid ${EQUALS} ANY (ARRAY[r.rngtypid, r.rngmultitypid])
  ) made (typ)
), leaf AS (
  SELECT p.attnum, t.oid AS typ, t.typtype ${EQUALS} 'e' OR (${hasClass('hash')} AND ${hasClass('btree')}) AS comparable
  FROM part p JOIN pg_catalog.pg_type t ON t.oid ${EQUALS} p.typ
  WHERE t.typtype ${EQUALS} ANY ('{b,e,p}'::"char"[]) AND NOT (t.typcategory ${EQUALS} 'A' AND t.typelem OPERATOR(pg_catalog.<>) 0)
), base (attnum, typ) AS (
  SELECT p.attnum, p.typ FROM part p JOIN pg_catalog.pg_type t ON t.oid ${EQUALS} p.typ
  WHERE t.oid ${EQUALS} ANY ('{pg_catalog.float4,pg_catalog.float8}'::pg_catalog.regtype[]::pg_catalog.oid[]) AND NOT EXISTS (
    SELECT FROM part q JOIN pg_catalog.pg_type u ON u.oid ${EQUALS} q.typ
    WHERE q.attnum ${EQUALS} p.attnum AND q.typ OPERATOR(pg_catalog.<>) p.typ AND u.typtype OPERATOR(pg_catalog.<>) 'd')
)`;

const COLUMNS = (d: Dialect): string => `WITH RECURSIVE col AS (
  SELECT a.attnum, a.attname, a.atttypid FROM pg_catalog.pg_attribute a
  WHERE a.attrelid ${EQUALS} s.${d.prefix}relid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
    AND pg_catalog.left(a.attname::pg_catalog.text, ${d.hiddenPrefix.length}) OPERATOR(pg_catalog.<>) '${d.hiddenPrefix}'
), ${PARTS}
SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', c.attname,
  'type', pg_catalog.format('%I.%I', n.nspname, t.typname),
  'by', CASE WHEN b.typ ${EQUALS} 'pg_catalog.float8'::pg_catalog.regtype THEN 'double precision' WHEN b.typ IS NOT NULL THEN 'real'
    WHEN (SELECT pg_catalog.bool_and(l.comparable) FROM leaf l WHERE l.attnum ${EQUALS} c.attnum) THEN 'value' ELSE 'text' END,
  'isCollatable', t.typcollation OPERATOR(pg_catalog.<>) 0,
  'isPlainText', (SELECT pg_catalog.bool_and(l.typ ${EQUALS} ANY ('{pg_catalog.text,pg_catalog.varchar,pg_catalog.bpchar,pg_catalog.name}'::pg_catalog.regtype[]::pg_catalog.oid[]))
    FROM leaf l WHERE l.attnum ${EQUALS} c.attnum)) ORDER BY c.attnum)
FROM col c JOIN pg_catalog.pg_type t ON t.oid ${EQUALS} c.atttypid JOIN pg_catalog.pg_namespace n ON n.oid ${EQUALS} t.typnamespace
LEFT JOIN base b ON b.attnum ${EQUALS} c.attnum`;

const STORED = statement<Stored>(
  (
    d,
  ) => `SELECT pg_catalog.json_build_object('query', coalesce(s.original_query, s.defining_query), 'isPopulated', s.is_populated, 'refreshMode', s.refresh_mode,
'searchPath', ${d.ifColumn('stream_tables', 'defining_search_path')},
'isFirstRows', ${d.ifColumn('stream_tables', 'topk_limit')} IS NOT NULL,
'table', (SELECT pg_catalog.json_build_object('schema', n.nspname, 'name', r.relname) FROM pg_catalog.pg_class r
  JOIN pg_catalog.pg_namespace n ON n.oid ${EQUALS} r.relnamespace WHERE r.oid ${EQUALS} s.${d.prefix}relid),
'columns', (${COLUMNS(d)}))::pg_catalog.text AS pgstream ${fromNamed(d)}`,
);

/** Asks the catalog. Throws NOT_FOUND. */
export function stored(context: Context, name: QualifiedName): Promise<Stored> {
  return ask(context, STORED, name);
}
