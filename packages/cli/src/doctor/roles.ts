import type { DependencyGraph } from '@pgstream/core';
import { escapeIdentifier, type Pool } from 'pg';
import type { Finding } from '../output/index.ts';

/** The schemas that an extension makes: that of its functions and tables, and that of its change buffers. */
const SCHEMAS: Readonly<Record<string, readonly [own: string, buffers: string]>> = {
  pg_stream: ['pgstream', 'pgstream_changes'],
  pg_trickle: ['pgtrickle', 'pgtrickle_changes'],
};

/** Roles whose statements fail for want of rights on the extension: migrations, writes to sources, and what owners do. */
export async function roleFindings(pool: Pool, extension: string, { nodes }: DependencyGraph): Promise<Finding[]> {
  const schemas = SCHEMAS[extension];
  if (schemas === undefined) return [];
  const streamTables = nodes.filter(({ kind }) => kind === 'STREAM_TABLE');
  const isStreamTable = new Set(streamTables.map(({ oid }) => oid));
  const sources = nodes.filter(({ kind, oid }) => kind === 'TABLE' && !isStreamTable.has(oid));
  const reads = streamTables.flatMap(({ oid, reads: read }) => read.map((source) => [String(oid), String(source)]));
  const ask = async <T>(sql: string, ...params: readonly string[]): Promise<T[]> => {
    const { rows } = await pool.query<{ found: string }>(sql, [...params]);
    return JSON.parse(rows[0]?.found ?? '[]') as T[];
  };
  const [migrators, writers, blind] = await Promise.all([
    ask<Migrator>(MIGRATORS, ...schemas, oids(sources), oids(streamTables)),
    ask<Writer>(WRITERS, ...schemas, oids(sources)),
    ask<Blind>(BLIND_OWNERS, schemas[0], JSON.stringify(reads)),
  ]);
  return [
    ...writers.map((writer) => writesFail(writer, schemas)),
    ...blind.map((owner) => cannotRead(owner)),
    ...migrators.flatMap((migrator) => [...migrationsFail(migrator, schemas), ...cannotAdminister(migrator, schemas)]),
  ];
}

function oids(of: readonly { readonly oid: number }[]): string {
  return JSON.stringify(of.map(({ oid }) => String(oid)));
}

interface Migrator {
  readonly role: string;
  readonly owns: readonly string[];
  readonly sources: readonly string[];
  readonly streamTables: readonly string[];
  readonly mayUse: boolean;
  readonly mayBuffer: boolean;
  readonly unread: readonly string[];
  readonly unmarked: readonly string[];
  readonly unwritten: readonly string[];
  readonly uncalled: readonly string[];
  /** Whether what the extension runs for each statement of DDL runs with the rights of who sent that (contract A.4). */
  readonly hooksAsCaller: boolean;
  /** The same of its functions (contract A.5). */
  readonly callsAsCaller: boolean;
}

const mayAll = (relation: string, rights: readonly string[]): string =>
  rights.map((right) => `pg_catalog.has_table_privilege(r.oid, ${relation}, '${right}')`).join(' AND ');

/**
 * Who acts as the owner of a relation that is neither the system's nor the extension's ($1, $2): those who log in and have
 * the rights of the owner, else the owner. With the sources ($3) and stream tables ($4) among these, and what they may not.
 */
const MIGRATORS = `WITH own AS (
  SELECT n.oid AS schema, b.oid AS buffers FROM pg_catalog.pg_namespace n, pg_catalog.pg_namespace b
  WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.text AND b.nspname OPERATOR(pg_catalog.=) $2::pg_catalog.text
), owned AS (
  SELECT c.oid, c.relowner, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace, own
  WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m}'::"char"[]) AND n.nspname OPERATOR(pg_catalog.!~) '^(pg_|information_schema$)'
    AND n.oid OPERATOR(pg_catalog.<>) ALL (ARRAY[own.schema, own.buffers])
), actors AS (
  SELECT r.oid, r.rolname, o.oid AS owner FROM pg_catalog.pg_roles o, pg_catalog.pg_roles r
  WHERE NOT o.rolsuper AND NOT r.rolsuper AND o.oid OPERATOR(pg_catalog.=) ANY (SELECT relowner FROM owned)
    AND pg_catalog.pg_has_role(r.oid, o.oid, 'USAGE') AND (r.rolcanlogin OR r.oid OPERATOR(pg_catalog.=) o.oid AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles m WHERE m.rolcanlogin AND NOT m.rolsuper AND pg_catalog.pg_has_role(m.oid, o.oid, 'USAGE')))
), tables AS (
  SELECT c.oid, c.relname, pg_catalog.format('%I.%I', $1::pg_catalog.text, c.relname) AS name
  FROM pg_catalog.pg_class c, own WHERE c.relnamespace OPERATOR(pg_catalog.=) own.schema AND c.relkind OPERATOR(pg_catalog.=) 'r'
)
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('role', r.rolname,
  'owns', (SELECT pg_catalog.json_agg(w.name ORDER BY w.name) FROM owned w WHERE w.relowner OPERATOR(pg_catalog.=) ANY (r.owners)),
  'sources', (SELECT coalesce(pg_catalog.json_agg(w.name ORDER BY w.name), '[]') FROM owned w WHERE w.relowner OPERATOR(pg_catalog.=) ANY (r.owners)
    AND w.oid::pg_catalog.text OPERATOR(pg_catalog.=) ANY (SELECT pg_catalog.json_array_elements_text($3::pg_catalog.text::json))),
  'streamTables', (SELECT coalesce(pg_catalog.json_agg(w.name ORDER BY w.name), '[]') FROM owned w WHERE w.relowner OPERATOR(pg_catalog.=) ANY (r.owners)
    AND w.oid::pg_catalog.text OPERATOR(pg_catalog.=) ANY (SELECT pg_catalog.json_array_elements_text($4::pg_catalog.text::json))),
  'mayUse', pg_catalog.has_schema_privilege(r.oid, own.schema, 'USAGE'),
  'mayBuffer', pg_catalog.has_schema_privilege(r.oid, own.buffers, 'USAGE') AND pg_catalog.has_schema_privilege(r.oid, own.buffers, 'CREATE'),
  'unread', (SELECT coalesce(pg_catalog.json_agg(t.name), '[]') FROM tables t WHERE NOT (${mayAll('t.oid', ['SELECT'])})),
  'unmarked', (SELECT coalesce(pg_catalog.json_agg(t.name ORDER BY t.name), '[]') FROM tables t
    WHERE t.relname OPERATOR(pg_catalog.~) '^pg._(stream_tables|dependencies)$' AND NOT (${mayAll('t.oid', ['UPDATE'])})),
  'unwritten', (SELECT coalesce(pg_catalog.json_agg(t.name), '[]') FROM tables t WHERE NOT (${mayAll('t.oid', ['INSERT', 'UPDATE', 'DELETE'])})),
  'uncalled', (SELECT coalesce(pg_catalog.json_agg(DISTINCT p.proname), '[]') FROM pg_catalog.pg_proc p WHERE p.pronamespace OPERATOR(pg_catalog.=) own.schema
    AND p.proname OPERATOR(pg_catalog.~) '^(create|alter|drop|refresh)_stream_table$' AND NOT pg_catalog.has_function_privilege(r.oid, p.oid, 'EXECUTE')),
  'hooksAsCaller', EXISTS (SELECT FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) e.evtfoid
    WHERE p.pronamespace OPERATOR(pg_catalog.=) own.schema AND e.evtenabled OPERATOR(pg_catalog.<>) 'D' AND NOT p.prosecdef),
  'callsAsCaller', EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.pronamespace OPERATOR(pg_catalog.=) own.schema
    AND p.proname OPERATOR(pg_catalog.=) 'create_stream_table' AND NOT p.prosecdef)
) ORDER BY r.rolname), '[]')::pg_catalog.text AS found
FROM (SELECT oid, rolname, pg_catalog.array_agg(owner) AS owners FROM actors GROUP BY oid, rolname) r, own`;

function migrationsFail(migrator: Migrator, [own]: readonly [string, string]): Finding[] {
  const { role, owns, sources, mayUse, unread, unmarked, hooksAsCaller } = migrator;
  if (!hooksAsCaller) return [];
  const to = `TO ${escapeIdentifier(role)};`;
  const about = { code: 'MIGRATIONS_FAIL', severity: 'warn', streamTable: null } as const;
  if (!mayUse || unread.length > 0) {
    return [
      {
        ...about,
        message: `${theRole(role)}, which acts for the owner of ${some(owns)}, may not read the tables of the extension: its ALTER TABLE, DROP, CREATE VIEW and CREATE FUNCTION fail (42501), on tables that no stream table reads as well.`,
        cure: `GRANT USAGE ON SCHEMA ${own} ${to} GRANT SELECT ON ALL TABLES IN SCHEMA ${own} ${to}`,
      },
    ];
  }
  if (sources.length === 0 || unmarked.length === 0) return [];
  return [
    {
      ...about,
      message: `${theRole(role)}, which acts for the owner of ${some(sources)}, may not write to ${unmarked.join(' and ')}, where the extension notes with its rights that a source has changed: to add, drop or change a column there fails (42501).`,
      cure: 'Let who has rights on the extension, and owns its stream tables, run such migrations, or a superuser.',
    },
  ];
}

/** What it takes to create, alter, drop and refresh (contract A.5, F.3). */
function cannotAdminister(migrator: Migrator, [own, buffers]: readonly [string, string]): Finding[] {
  const { role, streamTables, mayUse, mayBuffer, unread, unwritten, uncalled, callsAsCaller } = migrator;
  if (streamTables.length === 0) return [];
  const to = `TO ${escapeIdentifier(role)};`;
  const grants = [
    ...(mayUse ? [] : [`GRANT USAGE ON SCHEMA ${own} ${to}`]),
    ...(uncalled.length === 0
      ? []
      : [`GRANT EXECUTE ON FUNCTION ${uncalled.map((name) => `${own}.${name}`).join(', ')} ${to}`]),
    ...(callsAsCaller && !mayBuffer ? [`GRANT USAGE, CREATE ON SCHEMA ${buffers} ${to}`] : []),
    ...(callsAsCaller && unread.length + unwritten.length > 0
      ? [
          `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${own} ${to}`,
          `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${own} ${to}`,
        ]
      : []),
  ];
  if (grants.length === 0) return [];
  return [
    {
      code: 'OWNER_LACKS_RIGHTS',
      severity: 'warn',
      streamTable: null,
      message: `${theRole(role)}, which acts for the owner of ${some(streamTables)}, lacks rights on the extension: a migration of its that creates, alters or drops a stream table fails, and so does its refresh().`,
      cure: grants.join(' '),
    },
  ];
}

interface Writer {
  readonly role: string;
  readonly sources: readonly string[];
}

/** Who logs in and may write to sources ($3), but not to the buffers of their changes ($2) for the trigger there (contract A.5). */
const WRITERS = `SELECT coalesce(pg_catalog.json_agg(w ORDER BY w.role), '[]')::pg_catalog.text AS found FROM (
  SELECT r.rolname AS role, pg_catalog.json_agg(DISTINCT pg_catalog.format('%I.%I', sn.nspname, c.relname)) AS sources
  FROM pg_catalog.json_array_elements_text($3::pg_catalog.text::json) v
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) v::pg_catalog.oid
  JOIN pg_catalog.pg_namespace sn ON sn.oid OPERATOR(pg_catalog.=) c.relnamespace
  JOIN pg_catalog.pg_trigger t ON t.tgrelid OPERATOR(pg_catalog.=) c.oid AND NOT t.tgisinternal AND t.tgenabled OPERATOR(pg_catalog.<>) 'D'
  JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) t.tgfoid AND NOT p.prosecdef
  JOIN pg_catalog.pg_namespace own ON own.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.text
  JOIN pg_catalog.pg_namespace buffers ON buffers.nspname OPERATOR(pg_catalog.=) $2::pg_catalog.text
    AND p.pronamespace OPERATOR(pg_catalog.=) ANY (ARRAY[own.oid, buffers.oid])
  JOIN pg_catalog.pg_class b ON b.relnamespace OPERATOR(pg_catalog.=) buffers.oid AND b.relname OPERATOR(pg_catalog.=) ('changes_' OPERATOR(pg_catalog.||) c.oid)
  JOIN pg_catalog.pg_roles r ON r.rolcanlogin AND NOT r.rolsuper AND pg_catalog.has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE')
  WHERE NOT (pg_catalog.has_schema_privilege(r.oid, own.oid, 'USAGE') AND pg_catalog.has_schema_privilege(r.oid, buffers.oid, 'USAGE')
    AND pg_catalog.has_table_privilege(r.oid, b.oid, 'INSERT') AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid OPERATOR(pg_catalog.=) d.objid
      WHERE d.refobjid OPERATOR(pg_catalog.=) b.oid AND CASE s.relkind WHEN 'S' THEN NOT pg_catalog.has_sequence_privilege(r.oid, s.oid, 'USAGE') ELSE false END))
  GROUP BY r.rolname
) w`;

function writesFail({ role, sources }: Writer, [own, buffers]: readonly [string, string]): Finding {
  const to = `TO ${escapeIdentifier(role)};`;
  return {
    code: 'WRITES_FAIL',
    severity: 'error',
    streamTable: null,
    message: `${theRole(role)} may write to ${some(sources)}, and not to the buffers of the changes there, which is done with its rights: its INSERT, UPDATE and DELETE fail (42501).`,
    cure: `GRANT USAGE ON SCHEMA ${own}, ${buffers} ${to} GRANT INSERT ON ALL TABLES IN SCHEMA ${buffers} ${to} GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${buffers} ${to} sourceWriterSql() of @pgstream/core prints it, with what future sources need.`,
  };
}

interface Blind {
  readonly role: string;
  readonly schema: string;
  readonly name: string;
  readonly sources: readonly string[];
}

/** Owners of stream tables who may not read what these read ($2: pairs), where the query runs with their rights ($1; contract F.3). */
const BLIND_OWNERS = `SELECT coalesce(pg_catalog.json_agg(b ORDER BY b.schema, b.name), '[]')::pg_catalog.text AS found FROM (
  SELECT r.rolname AS role, n.nspname AS schema, c.relname AS name, pg_catalog.json_agg(pg_catalog.format('%I.%I', sn.nspname, s.relname)) AS sources
  FROM pg_catalog.json_array_elements($2::pg_catalog.text::json) pair
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) (pair OPERATOR(pg_catalog.->>) 0)::pg_catalog.oid
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  JOIN pg_catalog.pg_class s ON s.oid OPERATOR(pg_catalog.=) (pair OPERATOR(pg_catalog.->>) 1)::pg_catalog.oid
  JOIN pg_catalog.pg_namespace sn ON sn.oid OPERATOR(pg_catalog.=) s.relnamespace
  JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) c.relowner
  WHERE NOT (pg_catalog.has_table_privilege(r.oid, s.oid, 'SELECT') AND pg_catalog.has_schema_privilege(r.oid, sn.oid, 'USAGE'))
    AND EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace own ON own.oid OPERATOR(pg_catalog.=) p.pronamespace
      WHERE own.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.text AND p.proname OPERATOR(pg_catalog.=) 'refresh_stream_table' AND p.prosecdef)
  GROUP BY 1, 2, 3
) b`;

function cannotRead({ role, schema, name, sources }: Blind): Finding {
  const table = `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
  return {
    code: 'OWNER_LACKS_RIGHTS',
    severity: 'error',
    streamTable: { schema, name },
    message: `${theRole(role)}, which owns ${table}, may not read ${some(sources)}: its query runs with the rights of the owner, and refreshes fail.`,
    cure: `GRANT SELECT ON ${sources.join(', ')} TO ${escapeIdentifier(role)}; with USAGE on their schemas.`,
  };
}

function theRole(role: string): string {
  return `The role ${JSON.stringify(role)}`;
}

/** How many are named. */
const NAMED = 3;

function some(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
