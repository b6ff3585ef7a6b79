import { query, type SqlExecutor } from '../executor/index.ts';
import { dollarQuote, type QualifiedName } from '../name/index.ts';

/** What is asked about a declared query. */
export interface Asked {
  readonly name: QualifiedName;
  readonly query: string;
  /** The query that the catalog has; null if there is none. */
  readonly stored: string | null;
  /** What names without a schema mean in that; null for what they mean in the declared one. */
  readonly storedPath: string | null;
  /** What the answer was for the stored query, if it `keeps`: then nobody has to read that again. */
  readonly meant: string | null;
  /** Whether to answer with what the query has `meant`. */
  readonly keeps: boolean;
  /** The declared types of columns, to be written as PostgreSQL does. */
  readonly types: readonly (string | null)[];
  /** By which it is to be read, and other queries may do so; null for none. */
  readonly view: QualifiedName | null;
  /** Whether the view is to have the name of a stream table. */
  readonly takesPlace: boolean;
}

/** A column that a query gives. */
interface MeantColumn {
  readonly name: string;
  /** With its schema: `pg_catalog.int4`. */
  readonly type: string;
  /** As PostgreSQL writes it, with length and precision: `numeric(12,2)`. */
  readonly written: string;
  /** The same without these. */
  readonly bare: string;
}

/** What PostgreSQL makes of a query. */
export interface Meaning {
  /** The query with the schema of every name, where it was declared without; null if it is complete as it is. */
  readonly qualified: string | null;
  /** Whether the stored query is the same, by PostgreSQL's own tree of it; null if there is none. */
  readonly isSame: boolean | null;
  /** What the server says against the stored query, say that a table is gone. */
  readonly storedError: string | null;
  readonly columns: readonly MeantColumn[];
  /** The declared types, as PostgreSQL writes them; null for one that it does not know. */
  readonly types: readonly (string | null)[];
  /** Everything that is read, also through views. */
  readonly reads: readonly QualifiedName[];
  /** See {@link Mark}. */
  readonly under: Readonly<Record<string, string>>;
  readonly objects: string;
  /** A hash of the query's bare tree, which another query of this database has only if it means the same; null unless asked for. */
  readonly meant: string | null;
  /** The rows that the planner expects; null where nobody has to know. */
  readonly rows: number | null;
  /** The relation that has the name already; null if there is none. */
  readonly relkind: string | null;
}

/** Why a query has no meaning here. */
export interface Meaningless {
  readonly error: string;
  readonly sqlState: string;
}

/** Schemas, as a search_path has them. Temporary tables come last, so that they hide nothing. */
export function searchPathOf(schemas: readonly string[]): string {
  return [...schemas.map((schema) => `"${schema.replaceAll('"', '""')}"`), 'pg_temp'].join(', ');
}

/** Nothing but PostgreSQL's own is found without its schema. */
export const PINNED = 'pg_catalog, pg_temp';

const STRING = String.raw`(?:\\.|[^ \\])+`;
const STRINGS = String.raw`(?:<>|\((?:\\.|[^)\\])*\))`;

/**
 * A tree without what only names things inside of the query, aliases of tables and columns, names of WITH, and without how a
 * cast was written. The names of the result's columns are compared by themselves.
 */
const BARE = `CREATE FUNCTION pg_temp.pgstream_bare(tree text) RETURNS text LANGUAGE plpgsql AS $bare$
DECLARE
  bare text := tree;
  named record;
BEGIN
  bare := regexp_replace(bare, '\\{ALIAS :aliasname ${STRING} :colnames ${STRINGS}\\}', '<>', 'g');
  bare := regexp_replace(bare, ':(?:resname ${STRING}|(?:func|relabel|coerce|convert|coercion)format [0-9]+)', '', 'g');
  IF strpos(bare, ':ctecolnames (') > 0 THEN
    bare := regexp_replace(bare, ':(alias|cte)colnames ${STRINGS}', ':\\1colnames <>', 'g');
  END IF;
  IF strpos(bare, ':ctename ') > 0 THEN
    FOR named IN SELECT found.name[1] AS name, row_number() OVER (ORDER BY min(found.place)) AS place
      FROM regexp_matches(bare, ':ctename (${STRING})', 'g') WITH ORDINALITY found (name, place) GROUP BY 1
    LOOP
      bare := replace(bare, ':ctename ' || named.name || ' ', ':ctename #' || named.place || ' ');
    END LOOP;
  END IF;
  RETURN bare;
END
$bare$;`;

/** Makes a view of a query, and says what the server has against it. */
const READ = `CREATE FUNCTION pg_temp.pgstream_read(query text, path text, view text, OUT qualified boolean, OUT error text, OUT code text)
LANGUAGE plpgsql AS $read$
BEGIN
  qualified := true;
  BEGIN
    EXECUTE format(E'CREATE TEMP VIEW %I AS (%s\\n)', view, query);
  EXCEPTION WHEN others THEN
    BEGIN
      qualified := false;
      PERFORM set_config('search_path', path, true);
      EXECUTE format(E'CREATE TEMP VIEW %I AS (%s\\n)', view, query);
    EXCEPTION WHEN others THEN
      error := SQLERRM;
      code := SQLSTATE;
    END;
    PERFORM set_config('search_path', '${PINNED}', true);
  END;
END
$read$;`;

/**
 * What is under views of ours, by their rules: all that each reads and calls, through views and the functions that PostgreSQL looks
 * into. Of many at once, which share most of it.
 */
const UNDER = `CREATE FUNCTION pg_temp.pgstream_under(rules oid[]) RETURNS TABLE (rule oid, reads json, under json, objects text)
LANGUAGE sql AS $under$
  WITH RECURSIVE edge (class, id, refclass, refid, refsub) AS MATERIALIZED (
    SELECT 'pg_class'::regclass::oid, w.ev_class, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.deptype = 'n'
    WHERE w.rulename = '_RETURN'
    UNION ALL
    SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.refobjsubid FROM pg_depend d
    WHERE d.classid IN ('pg_proc'::regclass, 'pg_operator'::regclass) AND d.deptype = 'n'
  ), object (rule, class, id, sub) AS (
    SELECT w.oid, e.refclass, e.refid, e.refsub FROM pg_rewrite w
    JOIN edge e ON e.class = 'pg_class'::regclass AND e.id = w.ev_class
    WHERE w.oid = ANY (rules) AND e.refclass IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_operator'::regclass)
      AND NOT (e.refclass = 'pg_class'::regclass AND e.refid = w.ev_class)
    UNION
    SELECT o.rule, e.refclass, e.refid, e.refsub FROM object o JOIN edge e ON e.class = o.class AND e.id = o.id
    WHERE e.refclass IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_operator'::regclass)
      AND NOT (e.refclass = o.class AND e.refid = o.id)
  ), found AS MATERIALIZED (
    SELECT DISTINCT o.rule, o.class, o.id FROM object o
  ), defined AS MATERIALIZED (
    SELECT 'pg_class'::regclass::oid AS class, c.oid AS id,
      format('%s %I.%I', CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, n.nspname, c.relname) AS what,
      md5(pg_get_viewdef(c.oid)) AS hash
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND c.oid IN (SELECT f.id FROM found f WHERE f.class = 'pg_class'::regclass)
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, format('function %s', p.oid::regprocedure), md5(CASE WHEN p.prokind = 'a'
      THEN (SELECT concat_ws(' ', a.aggtransfn, a.aggfinalfn, a.agginitval) FROM pg_aggregate a WHERE a.aggfnoid = p.oid)
      ELSE pg_get_functiondef(p.oid) END)
    FROM pg_proc p WHERE p.oid IN (SELECT f.id FROM found f WHERE f.class = 'pg_proc'::regclass)
  ), reads AS (
    SELECT f.rule, json_agg(json_build_object('schema', n.nspname, 'name', c.relname) ORDER BY n.nspname, c.relname) AS list
    FROM found f JOIN pg_class c ON f.class = 'pg_class'::regclass AND c.oid = f.id JOIN pg_namespace n ON n.oid = c.relnamespace
    GROUP BY f.rule
  ), under AS (
    SELECT f.rule, json_object_agg(d.what, d.hash ORDER BY d.what) AS list
    FROM found f JOIN defined d ON d.class = f.class AND d.id = f.id GROUP BY f.rule
  ), objects AS (
    -- A relation of which columns are read is among the objects by these alone.
    SELECT l.rule, string_agg(format(CASE WHEN l.sub > 0 THEN '%s%s.%s' ELSE '%s%s' END, l.letter, l.id, l.sub), ',' ORDER BY l.letter, l.id, l.sub) AS list
    FROM (SELECT o.rule, 'c' AS letter, o.id, o.sub FROM object o WHERE o.class = 'pg_class'::regclass
      UNION SELECT f.rule, CASE f.class WHEN 'pg_class'::regclass THEN 'c' ELSE 'p' END, f.id, 0 FROM found f
        WHERE f.class IN ('pg_class'::regclass, 'pg_proc'::regclass)) l
    GROUP BY l.rule
  )
  SELECT asked.rule, coalesce(r.list, '[]'), coalesce(u.list, '{}'), coalesce(o.list, '')
  FROM unnest(rules) asked (rule) LEFT JOIN reads r USING (rule) LEFT JOIN under u USING (rule) LEFT JOIN objects o USING (rule)
$under$;`;

/**
 * Understands the declared queries in whatever order they can be: one may read a stream table that another is going to make, or
 * to give other columns; or the view of one. A table with the columns to come stands for it meanwhile. All of this is undone.
 */
const MEANINGS = `CREATE FUNCTION pg_temp.pgstream_meanings(asked json, path text) RETURNS json LANGUAGE plpgsql AS $meanings$
DECLARE
  -- Each by itself: to take one out of the whole, the whole is read.
  entries json[] := ARRAY(SELECT json_array_elements(asked));
  answers json[] := array_fill(NULL::json, ARRAY[json_array_length(asked)]);
  todo int[] := ARRAY(SELECT generate_series(1, json_array_length(asked)));
  failed int[];
  -- Of what a table has to stand for: a view by the negative number.
  absent int[] := '{}';
  changed int[] := '{}';
  standing text;
  named json;
  understood int[];
  rules oid[];
  i int;
  entry json;
  taken oid;
  of_view oid;
  rule oid;
  tree text;
  reading record;
  former record;
  former_error text;
  below record;
  same boolean;
  meant text;
  expected json;
  given json;
BEGIN
  PERFORM set_config('search_path', '${PINNED}', true);
  -- A view that is going to read something else is what it will be, for those that read it.
  FOR i IN 1 .. json_array_length(asked) LOOP
    named := entries[i] -> 'view';
    CONTINUE WHEN named ->> 'name' IS NULL;
    taken := to_regclass(format('%I.%I', named ->> 'schema', named ->> 'name'));
    CONTINUE WHEN taken IS NULL;
    IF entries[i] ->> 'takesPlace' = 'true' OR EXISTS (SELECT FROM pg_rewrite w JOIN pg_class v ON v.oid = w.ev_class
      WHERE v.oid = taken AND v.relkind = 'v' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass(format('%I.%I', entries[i] -> 'name' ->> 'schema', entries[i] -> 'name' ->> 'name')))) THEN
      EXECUTE format('ALTER TABLE %s RENAME TO %I', taken::regclass, 'pgstream_former_view_' || i);
    END IF;
  END LOOP;
  LOOP
    failed := '{}';
    understood := '{}';
    rules := '{}';
    FOREACH i IN ARRAY todo LOOP
      entry := entries[i];
      IF to_regnamespace(quote_ident(entry -> 'name' ->> 'schema')) IS NULL THEN
        answers[i] := json_build_object('error', format('schema "%s" does not exist', entry -> 'name' ->> 'schema'), 'sqlState', '3F000');
        CONTINUE;
      END IF;
      reading := pg_temp.pgstream_read(entry ->> 'query', path, 'pgstream_declared_' || i);
      IF reading.error IS NOT NULL THEN
        failed := failed || i;
        answers[i] := json_build_object('error', reading.error, 'sqlState', reading.code);
        CONTINUE;
      END IF;
      of_view := format('pg_temp.%I', 'pgstream_declared_' || i)::regclass;
      SELECT w.oid, w.ev_action::text INTO rule, tree FROM pg_rewrite w WHERE w.ev_class = of_view;
      same := NULL;
      meant := NULL;
      former_error := NULL;
      IF entry ->> 'stored' IS NOT NULL THEN
        same := (entry ->> 'stored') = (entry ->> 'query') AND (reading.qualified OR entry ->> 'storedPath' IS NULL);
        IF NOT same AND NOT reading.qualified THEN
          same := (entry ->> 'stored') = btrim(pg_get_viewdef(of_view), E' ;\\n'); -- As it was created by us.
        END IF;
        IF NOT same AND entry ->> 'meant' IS NOT NULL THEN
          meant := md5(pg_temp.pgstream_bare(tree));
          same := meant = entry ->> 'meant';
        END IF;
        IF NOT same THEN
          former := pg_temp.pgstream_read(entry ->> 'stored', coalesce(entry ->> 'storedPath', path), 'pgstream_stored_' || i);
          former_error := former.error;
          IF former_error IS NULL THEN
            SELECT w.ev_action::text = tree OR pg_temp.pgstream_bare(w.ev_action::text) = pg_temp.pgstream_bare(tree)
              OR pg_get_viewdef(w.ev_class) = pg_get_viewdef(of_view) INTO same
            FROM pg_rewrite w WHERE w.ev_class = format('pg_temp.%I', 'pgstream_stored_' || i)::regclass;
          END IF;
        END IF;
      END IF;
      expected := NULL;
      IF same IS NOT TRUE THEN
        BEGIN
          EXECUTE format('EXPLAIN (FORMAT JSON) SELECT * FROM pg_temp.%I', 'pgstream_declared_' || i) INTO expected;
        EXCEPTION WHEN others THEN
          NULL; -- What it costs is only told.
        END;
      END IF;
      understood := understood || i;
      rules := rules || rule;
      taken := to_regclass(format('%I.%I', entry -> 'name' ->> 'schema', entry -> 'name' ->> 'name'));
      SELECT json_agg(json_build_object('name', a.attname, 'type', format('%I.%I', n.nspname, t.typname),
          'written', format_type(a.atttypid, a.atttypmod), 'bare', format_type(a.atttypid, NULL)) ORDER BY a.attnum) INTO given
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE a.attrelid = of_view AND a.attnum > 0;
      PERFORM set_config('search_path', path, true);
      answers[i] := json_build_object(
        'qualified', NULL, 'isSame', coalesce(same, CASE WHEN entry ->> 'stored' IS NOT NULL THEN false END),
        'storedError', former_error,
        'meant', CASE WHEN entry ->> 'keeps' = 'true' THEN coalesce(meant, md5(pg_temp.pgstream_bare(tree))) END,
        'columns', given,
        'types', (SELECT coalesce(json_agg(format_type(to_regtype(declared.type), NULL) ORDER BY declared.place), '[]')
          FROM json_array_elements_text(entry -> 'types') WITH ORDINALITY declared (type, place)),
        'rows', expected -> 0 -> 'Plan' -> 'Plan Rows',
        'relkind', (SELECT c.relkind FROM pg_class c WHERE c.oid = taken));
      PERFORM set_config('search_path', '${PINNED}', true);
      IF NOT reading.qualified THEN
        answers[i] := (answers[i]::jsonb || jsonb_build_object('qualified', btrim(pg_get_viewdef(of_view), E' ;\\n')))::json;
      END IF;
      FOREACH standing IN ARRAY ARRAY['name', 'view'] LOOP
        named := entry -> standing;
        CONTINUE WHEN named ->> 'name' IS NULL;
        taken := to_regclass(format('%I.%I', named ->> 'schema', named ->> 'name'));
        IF taken IS NULL THEN
          absent := absent || CASE standing WHEN 'name' THEN i ELSE -i END;
        ELSIF EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = of_view AND a.attnum > 0
          AND NOT EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = taken AND b.attname = a.attname AND b.atttypid = a.atttypid AND NOT b.attisdropped)) THEN
          changed := changed || CASE standing WHEN 'name' THEN i ELSE -i END;
        END IF;
      END LOOP;
    END LOOP;
    -- Before anything is renamed.
    FOR below IN SELECT understood[array_position(rules, u.rule)] AS i, json_build_object('reads', u.reads, 'under', u.under, 'objects', u.objects) AS found
      FROM pg_temp.pgstream_under(rules) u
    LOOP
      answers[below.i] := (answers[below.i]::jsonb || below.found::jsonb)::json;
    END LOOP;
    EXIT WHEN failed = '{}' OR (failed = todo AND absent = '{}' AND changed = '{}');
    IF absent = '{}' AND failed = todo THEN
      FOREACH i IN ARRAY changed LOOP
        named := entries[abs(i)] -> CASE WHEN i > 0 THEN 'name' ELSE 'view' END;
        EXECUTE format('ALTER TABLE %I.%I RENAME TO %I', named ->> 'schema', named ->> 'name', 'pgstream_former_' || i);
      END LOOP;
      absent := changed;
      changed := '{}';
    END IF;
    FOREACH i IN ARRAY absent LOOP
      BEGIN
        named := entries[abs(i)] -> CASE WHEN i > 0 THEN 'name' ELSE 'view' END;
        EXECUTE format('CREATE TABLE %I.%I AS SELECT * FROM pg_temp.%I WITH NO DATA',
          named ->> 'schema', named ->> 'name', 'pgstream_declared_' || abs(i));
      EXCEPTION WHEN duplicate_table OR unique_violation THEN
        NULL; -- Somebody has made it meanwhile.
      END;
    END LOOP;
    absent := '{}';
    todo := failed;
  END LOOP;
  RETURN array_to_json(answers);
END
$meanings$;`;

const FUNCTIONS = `DO ${dollarQuote(`BEGIN\n${[BARE, READ, UNDER, MEANINGS].join('\n')}\nEND`)}`;

const ASK = `SELECT pg_temp.pgstream_meanings($1::pg_catalog.text::pg_catalog.json, $2)::pg_catalog.text AS pgstream`;

/**
 * What PostgreSQL makes of queries, in a transaction that is to be undone afterwards: views are made of them, and functions.
 * @param path what names without a schema mean
 */
export async function meaningsOf(
  executor: SqlExecutor,
  asked: readonly Asked[],
  path: string,
): Promise<readonly (Meaning | Meaningless)[]> {
  await executor.query(FUNCTIONS);
  const [answers = []] = await query<readonly (Meaning | Meaningless)[]>(executor, ASK, [JSON.stringify(asked), path]);
  return answers;
}

const PIN = `SELECT pg_catalog.json_build_array(pg_catalog.current_setting('server_version_num')::pg_catalog.int4 OPERATOR(pg_catalog./) 10000,
  pg_catalog.set_config('search_path', '${PINNED}', true))::pg_catalog.text AS pgstream`;

/** Until the transaction, or what undoes it, ends. Gives the server's major version. */
export async function pinned(executor: SqlExecutor): Promise<number> {
  const [[major] = [0]] = await query<readonly [major: number, path: string]>(executor, PIN);
  return major;
}
