import { checkHasMode } from '../definition/index.ts';
import type { Dialect } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import type { SqlExecutor } from '../executor/index.ts';
import { checkCreatable, dollarQuote, functionArgument, quoteName } from '../name/index.ts';
import { declare, type Declared, type DeclaredStreamTable } from './declared.ts';
import { REPEATABLE_FORMATS, type RepeatableFormat } from './formats.ts';
import { lostSql, refuseLostSql } from './guard.ts';
import { readKnown } from './known.ts';
import { MARK_BEGINS } from './mark.ts';
import { PINNED, pinned, searchPathOf, type Meaning } from './meaning.ts';
import { checkAuthor, checkDescription, type Migrations, type MigrationOptions } from './migrations.ts';
import { inReadingOrder, refuseCycle } from './order.ts';
import { aside, contextOf, type PlanOptions } from './plan.ts';
import { literal } from './sql.ts';
import { understand } from './understanding.ts';
import { viewSql } from './views.ts';

/** Whose names, as in plan(), and what the file is called. */
export interface RepeatableOptions
  extends Pick<PlanOptions, 'defaultSchema' | 'dialect'>, Pick<MigrationOptions, 'description' | 'author'> {}

/** A declaration with its query as it is created: with the schema of every name. */
interface Complete extends Declared {
  readonly complete: string;
  readonly viewSql: string | null;
  readonly reads: Meaning['reads'];
}

/**
 * All that is declared as one file, which the tool runs again whenever its text changes: a repeatable migration.
 *
 * - `flyway`: `R__stream_tables.sql`.
 * - `liquibase`: `stream_tables.sql`, a changeset with `runOnChange:true` and `runOrder:last`.
 * - `sql`: `stream_tables.sql`, to be run as often as one likes.
 *
 * It creates what is not there, alters a schedule, a mode, a comment or, on pg_trickle, a query, and does nothing where it finds
 * what is declared: by the text of the query, or by how PostgreSQL writes it. What has to be made anew is dropped and created with
 * the declared ones that read it. Where that would lose anything that hangs on it, a view, an index, a grant, it raises an
 * exception, and nothing is done: then a migration with a version is needed, of `writeMigrations()` with `beforeRepeatable`, after
 * which this one finds nothing to do. What is not declared any more stays.
 *
 * The text is the same for the same declarations, in whatever order, and whatever stream tables the database has. That is asked
 * which schemas the names in queries mean, and what they read.
 *
 * Throws what plan() throws, and INVALID_ARGUMENT where nothing is declared.
 */
export async function writeRepeatable(
  executor: SqlExecutor,
  definitions: readonly DeclaredStreamTable[],
  format: RepeatableFormat,
  options: RepeatableOptions = {},
): Promise<Migrations> {
  const { defaultSchema = 'public', dialect = null, description = 'stream_tables', author = 'pgstream' } = options;
  checkFormat(format);
  checkDescription(description);
  checkAuthor(author);
  const context = contextOf(executor, { defaultSchema, dialect, orphans: 'report', remove: [] });
  const d = await context.dialect();
  const declared = declare(definitions, defaultSchema).toSorted((a, b) =>
    quoteName(a.name) < quoteName(b.name) ? -1 : 1,
  );
  if (declared.length === 0) {
    throw new PgStreamError('INVALID_ARGUMENT', 'There is nothing to write: no stream table is declared.', {
      operation: 'plan',
    });
  }
  for (const { name, refreshMode } of declared) {
    checkHasMode(refreshMode, d);
    checkCreatable(name, d);
  }
  const known = new Map((await readKnown(context)).map((each) => [quoteName(each.name), each]));
  const understood = await aside(context, async (where) => {
    await pinned(where.executor);
    return await understand(where, declared, { byName: known, isCompared: false, defaultSchema });
  });
  const complete = understood.map(({ declared: each, meaning: { qualified, reads, columns } }): Complete => {
    const { view, name: table, query } = each;
    const names = columns.map(({ name }) => name);
    return {
      ...each,
      complete: qualified ?? query,
      reads,
      viewSql: view === null ? null : viewSql({ view, table, columns: names }, { orReplace: true }),
    };
  });
  const { sorted, cycle } = inReadingOrder(complete, ({ reads }) => reads);
  refuseCycle(cycle);
  const sql = `${REPEATABLE_ABOUT}\n${declarationSql(sorted, { d, path: searchPathOf([defaultSchema]), format })};\n`;
  return { files: [REPEATABLE_FORMATS[format]({ description, author, sql })] };
}

const REPEATABLE_ABOUT =
  '-- All stream tables that are declared, as pgstream plan --repeatable writes them. Run again, it does what there is to do.';

function checkFormat(format: RepeatableFormat): void {
  if (Object.hasOwn(REPEATABLE_FORMATS, format)) return;
  throw new PgStreamError(
    'INVALID_ARGUMENT',
    `There are no repeatable migrations of ${format}, which runs each of its migrations once: write one of ${Object.keys(REPEATABLE_FORMATS).join(', ')}, or a migration with a version.`,
  );
}

/** A declaration as a row of the table that the block works on. */
function rowText(
  { name, query, complete, schedule, refreshMode, comment, columns, view, viewSql: makesView }: Complete,
  place: number,
  d: Dialect,
): string {
  const settings = [
    place + 1,
    literal(functionArgument(name, d)),
    literal(quoteName(name)),
    literal(schedule),
    literal(refreshMode),
    comment !== undefined,
    literal(comment ?? null),
    literal(JSON.stringify(columns)),
    literal(view && quoteName(view)),
    literal(JSON.stringify(view)),
    literal(makesView),
    literal(complete === query ? null : query),
  ];
  return `    (${settings.join(', ')},\n${literal(complete)})`;
}

/** What a new query, schedule or mode of the extension's needs, as conditions on a row `here` of its catalog and a declaration `each`. */
function judgeSql(d: Dialect): string {
  const anew = [
    'NOT same_columns',
    ...(d.altersQuery ? [] : ['NOT same_query']),
    ...(d.calculated === null ? ['here.schedule IS NOT NULL AND each.schedule IS NULL'] : []),
    `NOT same_mode AND NOT (each.mode = 'FULL' AND here.refresh_mode = 'DIFFERENTIAL')`,
  ];
  return anew.map((condition) => `(${condition})`).join(' OR ');
}

function declarationSql(
  declared: readonly Complete[],
  { d, path, format }: { readonly d: Dialect; readonly path: string; readonly format: RepeatableFormat },
): string {
  const id = `${d.prefix}id`;
  const relid = `${d.prefix}relid`;
  const dependencies = `${d.schema}.${d.prefix}dependencies`;
  const schedule = d.calculated === null ? 'each.schedule' : `coalesce(each.schedule, ${literal(d.calculated)})`;
  const body = `DECLARE
  path CONSTANT text := pg_catalog.current_setting('search_path');
  each record;
  here ${d.catalog};
  stored text;
  same_query boolean;
  same_columns boolean;
  same_mode boolean;
  known jsonb;
  lost text;
BEGIN
  PERFORM pg_catalog.set_config('search_path', '${PINNED}', true);
  CREATE TEMP TABLE pgstream_declared (place int, name text, relation text, schedule text, mode text, has_comment boolean,
    comment text, columns text, view text, view_name text, view_sql text, declared text, query text, does text, new_schedule text, new_mode text);
  -- The text that was declared is here as well where names in it had no schema.
  INSERT INTO pg_temp.pgstream_declared (place, name, relation, schedule, mode, has_comment, comment, columns, view, view_name, view_sql,
    declared, query) VALUES
${declared.map((each, place) => rowText(each, place, d)).join(',\n')};

  -- What there is to do. The rest is the same in every such file.
  FOR each IN SELECT d.* FROM pg_temp.pgstream_declared d ORDER BY d.place LOOP
    SELECT c.* INTO here FROM ${d.catalog} c WHERE c.${relid} = to_regclass(each.relation);
    IF here.${relid} IS NULL THEN
      UPDATE pg_temp.pgstream_declared d SET does = 'create' WHERE d.place = each.place;
      CONTINUE;
    END IF;
    stored := coalesce(here.original_query, here.defining_query);
    BEGIN
      EXECUTE format(E'CREATE TEMP VIEW pgstream_new AS (%s\\n)', each.query);
      SELECT array_agg(format('%s %s', a.attname, a.atttypid) ORDER BY a.attnum) FILTER (WHERE a.attrelid = here.${relid})
        = array_agg(format('%s %s', a.attname, a.atttypid) ORDER BY a.attnum) FILTER (WHERE a.attrelid <> here.${relid}) INTO same_columns
      FROM pg_attribute a WHERE a.attrelid IN (here.${relid}, to_regclass('pg_temp.pgstream_new')) AND a.attnum > 0 AND NOT a.attisdropped
        AND NOT starts_with(a.attname, '${d.hiddenPrefix}');
      same_query := stored = each.query;
      IF NOT same_query THEN
        PERFORM set_config('search_path', ${literal(path)}, true);
        EXECUTE format(E'CREATE TEMP VIEW pgstream_old AS (%s\\n)', stored);
        PERFORM set_config('search_path', '${PINNED}', true);
        same_query := pg_get_viewdef(to_regclass('pg_temp.pgstream_old')) = pg_get_viewdef(to_regclass('pg_temp.pgstream_new'));
        DROP VIEW pg_temp.pgstream_old;
      END IF;
      DROP VIEW pg_temp.pgstream_new;
    EXCEPTION WHEN others THEN
      -- It reads what is not there yet, or not any more.
      same_query := false;
      same_columns := false;
    END;
    same_mode := coalesce(each.mode IN (here.refresh_mode, CASE WHEN here.refresh_mode <> 'IMMEDIATE' THEN coalesce((SELECT
      CASE WHEN starts_with(x.description, '${MARK_BEGINS}') THEN x.description::jsonb ->> 'refreshMode' END
      FROM pg_attribute a JOIN pg_description x ON x.classoid = 'pg_class'::regclass AND x.objoid = a.attrelid AND x.objsubid = a.attnum
      WHERE a.attrelid = here.${relid} AND a.attname = '${d.hiddenPrefix}row_id'), to_jsonb(here) ->> 'requested_refresh_mode') END), false);
    UPDATE pg_temp.pgstream_declared d SET
      new_schedule = CASE WHEN here.schedule IS DISTINCT FROM each.schedule THEN ${schedule} END,
      new_mode = CASE WHEN NOT same_mode THEN each.mode END,
      does = CASE WHEN ${judgeSql(d)} THEN 'anew'
        WHEN NOT same_query THEN CASE WHEN EXISTS (SELECT FROM ${dependencies} p WHERE p.source_relid = here.${relid}) THEN 'anew' ELSE 'query' END
        WHEN NOT same_mode OR here.schedule IS DISTINCT FROM each.schedule THEN 'alter' END
    WHERE d.place = each.place;
  END LOOP;
  LOOP
    UPDATE pg_temp.pgstream_declared d SET does = 'anew' FROM ${dependencies} p JOIN ${d.catalog} c USING (${id})
    JOIN pg_temp.pgstream_declared o ON to_regclass(o.relation) = p.source_relid
    WHERE c.${relid} = to_regclass(d.relation) AND o.does = 'anew' AND d.does IS DISTINCT FROM 'anew';
    EXIT WHEN NOT FOUND;
  END LOOP;

  known := (SELECT jsonb_object_agg(d.relation, CASE WHEN d.has_comment THEN '{"comment": null}'::jsonb ELSE '{}' END)
    FROM pg_temp.pgstream_declared d WHERE d.does IN ('anew', 'query')) || coalesce((
    SELECT jsonb_object_agg(d.view, '{"definition": null, "storage parameters": null}'::jsonb) FROM pg_temp.pgstream_declared d
    WHERE d.does IN ('anew', 'query') AND d.view IS NOT NULL), '{}');
  lost := (
${lostSql(d, { parts: true, byDefault: false, grouping: false })});
  ${refuseLostSql(`Write a migration with a version, which puts it back: pgstream plan --write ${format} --before-repeatable. After that there is nothing to do here.`)}

  PERFORM set_config('search_path', ${literal(path)}, true);
  FOR each IN SELECT d.* FROM pg_temp.pgstream_declared d WHERE d.does IN ('anew', 'query') AND to_regclass(d.view) IS NOT NULL LOOP
    EXECUTE format('DROP VIEW %s', each.view);
  END LOOP;
  LOOP
    SELECT d.name INTO each FROM pg_temp.pgstream_declared d JOIN ${d.catalog} c ON c.${relid} = to_regclass(d.relation)
    WHERE d.does = 'anew' AND NOT EXISTS (SELECT FROM ${dependencies} p JOIN ${d.catalog} r USING (${id}) WHERE p.source_relid = c.${relid});
    EXIT WHEN NOT FOUND;
    PERFORM ${d.schema}.drop_stream_table(name => each.name);
  END LOOP;
  FOR each IN SELECT d.* FROM pg_temp.pgstream_declared d ORDER BY d.place LOOP
    IF each.does IN ('create', 'anew') THEN
      PERFORM ${d.schema}.create_stream_table(name => each.name, query => each.query, schedule => ${schedule}, refresh_mode => each.mode);
${
  d.altersQuery
    ? `    ELSIF each.does = 'query' THEN
      PERFORM ${d.schema}.alter_stream_table(name => each.name, query => each.query, schedule => each.new_schedule, refresh_mode => each.new_mode);
`
    : ''
}    ELSIF each.does = 'alter' THEN
      PERFORM ${d.schema}.alter_stream_table(name => each.name, schedule => each.new_schedule, refresh_mode => each.new_mode);
    END IF;
    IF each.has_comment AND each.comment IS DISTINCT FROM obj_description(to_regclass(each.relation), 'pg_class') THEN
      EXECUTE format('COMMENT ON TABLE %s IS %L', each.relation, each.comment);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_rewrite w JOIN pg_depend e ON e.classid = 'pg_rewrite'::regclass AND e.objid = w.oid
      WHERE w.ev_class = to_regclass(each.view) AND e.refobjid = to_regclass(each.relation)) AND each.view IS NOT NULL THEN
      EXECUTE each.view_sql;
    END IF;
    EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', each.relation, '${d.hiddenPrefix}row_id',
      format('${MARK_BEGINS}"query":%s,"refreshMode":%s,"columns":%s,"under":{},"view":%s}',
        to_json(coalesce(each.declared, each.query)), to_json(each.mode), each.columns, each.view_name));
  END LOOP;
  DROP TABLE pg_temp.pgstream_declared;
  PERFORM pg_catalog.set_config('search_path', path, true);
END`;
  return `DO ${dollarQuote(body)}`;
}
