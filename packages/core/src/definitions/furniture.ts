import type { Dialect } from '../dialect/index.ts';
import { query, type SqlExecutor } from '../executor/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import { attachedSql, ATTACHED_HASH, isOurs, type Attached } from './attached.ts';

/** A statement that gives back what a relation had before it was dropped. */
export interface PutBack {
  readonly sql: string;
  /** Columns without which it cannot be: the index on them is then gone with them. */
  readonly columns: readonly string[];
}

/** A relation that is going to be dropped, and made again. */
export interface Affected {
  readonly oid: number;
  readonly name: QualifiedName;
  readonly kind: 'STREAM_TABLE' | 'VIEW' | 'MATERIALIZED_VIEW';
  /** Those of the affected that it reads itself. */
  readonly reads: readonly number[];
  /** CREATE VIEW; null of a stream table. */
  readonly definition: string | null;
  /** Owner, rights, comments, indexes and the like, in the order in which they can be put back. */
  readonly furniture: readonly PutBack[];
  /** All that hangs on it. */
  readonly attached: Attached;
  /** What would go with it and cannot be put back, as PostgreSQL describes it. */
  readonly blockers: readonly string[];
}

/**
 * All that is put on relations, as statements for the name by which each is `called`: its own, or that of the stream table that
 * takes its place beside it. There an index cannot have the same name: one that begins with the table's begins with the new one's,
 * as those that the extension makes, and another gets one from the server. Rules, and an index as the identity of rows, stay where
 * they are. Written for a search_path in which only PostgreSQL's own needs no schema: so every name in
 * what it writes has one.
 */
const FURNITURE = (d: Dialect): string => `hidden AS (
  SELECT a.attrelid, a.attnum FROM pg_attribute a JOIN relation r ON r.oid = a.attrelid AND r.streams
  WHERE left(a.attname, ${d.hiddenPrefix.length}) = '${d.hiddenPrefix}'
), furniture (id, place, sql, columns) AS (
  SELECT r.oid, 9, format('ALTER TABLE %s %s', r.called, each.does), '{}'::text[]
  FROM relation r CROSS JOIN LATERAL (VALUES (CASE r.relpersistence WHEN 'u' THEN 'SET UNLOGGED' END),
    ('SET TABLESPACE ' || (SELECT quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = r.reltablespace))) each (does)
  WHERE r.streams AND each.does IS NOT NULL
  UNION ALL
  SELECT r.oid, 10, concat('CREATE ', u.nique, 'INDEX ', 'IF NOT EXISTS ' || quote_ident(CASE WHEN NOT r.beside THEN ic.relname
      WHEN starts_with(ic.relname, r.relname) AND octet_length(r.become || substr(ic.relname, length(r.relname) + 1)) < 64 THEN r.become || substr(ic.relname, length(r.relname) + 1) END) || ' ',
      'ON ', r.called, substr(pg_get_indexdef(i.indexrelid), length(format('CREATE %sINDEX %I ON %s', u.nique, ic.relname, r.own)) + 1)),
    (SELECT array_agg(DISTINCT a.attname::text) FROM pg_depend e JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = e.refobjsubid
      WHERE e.classid = 'pg_class'::regclass AND e.objid = i.indexrelid AND e.refclassid = 'pg_class'::regclass AND e.refobjid = r.oid AND e.refobjsubid > 0)
  FROM relation r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class ic ON ic.oid = i.indexrelid
  CROSS JOIN LATERAL (SELECT CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END) u (nique)
  WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = r.oid)
    AND NOT EXISTS (SELECT FROM hidden h WHERE h.attrelid = r.oid AND h.attnum = ANY (i.indkey))
  UNION ALL
  SELECT r.oid, 11, format('COMMENT ON INDEX %I.%I IS %L', r.nspname, ic.relname, obj_description(ic.oid, 'pg_class')),
    (SELECT array_agg(DISTINCT a.attname::text) FROM pg_depend e JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = e.refobjsubid
      WHERE e.classid = 'pg_class'::regclass AND e.objid = ic.oid AND e.refclassid = 'pg_class'::regclass AND e.refobjid = r.oid AND e.refobjsubid > 0)
  FROM relation r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class ic ON ic.oid = i.indexrelid
  WHERE NOT r.beside AND obj_description(ic.oid, 'pg_class') IS NOT NULL
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = r.oid)
    AND NOT EXISTS (SELECT FROM hidden h WHERE h.attrelid = r.oid AND h.attnum = ANY (i.indkey))
  UNION ALL
  SELECT r.oid, 12, format('ALTER TABLE %s ADD %s%s', r.called, CASE WHEN r.beside THEN '' ELSE format('CONSTRAINT %I ', k.conname) END, pg_get_constraintdef(k.oid)),
    (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum = ANY (k.conkey))
  FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid
  WHERE NOT EXISTS (SELECT FROM hidden h WHERE h.attrelid = r.oid AND h.attnum = ANY (k.conkey))
  UNION ALL
  SELECT r.oid, 13, CASE WHEN r.beside THEN format('CREATE STATISTICS%s FROM %s', substr(x.def, x.begins, length(x.def) - x.begins + 1 - length(' FROM ' || r.own)), r.called) ELSE x.def END,
    (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum = ANY (e.stxkeys::int2[]))
  FROM relation r JOIN pg_statistic_ext e ON e.stxrelid = r.oid
  CROSS JOIN LATERAL (SELECT pg_get_statisticsobjdef(e.oid), length(format('CREATE STATISTICS %I.%I', (SELECT en.nspname FROM pg_namespace en WHERE en.oid = e.stxnamespace), e.stxname)) + 1) x (def, begins)
  UNION ALL
  SELECT r.oid, 14, overlay(x.def PLACING r.called FROM strpos(x.def, ' ON ' || r.own || ' ') + 4 FOR length(r.own)), '{}'
  FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
  JOIN pg_proc p ON p.oid = t.tgfoid CROSS JOIN LATERAL pg_get_triggerdef(t.oid) x (def) WHERE NOT ${isOurs(d)}
  UNION ALL
  SELECT r.oid, 15, rtrim(pg_get_ruledef(w.oid), ';'), '{}' FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid AND w.rulename <> '_RETURN' WHERE NOT r.beside
  UNION ALL
  SELECT r.oid, 16, format('ALTER TABLE %s SET (%s)', r.called, array_to_string(r.reloptions, ', ')), '{}'
  FROM relation r WHERE r.streams AND r.reloptions IS NOT NULL
  UNION ALL
  SELECT r.oid, 17, format('ALTER TABLE %s REPLICA IDENTITY %s', r.called, CASE r.relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END), '{}'
  FROM relation r WHERE r.streams AND r.relreplident IN ('f', 'n')
  UNION ALL
  SELECT r.oid, 17, format('ALTER TABLE %s %s %I', r.called, each.does, ic.relname),
    (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum = ANY (i.indkey))
  FROM relation r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class ic ON ic.oid = i.indexrelid
  CROSS JOIN LATERAL (VALUES (i.indisreplident, 'REPLICA IDENTITY USING INDEX'), (i.indisclustered, 'CLUSTER ON')) each (is_so, does)
  WHERE r.streams AND NOT r.beside AND each.is_so
  UNION ALL
  SELECT r.oid, 18, format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, r.called,
      CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      (SELECT string_agg(CASE m.role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(m.role)) END, ', ') FROM unnest(p.polroles) m (role)),
      ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'), '{}'
  FROM relation r JOIN pg_policy p ON p.polrelid = r.oid
  UNION ALL
  SELECT r.oid, 19, format('ALTER TABLE %s %s', r.called, each.does), '{}'
  FROM relation r CROSS JOIN LATERAL (VALUES (r.relrowsecurity, 'ENABLE ROW LEVEL SECURITY'), (r.relforcerowsecurity, 'FORCE ROW LEVEL SECURITY')) each (is_so, does)
  WHERE each.is_so
  UNION ALL
  SELECT r.oid, 20, format('ALTER PUBLICATION %I ADD TABLE ONLY %s%s%s', b.pubname, r.called,
      (SELECT format(' (%s)', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)) FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum = ANY (m.prattrs::int2[]) HAVING m.prattrs IS NOT NULL),
      ' WHERE (' || pg_get_expr(m.prqual, m.prrelid) || ')'),
    (SELECT coalesce(array_agg(a.attname::text), '{}') FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum = ANY (m.prattrs::int2[]))
  FROM relation r JOIN pg_publication_rel m ON m.prrelid = r.oid JOIN pg_publication b ON b.oid = m.prpubid
  UNION ALL
  SELECT r.oid, 21, format('ALTER TABLE %s ALTER COLUMN %I %s', r.called, a.attname, each.does), ARRAY[a.attname::text]
  FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type y ON y.oid = a.atttypid
  CROSS JOIN LATERAL (VALUES ('SET STATISTICS ' || a.attstattarget), ('SET (' || array_to_string(a.attoptions, ', ') || ')'),
    ('SET STORAGE ' || CASE WHEN a.attstorage <> y.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END),
    ('SET COMPRESSION ' || CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END)) each (does)
  WHERE r.streams AND each.does IS NOT NULL AND NOT EXISTS (SELECT FROM hidden h WHERE h.attrelid = r.oid AND h.attnum = a.attnum)
  UNION ALL
  SELECT r.oid, 22, format('ALTER TABLE %s %s %s', r.called, CASE part.enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, part.called), '{}'
  FROM relation r CROSS JOIN LATERAL (
    SELECT t.tgenabled, format('TRIGGER %I', t.tgname) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
      WHERE t.tgrelid = r.oid AND NOT t.tgisinternal AND NOT ${isOurs(d)}
    UNION ALL SELECT w.ev_enabled, format('RULE %I', w.rulename) FROM pg_rewrite w WHERE w.ev_class = r.oid AND w.rulename <> '_RETURN') part (enabled, called)
  WHERE part.enabled <> 'O'
  UNION ALL
  SELECT r.oid, 30, format('COMMENT ON %s %s IS %L', CASE WHEN r.streams THEN 'TABLE' ELSE 'VIEW' END, r.called, obj_description(r.oid, 'pg_class')), '{}'
  FROM relation r WHERE obj_description(r.oid, 'pg_class') IS NOT NULL
  UNION ALL
  SELECT r.oid, 31, format('COMMENT ON COLUMN %s.%I IS %L', r.called, a.attname, x.description), ARRAY[a.attname::text]
  FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid JOIN pg_description x ON x.classoid = 'pg_class'::regclass AND x.objoid = r.oid AND x.objsubid = a.attnum
  WHERE a.attnum > 0 AND NOT EXISTS (SELECT FROM hidden h WHERE h.attrelid = r.oid AND h.attnum = a.attnum)
  UNION ALL
  SELECT r.oid, 32, format('COMMENT ON %s IS %L', part.called, x.description),
    (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum = ANY (part.keys))
  FROM relation r CROSS JOIN LATERAL (
    SELECT 'pg_constraint'::regclass, k.oid, format('CONSTRAINT %I ON %s', k.conname, r.called), k.conkey FROM pg_constraint k WHERE k.conrelid = r.oid
    UNION ALL SELECT 'pg_statistic_ext'::regclass, e.oid, format('STATISTICS %I.%I', sn.nspname, e.stxname), e.stxkeys::int2[]
      FROM pg_statistic_ext e JOIN pg_namespace sn ON sn.oid = e.stxnamespace WHERE e.stxrelid = r.oid
    UNION ALL SELECT 'pg_trigger'::regclass, t.oid, format('TRIGGER %I ON %s', t.tgname, r.called), '{}' FROM pg_trigger t WHERE t.tgrelid = r.oid
    UNION ALL SELECT 'pg_policy'::regclass, p.oid, format('POLICY %I ON %s', p.polname, r.called), '{}' FROM pg_policy p WHERE p.polrelid = r.oid
    UNION ALL SELECT 'pg_rewrite'::regclass, w.oid, format('RULE %I ON %s', w.rulename, r.called), '{}' FROM pg_rewrite w WHERE w.ev_class = r.oid AND w.rulename <> '_RETURN'
  ) part (class, id, called, keys)
  JOIN pg_description x ON x.classoid = part.class AND x.objoid = part.id AND x.objsubid = 0
  WHERE NOT r.beside OR part.class NOT IN ('pg_constraint'::regclass, 'pg_statistic_ext'::regclass)
  UNION ALL
  SELECT r.oid, 40, format('GRANT %s ON %s TO %s%s', g.privilege_type, r.called, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
      CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), '{}'
  FROM relation r CROSS JOIN LATERAL aclexplode(r.relacl) g WHERE g.grantee <> r.relowner
  UNION ALL
  SELECT r.oid, 41, format('GRANT %s (%I) ON %s TO %s%s', g.privilege_type, a.attname, r.called, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
      CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), ARRAY[a.attname::text]
  FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 CROSS JOIN LATERAL aclexplode(a.attacl) g WHERE g.grantee <> r.relowner
  UNION ALL
  SELECT r.oid, 50, format('ALTER %s %s OWNER TO %I', CASE WHEN r.streams THEN 'TABLE' ELSE 'VIEW' END, r.called, pg_get_userbyid(r.relowner)), '{}'
  FROM relation r WHERE pg_get_userbyid(r.relowner) <> current_user
)`;

/** The relations with what depends on them, and all that a DROP of them takes along. */
const AFFECTED = (d: Dialect): string => `WITH RECURSIVE affected (id) AS (
  SELECT r.id::bigint::oid FROM json_array_elements_text($1::text::json) r (id)
  UNION
  SELECT n.id FROM affected a CROSS JOIN LATERAL (
    SELECT s.${d.prefix}relid FROM ${d.schema}.${d.prefix}dependencies p JOIN ${d.catalog} s USING (${d.prefix}id) WHERE p.source_relid = a.id
    UNION ALL
    SELECT w.ev_class FROM pg_depend e JOIN pg_rewrite w ON w.oid = e.objid
    WHERE e.classid = 'pg_rewrite'::regclass AND e.refclassid = 'pg_class'::regclass AND e.refobjid = a.id AND w.ev_class <> a.id AND w.rulename = '_RETURN'
  ) n (id)
), relation AS (
  SELECT c.*, format('%I.%I', n.nspname, c.relname) AS called, format('%I.%I', n.nspname, c.relname) AS own, n.nspname, c.relname AS become, false AS beside,
    EXISTS (SELECT FROM ${d.catalog} s WHERE s.${d.prefix}relid = c.oid) AS streams
  FROM affected a JOIN pg_class c ON c.oid = a.id JOIN pg_namespace n ON n.oid = c.relnamespace
), ${FURNITURE(d)}, holder AS (
  SELECT r.oid AS id, 'pg_class'::regclass::oid AS class, r.oid AS object FROM relation r
  UNION ALL
  SELECT r.oid, 'pg_type'::regclass, t.oid FROM relation r JOIN pg_type t ON t.oid = r.reltype OR t.typelem = r.reltype AND r.reltype <> 0
)
SELECT json_build_object('oid', r.oid::bigint, 'name', json_build_object('schema', r.nspname, 'name', r.relname),
  'kind', CASE WHEN r.streams THEN 'STREAM_TABLE' WHEN r.relkind = 'm' THEN 'MATERIALIZED_VIEW' ELSE 'VIEW' END,
  'reads', (SELECT coalesce(json_agg(DISTINCT o.id::bigint), '[]') FROM (
    SELECT p.source_relid FROM ${d.schema}.${d.prefix}dependencies p JOIN ${d.catalog} s USING (${d.prefix}id) WHERE s.${d.prefix}relid = r.oid
    UNION ALL SELECT e.refobjid FROM pg_rewrite w JOIN pg_depend e ON e.classid = 'pg_rewrite'::regclass AND e.objid = w.oid AND e.refclassid = 'pg_class'::regclass
      WHERE w.ev_class = r.oid) o (id) WHERE o.id <> r.oid AND o.id IN (SELECT a.id FROM affected a)),
  'definition', CASE WHEN r.relkind = 'v' THEN format(E'CREATE VIEW %s%s AS\\n%s', r.called,
    ' WITH (' || array_to_string(r.reloptions, ', ') || ')', rtrim(pg_get_viewdef(r.oid), E' ;\\n')) END,
  'furniture', (SELECT coalesce(json_agg(json_build_object('sql', f.sql, 'columns', coalesce(f.columns, '{}')) ORDER BY f.place, f.sql), '[]') FROM furniture f WHERE f.id = r.oid),
  'attached', (SELECT coalesce(json_object_agg(a.what, ${ATTACHED_HASH}), '{}') FROM (${attachedSql(d, { parts: true, byDefault: true, grouping: true })}) a (what, hash)),
  'blockers', (SELECT coalesce(json_agg(b.text ORDER BY b.text), '[]') FROM (
    SELECT DISTINCT pg_describe_object(e.classid, e.objid, e.objsubid)
    FROM holder h JOIN pg_depend e ON e.refclassid = h.class AND e.refobjid = h.object
    WHERE h.id = r.oid AND e.deptype IN ('n', 'a')
      AND e.objid <> r.oid
      AND NOT (e.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_index i WHERE i.indexrelid = e.objid AND i.indrelid = r.oid))
      AND NOT (e.classid = 'pg_rewrite'::regclass AND EXISTS (SELECT FROM pg_rewrite w JOIN relation o ON o.oid = w.ev_class WHERE w.oid = e.objid))
      AND NOT (e.classid = 'pg_trigger'::regclass AND EXISTS (SELECT FROM pg_trigger t WHERE t.oid = e.objid AND t.tgrelid = r.oid))
      AND NOT (e.classid = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = e.objid AND k.conrelid = r.oid))
      AND NOT (e.classid = 'pg_attrdef'::regclass AND EXISTS (SELECT FROM pg_attrdef f JOIN hidden k ON k.attrelid = f.adrelid AND k.attnum = f.adnum WHERE f.oid = e.objid AND f.adrelid = r.oid))
      AND NOT (e.classid = 'pg_policy'::regclass AND EXISTS (SELECT FROM pg_policy p WHERE p.oid = e.objid AND p.polrelid = r.oid))
      AND e.classid NOT IN ('pg_statistic_ext'::regclass, 'pg_publication_rel'::regclass)
    UNION ALL
    SELECT format('that it is a part of table %s', i.inhparent::regclass) FROM pg_inherits i WHERE i.inhrelid = r.oid
    UNION ALL
    SELECT DISTINCT 'security label of it' FROM pg_seclabel l WHERE l.classoid = 'pg_class'::regclass AND l.objoid = r.oid
  ) b (text)))::text AS pgstream
FROM relation r
ORDER BY r.nspname, r.relname`;

/** What stream tables have that those are to get which are made beside them. */
const INHERITED = (d: Dialect): string => `WITH relation AS (
  SELECT c.*, a.called, format('%I.%I', n.nspname, c.relname) AS own, n.nspname, a.become, true AS beside, true AS streams
  FROM json_to_recordset($1::text::json) a (oid bigint, called text, become text) JOIN pg_class c ON c.oid = a.oid::oid JOIN pg_namespace n ON n.oid = c.relnamespace
), ${FURNITURE(d)}
SELECT coalesce(json_object_agg(f.called, f.list), '{}')::text AS pgstream FROM (
  SELECT r.called, json_agg(json_build_object('sql', f.sql, 'columns', coalesce(f.columns, '{}')) ORDER BY f.place, f.sql) AS list
  FROM relation r JOIN furniture f ON f.id = r.oid GROUP BY r.called) f`;

/** Who inherits from which stream table. */
export interface Inheritance {
  readonly oid: number;
  readonly heir: QualifiedName;
}

/** By the heir's quoted name. In a transaction whose search_path is pinned. */
export async function inheritedFrom(
  executor: SqlExecutor,
  dialect: Dialect,
  asked: readonly Inheritance[],
): Promise<ReadonlyMap<string, readonly PutBack[]>> {
  if (asked.length === 0) return new Map();
  const given = asked.map(({ oid, heir }) => ({ oid, called: quoteName(heir), become: heir.name }));
  const [found = {}] = await query<Readonly<Record<string, readonly PutBack[]>>>(executor, INHERITED(dialect), [
    JSON.stringify(given),
  ]);
  return new Map(Object.entries(found));
}

/** In a transaction whose search_path is pinned. The relations themselves are among the answers. */
export async function affectedBy(
  executor: SqlExecutor,
  dialect: Dialect,
  oids: readonly number[],
): Promise<readonly Affected[]> {
  return oids.length === 0
    ? []
    : await query<Affected>(executor, AFFECTED(dialect), [JSON.stringify(oids.map(String))]);
}
