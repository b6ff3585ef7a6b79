import { run, type Context } from '../context/index.ts';
import { EQUALS, statement } from '../dialect/index.ts';
import type { QualifiedName } from '../name/index.ts';

/** That a stream table reads a source. Views are not in between: the extension puts their queries in their place. */
export interface StreamTableDependency {
  readonly streamTable: QualifiedName;
  /** Null if it was dropped. */
  readonly source: QualifiedName | null;
  readonly sourceOid: number;
  readonly sourceType: 'TABLE' | 'STREAM_TABLE' | 'VIEW' | 'MATVIEW' | 'FOREIGN_TABLE' | (string & {});
  /** The source's columns that the query uses; null if unknown. */
  readonly columnsUsed: readonly string[] | null;
  /** How changes of the source are captured: by triggers, or from the write-ahead log. */
  readonly cdcMode: string;
  /** The replication slot; null while triggers capture. */
  readonly slotName: string | null;
}

const DEPENDENCIES = statement<StreamTableDependency>(
  (d) => `SELECT pg_catalog.json_build_object(
'streamTable', pg_catalog.json_build_object('schema', s.${d.prefix}schema, 'name', s.${d.prefix}name),
'source', CASE WHEN c.oid IS NOT NULL THEN pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname) END,
'sourceOid', p.source_relid::bigint, 'sourceType', p.source_type, 'columnsUsed', p.columns_used, 'cdcMode', p.cdc_mode,
'slotName', p.slot_name)::pg_catalog.text AS pgstream
FROM ${d.schema}.${d.prefix}dependencies p JOIN ${d.catalog} s ON s.${d.prefix}id ${EQUALS} p.${d.prefix}id
LEFT JOIN pg_catalog.pg_class c ON c.oid ${EQUALS} p.source_relid
LEFT JOIN pg_catalog.pg_namespace n ON n.oid ${EQUALS} c.relnamespace
ORDER BY s.${d.prefix}schema, s.${d.prefix}name, n.nspname, c.relname, p.source_relid`,
);

/** See {@link PgStream.dependencies}. */
export function dependencies(context: Context): Promise<StreamTableDependency[]> {
  return run(context, DEPENDENCIES, [], { operation: 'read', reads: ['dependencies'] });
}
