import { argument, commandBlock } from '../command/index.ts';
import type { Context } from '../context/index.ts';
import { query, undone } from '../executor/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import { orphanedView } from './findings.ts';
import { readKnown, seenHash, type Known } from './known.ts';
import { markText, type Mark } from './mark.ts';
import { meaningsOf, pinned, searchPathOf, type Meaning } from './meaning.ts';
import { markSql } from './sql.ts';
import { isChange, type Plan } from './steps.ts';
import { formerOf } from './step-parts.ts';
import { isSameName, viewsOf } from './views.ts';

const SEEN = `SELECT coalesce(pg_catalog.json_agg(${seenHash('l.objects')} ORDER BY l.place), '[]')::pg_catalog.text AS pgstream
FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::pg_catalog.json) WITH ORDINALITY l (objects, place)`;

/** When the transaction's statement is: later than that of any apply() before it. */
const NOW = `SELECT pg_catalog.to_json(pg_catalog.floor(extract(epoch FROM pg_catalog.clock_timestamp()) OPERATOR(pg_catalog.*) 1000))::pg_catalog.text AS pgstream`;

/** Writes down, in the transaction of an apply(), what the declared stream tables of its plan are now. */
export async function remember(
  where: Context,
  { plan, known: before }: { readonly plan: Plan; readonly known: ReadonlyMap<string, Known> },
): Promise<void> {
  const { executor } = where;
  const dialect = await where.dialect();
  const steps = new Map(plan.steps.map((step) => [quoteName(step.name), step]));
  const declared = plan.definitions.filter(({ name }) => steps.has(quoteName(name)));
  if (declared.length === 0) return;
  const after = new Map((await readKnown(where)).map((each) => [quoteName(each.name), each]));
  const [at = 0] = await query<number>(executor, NOW);
  const asked = declared.map((each) => ({
    name: each.name,
    query: each.query,
    stored: each.query,
    storedPath: null,
    meant: null,
    keeps: true,
    types: [],
    view: null,
    takesPlace: false,
  }));
  const views = declared.map((each) => each.view ?? keptView(before.get(quoteName(each.name)), plan));
  const { major, meanings, found } = await undone(executor, async () => ({
    major: await pinned(executor),
    found: await viewsOf(
      executor,
      views.flatMap((view, index) => {
        const table = declared[index]?.name;
        return view === null || table === undefined ? [] : [{ view, table, columns: [] }];
      }),
    ),
    meanings: await meaningsOf(executor, asked, searchPathOf([plan.settings.defaultSchema])),
  }));
  const understood = meanings.map((meaning, index): Pick<Meaning, 'objects' | 'under' | 'meant'> => {
    if ('error' in meaning) return { objects: '', under: {}, meant: null };
    const oid = found.find(({ name }) => isSameName(name, views[index]))?.oid;
    return oid == null ? meaning : { ...meaning, objects: `${meaning.objects},c${oid}` };
  });
  const [seen = []] = await query<readonly string[]>(executor, SEEN, [
    JSON.stringify(understood.map(({ objects }) => objects)),
  ]);
  const comments = declared.map((each, index) => {
    const key = quoteName(each.name);
    const { name, query: text, refreshMode, columns } = each;
    const step = steps.get(key);
    const old = before.get(key);
    const { objects = '', under = {}, meant = null } = understood[index] ?? {};
    const view = views[index] ?? null;
    const viewStep = view === null ? undefined : steps.get(quoteName(view));
    const changed = [step, viewStep].some((one) => one !== undefined && isChange(one))
      ? { apply: at, former: old === undefined ? null : formerOf(old) }
      : old?.mark == null
        ? {}
        : { apply: old.mark.apply, former: old.mark.former };
    const mark: Mark = {
      pgstream: 1,
      query: text,
      refreshMode,
      columns,
      kept: after.get(key)?.kept,
      major,
      objects,
      seen: seen[index],
      meant: meant ?? undefined,
      under,
      view,
      ...changed,
    };
    return `EXECUTE ${argument(markSql(name, markText(mark), dialect))};`;
  });
  await executor.query(commandBlock({ statements: comments.join('\n') }, 'open'));
}

/** A view that is not declared any more is still known for ours while it is there. */
function keptView(known: Known | undefined, { definitions, settings }: Plan): QualifiedName | null {
  const orphaned = known === undefined ? null : orphanedView(known, definitions, settings);
  return orphaned === null || orphaned.isDropped ? null : orphaned.name;
}
