import type { Dialect } from '../dialect/index.ts';
import { SETTINGS } from './known.ts';

/** What hangs on a relation, by what it is: a hash of how it is, after the server's major version; null where there is no more to say. */
export type Attached = Readonly<Record<string, string | null>>;

/** SQL for what is kept of a hash: another major version may write a definition in other words, which then say nothing. */
export const ATTACHED_HASH = `current_setting('server_version_num')::int / 10000 || '-' || left(a.hash, 8)`;

/** SQL for whether a trigger `t` of a function `p` is the extension's own. */
export function isOurs({ schema, changesSchema, prefix }: Dialect): string {
  return `(p.pronamespace::regnamespace::text IN ('${schema}', '${changesSchema}') OR starts_with(p.proname, '_${prefix}') OR starts_with(t.tgname, '${prefix}'))`;
}

/**
 * Who asks what hangs on a relation: a plan, or the head of a migration. That finds what has come since, but for what comes by
 * itself: rights by default, and, where the plan could not see it yet, the index that the extension makes on what is grouped by.
 */
export interface AttachedOptions {
  /** With what is a part of the relation; else only what is beside it, as a view on it. */
  readonly parts: boolean;
  readonly byDefault: boolean;
  readonly grouping: boolean;
}

/** Of how something is that depends on a relation. */
const HASH = `max(md5(concat(CASE e.classid
      WHEN 'pg_class'::regclass THEN pg_get_indexdef(e.objid) WHEN 'pg_constraint'::regclass THEN pg_get_constraintdef(e.objid)
      WHEN 'pg_rewrite'::regclass THEN pg_get_ruledef(e.objid) WHEN 'pg_statistic_ext'::regclass THEN pg_get_statisticsobjdef(e.objid)
      WHEN 'pg_trigger'::regclass THEN pg_get_triggerdef(e.objid)
      WHEN 'pg_policy'::regclass THEN (SELECT concat_ws(' ', y.polcmd, y.polpermissive, pg_get_expr(y.polqual, y.polrelid),
        pg_get_expr(y.polwithcheck, y.polrelid)) FROM pg_policy y WHERE y.oid = e.objid)
      END, obj_description(e.objid, e.classid::regclass::name))))`;

/**
 * SQL for all that hangs on a relation `r`, a row of pg_class, and would go with it: what it is (`what`), a hash of how it is
 * (`hash`), whether it is a part of it (`part`), and the relation that it is itself (`relid`). Nothing in it is of this database
 * alone, and none of it depends on the language of messages. For a search_path in which only PostgreSQL's own needs no schema.
 */
export function attachedSql(d: Dialect, { parts, byDefault, grouping }: AttachedOptions): string {
  return `-- What depends on it, but for what the extension has made for itself.
    SELECT format('%s %s', o.type, o.identity) AS what, ${parts ? HASH : 'NULL'} AS hash, bool_or(e.deptype = 'a') AS part, w.ev_class AS relid
    FROM pg_depend e
    LEFT JOIN pg_attribute a ON e.refclassid = 'pg_class'::regclass AND a.attrelid = e.refobjid AND a.attnum = e.refobjsubid AND a.attnum > 0
    LEFT JOIN pg_rewrite w ON e.classid = 'pg_rewrite'::regclass AND w.oid = e.objid AND w.rulename = '_RETURN'
    LEFT JOIN pg_trigger t ON e.classid = 'pg_trigger'::regclass AND t.oid = e.objid LEFT JOIN pg_proc p ON p.oid = t.tgfoid
    CROSS JOIN LATERAL pg_identify_object(CASE WHEN w.oid IS NULL THEN e.classid ELSE 'pg_class'::regclass END,
      coalesce(w.ev_class, e.objid), e.objsubid) o
    WHERE e.deptype IN ('n', 'a') AND w.ev_class IS DISTINCT FROM r.oid
      AND (e.refclassid = 'pg_class'::regclass AND e.refobjid = r.oid OR e.refclassid = 'pg_type'::regclass AND e.refobjid IN (
        SELECT y.oid FROM pg_type y WHERE y.oid = r.reltype OR y.typelem = r.reltype AND r.reltype <> 0))
      AND ${isOurs(d)} IS NOT TRUE${
        grouping
          ? ''
          : `
      AND NOT (e.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indexrelid = e.objid AND i.indrelid = r.oid AND NOT i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
          AND (length(c.relname) = 63 OR c.relname = format('%s_%s_idx', r.relname,
            (SELECT string_agg(k.attname, '_' ORDER BY k.attnum) FROM pg_attribute k WHERE k.attrelid = c.oid)))))`
      }
    GROUP BY e.classid, e.objid, o.type, o.identity, w.ev_class
    HAVING bool_or(e.classid IN ('pg_class'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass)
      AND starts_with(a.attname, '${d.hiddenPrefix}')) IS NOT TRUE
    UNION ALL -- Stream tables that read it.
    SELECT format('stream table %I.%I', s.${d.prefix}schema, s.${d.prefix}name), NULL, false, s.${d.prefix}relid
    FROM ${d.schema}.${d.prefix}dependencies p JOIN ${d.catalog} s USING (${d.prefix}id) WHERE p.source_relid = r.oid${parts ? partsSql(d, byDefault) : ''}`;
}

/** The rest of it: what depends on nothing, but is said of the relation itself. */
function partsSql(d: Dialect, byDefault: boolean): string {
  const settings = JSON.stringify(Object.fromEntries(SETTINGS));
  return `
    UNION ALL -- Comments.
    SELECT concat('comment', ' on column ' || quote_ident(a.attname)), md5(x.description), true, NULL
    FROM pg_description x LEFT JOIN pg_attribute a ON a.attrelid = x.objoid AND a.attnum = x.objsubid AND a.attnum > 0
    WHERE x.classoid = 'pg_class'::regclass AND x.objoid = r.oid AND starts_with(a.attname, '${d.hiddenPrefix}') IS NOT TRUE
    UNION ALL -- Rights${byDefault ? '' : ', but for those that come by default'}.
    SELECT concat(g.privilege_type, ' (' || quote_ident(g.attname) || ')', ' for ',
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
      CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END), NULL, true, NULL
    FROM (SELECT NULL::name AS attname, y.* FROM aclexplode(r.relacl) y UNION ALL SELECT a.attname, y.*
      FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) y WHERE a.attrelid = r.oid AND a.attnum > 0) g
    WHERE g.grantee <> r.relowner${
      byDefault
        ? ''
        : `
      AND NOT EXISTS (SELECT FROM pg_default_acl f CROSS JOIN LATERAL aclexplode(f.defaclacl) y WHERE g.attname IS NULL
        AND f.defaclobjtype = 'r' AND pg_get_userbyid(f.defaclrole) = current_user AND f.defaclnamespace IN (0, r.relnamespace)
        AND (y.grantee, y.privilege_type, y.is_grantable) = (g.grantee, g.privilege_type, g.is_grantable))`
    }
    UNION ALL -- What it is itself.
    SELECT y.what, md5(y.value), true, NULL FROM (VALUES
      ('definition', CASE r.relkind WHEN 'v' THEN pg_get_viewdef(r.oid) END), ('storage parameters', array_to_string(r.reloptions, ', ')),
      ('replica identity', CASE WHEN r.relkind = 'r' AND r.relreplident <> 'd' THEN r.relreplident::text END),
      ('row level security', CASE WHEN r.relrowsecurity THEN '' END), ('forced row level security', CASE WHEN r.relforcerowsecurity THEN '' END),
      ('security label', (SELECT string_agg(l.label, '' ORDER BY l.provider) FROM pg_seclabel l WHERE l.classoid = 'pg_class'::regclass AND l.objoid = r.oid)),
      ('owner ' || quote_ident(pg_get_userbyid(r.relowner)), CASE WHEN pg_get_userbyid(r.relowner) <> current_user THEN '' END),
      ('status SUSPENDED', (SELECT '' FROM ${d.catalog} s WHERE s.${d.prefix}relid = r.oid AND s.status = 'SUSPENDED'))) y (what, value)
    WHERE y.value IS NOT NULL${
      d.name === 'pg_stream'
        ? ''
        : `
    UNION ALL -- What the extension was told of it, and not when it was made.
    SELECT 'setting ' || f.key, md5(y.row ->> f.key), true, NULL
    FROM (SELECT to_jsonb(s) FROM ${d.catalog} s WHERE s.${d.prefix}relid = r.oid) y (row)
    CROSS JOIN LATERAL jsonb_each_text('${settings}') f WHERE jsonb_exists(y.row, f.key) AND y.row ->> f.key IS DISTINCT FROM f.value`
    }`;
}
