import type { PgStream, QualifiedName, StreamTableDependency } from '@pgstream/core';
import type { Pool } from 'pg';

/** What is on top of a stream table. */
export interface Dependents {
  /** The stream tables that read it, themselves or through others; the nearest first. */
  readonly streamTables: readonly QualifiedName[];
  /** Views and materialized views of it, and views of these. */
  readonly views: readonly QualifiedName[];
}

const VIEWS = `
WITH RECURSIVE dependents AS (
  SELECT pg_catalog.format('%I.%I', $1::text, $2::text)::pg_catalog.regclass::pg_catalog.oid AS oid
  UNION
  SELECT r.ev_class FROM dependents t
  JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = t.oid
    AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
  JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
)
SELECT n.nspname::text AS schema, c.relname::text AS name
FROM dependents t JOIN pg_catalog.pg_class c ON c.oid = t.oid AND c.relkind IN ('v', 'm')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY 1, 2`;

/** Asks what depends on a stream table. */
export async function dependentsOf(pool: Pool, pgstream: PgStream, name: QualifiedName): Promise<Dependents> {
  const streamTables = readersOf(name, await pgstream.dependencies());
  const { rows } = await pool.query<QualifiedName>(VIEWS, [name.schema, name.name]);
  return { streamTables, views: rows };
}

function readersOf(name: QualifiedName, dependencies: readonly StreamTableDependency[]): QualifiedName[] {
  const found = [name];
  // Grows while it is walked: the readers of readers come, too.
  for (const each of found) {
    const readers = dependencies.filter(({ source }) => source !== null && isSame(source, each));
    found.push(
      ...readers.map(({ streamTable }) => streamTable).filter((one) => !found.some((other) => isSame(one, other))),
    );
  }
  return found.slice(1);
}

function isSame(one: QualifiedName, other: QualifiedName): boolean {
  return one.schema === other.schema && one.name === other.name;
}
