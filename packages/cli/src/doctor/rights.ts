import type { StreamTableStatus } from '@pgstream/core';
import { escapeIdentifier, type Pool } from 'pg';
import type { Finding } from '../output/index.ts';

interface Wire {
  readonly schema: string;
  readonly name: string;
  readonly role: string | null;
  readonly rights: readonly string[];
}

/** Who else than its owner may write to a relation: roles, and PUBLIC (null). Rights on single columns count. */
const WRITERS = `SELECT coalesce(pg_catalog.json_agg(w ORDER BY w.schema, w.name, w.role NULLS FIRST), '[]')::pg_catalog.text AS writers
FROM (
  SELECT n.nspname AS schema, c.relname AS name, r.rolname AS role, pg_catalog.json_agg(DISTINCT a.privilege_type) AS rights
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  CROSS JOIN LATERAL (
    SELECT grantee, privilege_type FROM pg_catalog.aclexplode(c.relacl)
    UNION ALL
    SELECT x.grantee, x.privilege_type FROM pg_catalog.pg_attribute t, LATERAL pg_catalog.aclexplode(t.attacl) x
    WHERE t.attrelid OPERATOR(pg_catalog.=) c.oid AND t.attacl IS NOT NULL
  ) a
  LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) a.grantee
  WHERE c.oid OPERATOR(pg_catalog.=) ANY (SELECT v::pg_catalog.oid FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::json) v)
    AND a.grantee OPERATOR(pg_catalog.<>) c.relowner
    AND a.privilege_type OPERATOR(pg_catalog.=) ANY ('{INSERT,UPDATE,DELETE,TRUNCATE}'::pg_catalog.text[])
    AND r.rolsuper IS NOT TRUE
  GROUP BY 1, 2, 3
) w`;

/** Roles that could write to stream tables, which only the extension may. */
export async function writerFindings(pool: Pool, tables: readonly StreamTableStatus[]): Promise<Finding[]> {
  const oids = JSON.stringify(tables.map(({ relationOid }) => String(relationOid)));
  const { rows } = await pool.query<{ writers: string }>(WRITERS, [oids]);
  const writers = JSON.parse(rows[0]?.writers ?? '[]') as Wire[];
  return writers.map(({ schema, name, role, rights }) => {
    const who = role === null ? 'Every role' : `The role ${JSON.stringify(role)}`;
    const from = role === null ? 'PUBLIC' : escapeIdentifier(role);
    const table = `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
    return {
      code: 'WRITABLE',
      severity: 'warn',
      streamTable: { schema, name },
      message: `${who} may write to ${table} (${rights.join(', ')}), which only the extension should: what it writes there is wrong, and may stay.`,
      cure: `REVOKE ${rights.join(', ')} ON ${table} FROM ${from};`,
    };
  });
}
