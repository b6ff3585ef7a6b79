import { DIALECTS, type Dialect } from '../dialect/index.ts';
import { dollarQuote, nameText } from '../name/index.ts';
import { ATTACHED_HASH, attachedSql, type Attached, type AttachedOptions } from './attached.ts';
import { literal } from './sql.ts';
import { drops, type Plan, type PlanStep } from './steps.ts';

/**
 * The statement at the head of a migration. It raises an exception where more hangs by now on what the migration drops than it
 * puts back: the extension drops that along with a stream table, without a word. apply() needs none, for it plans anew. None where
 * nothing is dropped.
 *
 * Of what is made again it knows all that the plan has seen, and on the way up how that was. Of what goes for good only that is
 * asked for which is no part of it: a view on it, a stream table or a function that reads it.
 */
export function guardSql({ steps, dialect }: Plan, way: 'up' | 'down'): readonly [] | readonly [string] {
  const dropped = steps.filter((step) => step.kind === 'alter-query' || drops(step[way]));
  if (dropped.length === 0) return [];
  const turned = steps.filter((step) => step.kind === 'replace-view' && !drops(step[way]));
  const known = Object.fromEntries([
    ...dropped.map((step) => [nameText(step.name), knownOf(step, way)] as const),
    ...turned.map((step) => [nameText(step.name), false] as const),
  ]);
  const parts = Object.values(known).some((each) => typeof each === 'object' && each !== null);
  const guard = `DO ${dollarQuote(`DECLARE
  -- What is dropped below, with what is put back on it and a hash of how that was; null where it goes for good, false where it
  -- stays and reads something else.
  known CONSTANT jsonb := ${literal(JSON.stringify(known, null, 2).replaceAll('\n', '\n  '))};
  path CONSTANT text := pg_catalog.current_setting('search_path');
  lost text;
BEGIN
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  lost := (
${lostSql(DIALECTS[dialect], { parts, byDefault: false, grouping: way === 'up' || !parts })});
  PERFORM pg_catalog.set_config('search_path', path, true);
  ${refuseLostSql(HINTS[way])}
END`)}`;
  return [guard];
}

const HINTS = {
  up: 'Plan it again in a database that has this (pgstream plan --write), or drop this first and create it again afterwards.',
  down: 'Drop this first, and create it again afterwards where there is still something for it to hang on.',
};

/** Without what reads it: that is among the dropped itself. */
function knownOf({ attached, ...step }: PlanStep, way: 'up' | 'down'): Attached | null {
  if (step[way].put.length === 0) return null;
  const parts = Object.entries(attached).filter(([what]) => !/^(?:view|stream table) /.test(what));
  // On the way down a view may read other types, and is written in other words.
  return way === 'up' ? Object.fromEntries(parts) : Object.fromEntries(parts.map(([what]) => [what, null]));
}

/** The statement that refuses, of a block with the variable `lost`. */
export function refuseLostSql(hint: string): string {
  return `IF lost IS NOT NULL THEN
    RAISE EXCEPTION 'Nothing was done, because this migration would lose what it does not know of: %.', lost
      USING HINT = '${hint}';
  END IF;`;
}

/** SQL for what hangs on relations and is not known, as a sentence: the variable `known` has their names, and for each what is known. */
export function lostSql(d: Dialect, options: AttachedOptions): string {
  return `  WITH dropped AS (
    SELECT c.*, k.key AS called, k.value AS known FROM jsonb_each(known) k JOIN pg_class c ON c.oid = to_regclass(k.key)
  ), found AS (
    SELECT r.called, r.known, a.*, r.known ->> a.what AS before, ${ATTACHED_HASH} AS now FROM dropped r CROSS JOIN LATERAL (
    ${attachedSql(d, options)}
    ) a WHERE r.known <> 'false'
  ), lost AS (
    SELECT f.called, string_agg(concat(CASE WHEN jsonb_exists(f.known, f.what) THEN 'another ' END, f.what), ', ' ORDER BY f.what) AS what
    FROM found f
    WHERE (f.known <> 'null' OR NOT f.part) AND (f.relid IS NULL OR f.relid NOT IN (SELECT r.oid FROM dropped r))
      -- Another major version of PostgreSQL may say the same in other words.
      AND NOT coalesce(f.before = f.now OR split_part(f.before, '-', 1) <> split_part(f.now, '-', 1), jsonb_exists(f.known, f.what))
    GROUP BY f.called
  )
  SELECT string_agg(format('with %s: %s', l.called, l.what), '; ' ORDER BY l.called) FROM lost l`;
}
