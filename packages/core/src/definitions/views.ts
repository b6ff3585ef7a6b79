import { query, type SqlExecutor } from '../executor/index.ts';
import { quoteIdentifier, quoteName, type QualifiedName } from '../name/index.ts';
import type { Declared } from './declared.ts';
import type { KnownColumn } from './known.ts';

/** What is asked about the view of a stream table. */
interface AskedView {
  readonly view: QualifiedName;
  readonly table: QualifiedName;
  /** Of the stream table, as it is to be. */
  readonly columns: readonly string[];
}

/** The relation that has a declared view's name. */
export interface FoundView {
  readonly name: QualifiedName;
  /** Null if there is none. */
  readonly oid: number | null;
  readonly relkind: string | null;
  readonly columns: readonly KnownColumn[];
  /** What follows AS; null for what is no view. */
  readonly definition: string | null;
  /** What stands in WITH (…); null for nothing. */
  readonly options: string | null;
  /** What it reads itself. */
  readonly reads: readonly QualifiedName[];
  /** Whether it reads the columns of the stream table that is asked for, and does nothing else. */
  readonly isAsked: boolean;
}

/** In a transaction whose search_path is pinned: names are written with their schema then. */
const FOUND = `SELECT json_build_object('name', json_build_object('schema', a.view ->> 'schema', 'name', a.view ->> 'name'),
  'oid', c.oid::bigint, 'relkind', c.relkind,
  'columns', (SELECT coalesce(json_agg(json_build_object('name', f.attname, 'type', format('%I.%I', tn.nspname, t.typname)) ORDER BY f.attnum), '[]')
    FROM pg_attribute f JOIN pg_type t ON t.oid = f.atttypid JOIN pg_namespace tn ON tn.oid = t.typnamespace WHERE f.attrelid = c.oid AND f.attnum > 0 AND NOT f.attisdropped),
  'definition', rtrim(d.text, E' ;\\n'), 'options', array_to_string(c.reloptions, ', '),
  'reads', (SELECT coalesce(json_agg(DISTINCT jsonb_build_object('schema', rn.nspname, 'name', r.relname)), '[]')
    FROM pg_rewrite w JOIN pg_depend e ON e.classid = 'pg_rewrite'::regclass AND e.objid = w.oid AND e.refclassid = 'pg_class'::regclass AND e.refobjid <> c.oid
    JOIN pg_class r ON r.oid = e.refobjid JOIN pg_namespace rn ON rn.oid = r.relnamespace WHERE w.ev_class = c.oid),
  'isAsked', coalesce(regexp_replace(d.text, '\\s+', ' ', 'g') = regexp_replace(format(' SELECT %s FROM %I.%I;',
    (SELECT string_agg(quote_ident(l.name), ', ' ORDER BY l.place) FROM json_array_elements_text(a.columns) WITH ORDINALITY l (name, place)),
    a.table ->> 'schema', a.table ->> 'name'), '\\s+', ' ', 'g'), false))::text AS pgstream
FROM json_to_recordset($1::text::json) a (view json, "table" json, columns json)
LEFT JOIN (pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace) ON n.nspname = a.view ->> 'schema' AND c.relname = a.view ->> 'name'
LEFT JOIN LATERAL (SELECT pg_get_viewdef(c.oid) WHERE c.relkind = 'v') d (text) ON true`;

/** What there is of the views. No statement where none is asked for. */
export async function viewsOf(executor: SqlExecutor, asked: readonly AskedView[]): Promise<readonly FoundView[]> {
  return asked.length === 0 ? [] : await query<FoundView>(executor, FOUND, [JSON.stringify(asked)]);
}

/** Makes a view, or with `OR REPLACE` turns one that has the same columns. */
export function viewSql(
  { view, table, columns }: AskedView,
  { options = 'security_invoker=true', orReplace = false }: { options?: string | null; orReplace?: boolean } = {},
): string {
  const list = columns.map(quoteIdentifier).join(', ');
  return definedViewSql(view, `SELECT ${list} FROM ${quoteName(table)}`, { options, orReplace });
}

/** The same for a definition that is there already. */
export function definedViewSql(
  view: QualifiedName,
  definition: string,
  { options, orReplace = false }: { readonly options: string | null; readonly orReplace?: boolean },
): string {
  const having = options === null ? '' : ` WITH (${options})`;
  return `CREATE ${orReplace ? 'OR REPLACE ' : ''}VIEW ${quoteName(view)}${having} AS\n${definition}`;
}

export function dropViewSql(view: QualifiedName): string {
  return `DROP VIEW ${quoteName(view)}`;
}

/** Whether the two are one name; false if there is none. */
export function isSameName(one: QualifiedName | null | undefined, other: QualifiedName | null | undefined): boolean {
  return one != null && other != null && one.name === other.name && one.schema === other.schema;
}

/** The stream table that declares a view. */
export function declaringOf(view: QualifiedName, declared: readonly Declared[]): Declared | undefined {
  return declared.find((each) => isSameName(each.view, view));
}
