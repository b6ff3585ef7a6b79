import { run, type Context } from '../context/index.ts';
import type { RefreshMode } from '../definition/index.ts';
import { EQUALS, HIDDEN_COLUMN_PREFIXES, statement, type Dialect } from '../dialect/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { MARK_BEGINS, readMark, type Mark } from './mark.ts';

/** A column as the server has it. */
export interface KnownColumn {
  readonly name: string;
  /** With its schema, and without length and precision, which the extension forgets (contract A.1): `pg_catalog.int4`. */
  readonly type: string;
}

/** A stream table of the catalog. */
export interface Known {
  readonly name: QualifiedName;
  readonly oid: number;
  /** As it was written, before the extension rewrote it. */
  readonly query: string;
  /** A hash of it. */
  readonly kept: string;
  /** What names without a schema mean in it, where the extension keeps that. */
  readonly searchPath: string | null;
  readonly schedule: string | null;
  readonly refreshMode: RefreshMode;
  /** What was asked for; null where the extension does not keep it. */
  readonly requestedMode: RefreshMode | null;
  readonly status: string;
  /** The planner's number; null where it has none yet. */
  readonly rows: number | null;
  readonly columns: readonly KnownColumn[];
  readonly comment: string | null;
  readonly mark: Mark | null;
  /** The view of the mark, if one of that name reads it; else null. */
  readonly view: { readonly name: QualifiedName; readonly oid: number } | null;
  /** Whether all that the mark says of what is under the query is still so. */
  readonly isSeen: boolean;
  /**
   * The kinds (`TABLE`, `VIEW`) of what it was made to read and is gone. Others of the same names may be there by now: the extension
   * watches those that were, says that the stream table is in error, and does not come back from that by itself (contract A.4).
   */
  readonly gone: readonly string[];
  /** Settings of the extension that are not as create() leaves them. */
  readonly special: readonly string[];
}

type Wire = Omit<Known, 'name' | 'mark' | 'rows'> & {
  readonly schema: string;
  readonly table: string;
  readonly mark: string | null;
  readonly rows: number;
};

/** Of pg_trickle, with what create makes of them when it is not told (contract B.3). */
export const SETTINGS: readonly (readonly [column: string, byDefault: string | null])[] = [
  ['diamond_consistency', 'atomic'],
  ['diamond_schedule_policy', 'fastest'],
  ['requested_cdc_mode', null],
  ['is_append_only', 'false'],
  ['pooler_compatibility_mode', 'false'],
  ['refresh_tier', 'hot'],
  ['fuse_mode', 'off'],
  ['fuse_ceiling', null],
  ['fuse_sensitivity', null],
  ['post_refresh_action', 'none'],
  ['reindex_drift_threshold', null],
  ['max_differential_joins', null],
  ['max_delta_fraction', null],
  ['st_partition_key', null],
  ['temporal_mode', 'false'],
  ['storage_backend', 'heap'],
  ['storage_fillfactor', null],
  ['downstream_publication_name', null],
  ['ducklake_compaction_policy', null],
  ['ducklake_sink_mode', null],
  ['ducklake_sink_path', null],
  ['ducklake_sink_table_id', null],
  ['target_freshness_mode', null],
  ['orchestration_mode', 'MANAGED'],
];

const special = (d: Dialect): string =>
  `pg_catalog.array_remove(ARRAY[NULL::pg_catalog.text, ${SETTINGS.map(([column, byDefault]) =>
    d.ifColumn(
      'stream_tables',
      column,
      byDefault === null
        ? `CASE WHEN s.${column} IS NOT NULL THEN '${column}' END`
        : `CASE WHEN s.${column}::pg_catalog.text OPERATOR(pg_catalog.<>) '${byDefault}' THEN '${column}' END`,
    ),
  ).join(', ')}]::pg_catalog.text[], NULL)`;

/**
 * SQL for a hash of how the objects of a list are: names and types of what is read, the text of views and functions. It needs
 * no search_path, and no query is parsed for it. ALTER of what does not matter, a vacuum, a trigger leave it as it is.
 */
export function seenHash(list: string): string {
  return `(SELECT pg_catalog.md5(coalesce(pg_catalog.string_agg(CASE each.kind
WHEN 'p' THEN (SELECT pg_catalog.md5(pg_catalog.concat_ws(' ', p.proname, p.provolatile, p.proisstrict, p.prosecdef, p.proconfig, p.probin, p.prosrc, p.prosqlbody,
    (SELECT pg_catalog.concat_ws(' ', g.aggtransfn::pg_catalog.oid, g.aggfinalfn::pg_catalog.oid, g.agginitval) FROM pg_catalog.pg_aggregate g WHERE g.aggfnoid ${EQUALS} p.oid)))
  FROM pg_catalog.pg_proc p WHERE p.oid ${EQUALS} each.oid)
ELSE coalesce((SELECT CASE WHEN each.sub IS NULL THEN pg_catalog.concat_ws(' ', c.relnamespace, c.relname,
    (SELECT pg_catalog.md5(w.ev_action::pg_catalog.text) FROM pg_catalog.pg_rewrite w WHERE w.ev_class ${EQUALS} c.oid AND w.rulename ${EQUALS} '_RETURN'))
  ELSE (SELECT pg_catalog.concat_ws(' ', c.relnamespace, c.relname, a.attname, a.atttypid) FROM pg_catalog.pg_attribute a
    WHERE a.attrelid ${EQUALS} c.oid AND a.attnum ${EQUALS} each.sub) END
  FROM pg_catalog.pg_class c WHERE c.oid ${EQUALS} each.oid), 'gone') END, ' ' ORDER BY each.place), ''))
FROM (SELECT pg_catalog."left"(o.entry, 1) AS kind, pg_catalog.split_part(pg_catalog.substr(o.entry, 2), '.', 1)::pg_catalog.oid AS oid,
  CASE WHEN pg_catalog.strpos(o.entry, '.') OPERATOR(pg_catalog.>) 0 THEN pg_catalog.split_part(o.entry, '.', 2)::pg_catalog.int2 END AS sub, o.place
  FROM pg_catalog.unnest(pg_catalog.string_to_array(${list}, ',')) WITH ORDINALITY o (entry, place)) each)`;
}

/** SQL for whether a column `a` is one that its query made. */
const isVisible = HIDDEN_COLUMN_PREFIXES.map(
  (prefix) => `pg_catalog."left"(a.attname::pg_catalog.text, ${prefix.length}) OPERATOR(pg_catalog.<>) '${prefix}'`,
).join(' AND ');

const viewPart = (part: 'schema' | 'name'): string =>
  `(m.json OPERATOR(pg_catalog.->) 'view' OPERATOR(pg_catalog.->>) '${part}')`;

/** SQL for the view that a mark `m` names, where it reads the stream table `c`. */
const VIEW = `(SELECT pg_catalog.json_build_object('name', m.json OPERATOR(pg_catalog.->) 'view', 'oid', v.oid::bigint)
  FROM pg_catalog.pg_class v JOIN pg_catalog.pg_namespace vn ON vn.oid ${EQUALS} v.relnamespace
  WHERE vn.nspname ${EQUALS} ${viewPart('schema')} AND v.relname ${EQUALS} ${viewPart('name')} AND v.relkind ${EQUALS} 'v'
    AND EXISTS (SELECT FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_depend e ON e.classid ${EQUALS} w.tableoid AND e.objid ${EQUALS} w.oid
      WHERE w.ev_class ${EQUALS} v.oid AND e.refclassid ${EQUALS} c.tableoid AND e.refobjid ${EQUALS} c.oid))`;

const KNOWN = statement<Wire>(
  (
    d,
  ) => `SELECT pg_catalog.json_build_object('schema', s.${d.prefix}schema, 'table', s.${d.prefix}name, 'oid', s.${d.prefix}relid::bigint,
'query', q.text, 'kept', pg_catalog.md5(q.text), 'searchPath', ${d.ifColumn('stream_tables', 'defining_search_path', 's.defining_search_path')},
'schedule', s.schedule, 'refreshMode', s.refresh_mode, 'requestedMode', ${d.ifColumn('stream_tables', 'requested_refresh_mode', 's.requested_refresh_mode')},
'status', s.status, 'rows', coalesce(c.reltuples, -1), 'columns', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
  'name', a.attname, 'type', pg_catalog.format('%I.%I', tn.nspname, t.typname)) ORDER BY a.attnum), '[]')
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid ${EQUALS} a.atttypid JOIN pg_catalog.pg_namespace tn ON tn.oid ${EQUALS} t.typnamespace
  WHERE a.attrelid ${EQUALS} c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped AND ${isVisible}),
'comment', pg_catalog.obj_description(c.oid, 'pg_class'), 'mark', m.text, 'special', ${special(d)}, 'view', CASE WHEN ${viewPart('name')} IS NOT NULL THEN ${VIEW} END,
'gone', (SELECT coalesce(pg_catalog.json_agg(p.source_type), '[]') FROM ${d.schema}.${d.prefix}dependencies p WHERE p.${d.prefix}id ${EQUALS} s.${d.prefix}id
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_class r WHERE r.oid ${EQUALS} p.source_relid)),
'isSeen', m.json IS NOT NULL AND (m.json OPERATOR(pg_catalog.->>) 'objects') IS NOT NULL
  AND (m.json OPERATOR(pg_catalog.->>) 'seen') ${EQUALS} ${seenHash("(m.json OPERATOR(pg_catalog.->>) 'objects')")})::pg_catalog.text AS pgstream
FROM ${d.catalog} s
CROSS JOIN LATERAL (SELECT coalesce(s.original_query, s.defining_query)) q (text)
LEFT JOIN pg_catalog.pg_class c ON c.oid ${EQUALS} s.${d.prefix}relid
LEFT JOIN pg_catalog.pg_attribute h ON h.attrelid ${EQUALS} c.oid AND h.attname ${EQUALS} '${d.hiddenPrefix}row_id'
LEFT JOIN LATERAL (SELECT described.text, CASE WHEN pg_catalog.starts_with(described.text, '${MARK_BEGINS}')
    AND pg_catalog.pg_input_is_valid(described.text, 'pg_catalog.json') THEN described.text::pg_catalog.json END
  FROM (SELECT pg_catalog.col_description(c.oid, h.attnum)) described (text)) m (text, json) ON true
ORDER BY s.${d.prefix}schema, s.${d.prefix}name`,
);

/** All stream tables, with what we have written down about them. One statement. */
export async function readKnown(context: Context): Promise<readonly Known[]> {
  const rows = await run(context, KNOWN, [], { operation: 'plan' });
  return rows.map(({ schema, table, mark, rows: estimate, ...known }) => ({
    ...known,
    name: { schema, name: table },
    mark: readMark(mark),
    rows: estimate < 0 ? null : Math.round(estimate),
  }));
}
