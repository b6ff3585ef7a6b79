import { EQUALS } from '../dialect/index.ts';

/**
 * SQL that selects, as `relation`, the oid of everything that a role could write a table through: the table itself, and
 * what PostgreSQL passes on to it with somebody else's rights. It asks PostgreSQL's own catalog alone, which every role
 * may read, and names everything in it, whatever the search_path is.
 *
 * A way leads from the table upwards, and each step of it says who is asked for the right on what is below:
 *
 * - a view that PostgreSQL updates by itself asks its owner, and with security_invoker the role. Whether the table is what
 *   it updates, or is only read in a condition, the catalog does not say: it counts.
 * - a rule asks the owner of what it is on. Whether its commands write the table or read it is not said either.
 * - an INSTEAD OF trigger does what its function does, and if that is SECURITY DEFINER, with its owner's rights. Others
 *   write with the rights of the role, which are asked for anyway.
 * - of what the table inherits from, or is a partition of, nobody is asked.
 *
 * The role could be whatever it is a member of, by SET ROLE where it does not inherit, and grant itself what its owner may.
 *
 * @param table SQL of an oid
 * @param role SQL of a role's name, of the type name
 * @param refreshAs SQL of the name of the role that it refreshes as, of the type text
 */
export function waysToWrite(table: string, role: string, refreshAs?: string): string {
  return `WITH RECURSIVE identity AS (
  ${refreshAs === undefined ? whoever(role) : whoeverBut(role, refreshAs)}
), event (name, of_view, of_rule, of_trigger) AS (
  VALUES ('INSERT', 8, '3', 4), ('UPDATE', 4, '2', 16), ('DELETE', 16, '4', 8), ('TRUNCATE', 0, NULL, 32)
), way (relation, event) AS (
  SELECT ${table}, e.name FROM event e
  UNION
  SELECT step.relation, step.event FROM way w JOIN event e ON e.name ${EQUALS} w.event CROSS JOIN LATERAL (
    ${byView}
    UNION ALL
    ${byRule}
    UNION ALL
    ${byTrigger}
    UNION ALL
    ${byInheritance}
  ) step (relation, event)
)
SELECT DISTINCT w.relation FROM way w JOIN pg_catalog.pg_class c ON c.oid ${EQUALS} w.relation
WHERE EXISTS (SELECT FROM identity i WHERE i.oid ${EQUALS} c.relowner OR ${may('i.oid', 'w.relation', 'w.event')})`;
}

const whoever = (role: string): string =>
  `SELECT r.oid FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(${role}, r.oid, 'MEMBER')`;

/**
 * Without who it could become by a membership in the role to refresh as that gives nothing but that. With ADMIN it could
 * give itself the rest. A superuser is itself enough.
 */
const whoeverBut = (role: string, refreshAs: string): string =>
  `SELECT r.oid FROM pg_catalog.pg_roles r
  WHERE r.rolname ${EQUALS} ${role} OR pg_catalog.pg_has_role(${role}, r.oid, 'USAGE')
  UNION
  SELECT m.roleid FROM identity i JOIN pg_catalog.pg_auth_members m ON m.member ${EQUALS} i.oid
  JOIN pg_catalog.pg_roles r ON r.oid ${EQUALS} m.roleid
  WHERE NOT (r.rolname::pg_catalog.text ${EQUALS} ${refreshAs} AND m.set_option AND NOT m.inherit_option AND NOT m.admin_option)`;

/** The rules, those of views among them, that name the relation which a way has come to. */
const naming = `pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid ${EQUALS} d.objid
    JOIN pg_catalog.pg_class v ON v.oid ${EQUALS} r.ev_class AND v.oid OPERATOR(pg_catalog.<>) w.relation
    WHERE d.classid ${EQUALS} 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.deptype ${EQUALS} 'n'
    AND d.refclassid ${EQUALS} 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid ${EQUALS} w.relation`;

const INVOKER = `EXISTS (SELECT FROM pg_catalog.pg_options_to_table(v.reloptions) o
      WHERE o.option_name ${EQUALS} 'security_invoker' AND o.option_value::boolean)`;

const INSTEAD_OF = 64;

/** What a trigger or an unconditional rule does instead is not passed on. */
const byView = `SELECT v.oid, w.event FROM ${naming} AND v.relkind ${EQUALS} 'v' AND r.ev_type ${EQUALS} '1'
    AND ${has('pg_catalog.pg_relation_is_updatable(v.oid, true)', 'e.of_view')}
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid ${EQUALS} v.oid
      AND ${has('t.tgtype::integer', `${INSTEAD_OF}`)} AND ${has('t.tgtype::integer', 'e.of_trigger')})
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite instead WHERE instead.ev_class ${EQUALS} v.oid
      AND instead.is_instead AND instead.ev_type::pg_catalog.text ${EQUALS} e.of_rule
      AND instead.ev_qual::pg_catalog.text ${EQUALS} '<>')
    AND CASE WHEN ${INVOKER} THEN EXISTS (SELECT FROM identity i WHERE ${may('i.oid', 'w.relation', 'w.event')})
      ELSE ${may('v.relowner', 'w.relation', 'w.event')} END`;

const byRule = `SELECT v.oid, own.name FROM event own, ${naming} AND own.of_rule ${EQUALS} r.ev_type::pg_catalog.text
    AND ${may('v.relowner', 'w.relation', 'w.event')}`;

const byTrigger = `SELECT v.oid, own.name FROM event own, pg_catalog.pg_trigger t, pg_catalog.pg_proc f, ${naming}
    AND v.relkind ${EQUALS} 'v' AND r.ev_type ${EQUALS} '1' AND t.tgrelid ${EQUALS} v.oid
    AND ${has('t.tgtype::integer', `${INSTEAD_OF}`)} AND ${has('t.tgtype::integer', 'own.of_trigger')}
    AND f.oid ${EQUALS} t.tgfoid AND f.prosecdef AND ${may('f.proowner', 'w.relation', 'w.event')}`;

const byInheritance = `SELECT p.oid, w.event FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class p ON p.oid ${EQUALS} h.inhparent
    WHERE h.inhrelid ${EQUALS} w.relation AND (p.relkind ${EQUALS} 'p' OR w.event OPERATOR(pg_catalog.<>) 'INSERT')`;

/** Whether a role, by its oid, has the right for an event on a relation or on one of its columns. */
function may(role: string, relation: string, event: string): string {
  return `CASE WHEN ${event} ${EQUALS} 'INSERT' OR ${event} ${EQUALS} 'UPDATE'
      THEN pg_catalog.has_any_column_privilege(${role}, ${relation}, ${event})
      ELSE pg_catalog.has_table_privilege(${role}, ${relation}, ${event}) END`;
}

function has(bits: string, bit: string): string {
  return `(${bits} OPERATOR(pg_catalog.&) ${bit}) OPERATOR(pg_catalog.<>) 0`;
}
