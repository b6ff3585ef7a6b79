import { run, type Context } from '../context/index.ts';
import { EQUALS, statement } from '../dialect/index.ts';
import { verdict, verdictColumns, type VerdictWire } from '../freshness/index.ts';
import type { QualifiedName } from '../name/index.ts';
import {
  dependencyGraph,
  type DependencyGraph,
  type DependencyNode,
  type SourceNode,
  type StreamTableNode,
} from './graph.ts';

interface Wire {
  readonly streamTables: readonly (Pick<
    StreamTableNode,
    'oid' | 'name' | 'status' | 'refreshMode' | 'orchestration'
  > & {
    readonly isStale: VerdictWire;
  })[];
  /** Those that stream tables read, other stream tables too; what is gone has neither name nor relkind. */
  readonly sources: readonly {
    readonly oid: number;
    readonly name: QualifiedName | null;
    readonly relkind: string | null;
  }[];
  readonly reads: readonly (readonly [reader: number, source: number])[];
}

/**
 * What views read is looked up in PostgreSQL: the extension puts the queries of some in their place, and of others
 * (materialized ones) it knows no more than that they are read.
 */
const RELATIONS = statement<Wire>(
  (d, now) => `WITH RECURSIVE reads (reader, source) AS (
SELECT s.${d.prefix}relid, p.source_relid
FROM ${d.schema}.${d.prefix}dependencies p JOIN ${d.catalog} s ON s.${d.prefix}id ${EQUALS} p.${d.prefix}id
UNION SELECT v.oid, r.refobjid FROM reads
JOIN pg_catalog.pg_class v ON v.oid ${EQUALS} reads.source AND v.relkind ${EQUALS} ANY ('{v,m}'::"char"[])
JOIN pg_catalog.pg_rewrite w ON w.ev_class ${EQUALS} v.oid
JOIN pg_catalog.pg_depend r ON r.objid ${EQUALS} w.oid AND r.classid ${EQUALS} 'pg_catalog.pg_rewrite'::pg_catalog.regclass
AND r.refclassid ${EQUALS} 'pg_catalog.pg_class'::pg_catalog.regclass AND r.refobjid OPERATOR(pg_catalog.<>) v.oid)
SELECT pg_catalog.json_build_object('streamTables', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
'oid', ${d.prefix}relid::bigint, 'name', pg_catalog.json_build_object('schema', ${d.prefix}schema, 'name', ${d.prefix}name),
'status', status, 'refreshMode', refresh_mode, 'orchestration', ${d.ifColumn('stream_tables', 'orchestration_mode')},
'isStale', ${verdictColumns(d, now)})), '[]') FROM ${d.catalog}),
'sources', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('oid', source.oid::bigint,
'name', CASE WHEN c.oid IS NOT NULL THEN pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname) END,
'relkind', c.relkind)), '[]') FROM (SELECT DISTINCT reads.source AS oid FROM reads) source
LEFT JOIN pg_catalog.pg_class c ON c.oid ${EQUALS} source.oid
LEFT JOIN pg_catalog.pg_namespace n ON n.oid ${EQUALS} c.relnamespace),
'reads', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(reader::bigint, source::bigint)), '[]') FROM reads)
)::pg_catalog.text AS pgstream`,
);

/** See {@link PgStream.graph}. */
export async function readGraph(context: Context): Promise<DependencyGraph> {
  const [wire] = await run(context, RELATIONS, [], { operation: 'read', reads: ['dependencies'] });
  return dependencyGraph(wire === undefined ? [] : relationsOf(wire));
}

function relationsOf({ streamTables, sources, reads }: Wire): DependencyNode[] {
  const readBy = new Map<number, number[]>();
  for (const [reader, source] of reads) {
    const known = readBy.get(reader);
    if (known) known.push(source);
    else readBy.set(reader, [source]);
  }
  const readsOf = (oid: number): number[] => (readBy.get(oid) ?? []).toSorted((a, b) => a - b);
  const own = new Set(streamTables.map(({ oid }) => oid));
  return [
    ...streamTables.map(({ isStale, ...node }): DependencyNode => {
      return { kind: 'STREAM_TABLE', ...node, isStale: verdict(isStale), reads: readsOf(node.oid) };
    }),
    ...sources
      .filter(({ oid }) => !own.has(oid))
      .map(({ relkind, ...node }): DependencyNode => ({ kind: kindOf(relkind), ...node, reads: readsOf(node.oid) })),
  ];
}

function kindOf(relkind: string | null): SourceNode['kind'] {
  switch (relkind) {
    case null:
      return 'MISSING';
    case 'v':
      return 'VIEW';
    case 'm':
      return 'MATVIEW';
    case 'f':
      return 'FOREIGN_TABLE';
    default:
      return 'TABLE';
  }
}
