import type { Dialect } from '../dialect/index.ts';
import { quoteName } from '../name/index.ts';
import type { Consequences } from './consequences.ts';
import type { DeclaredView, OrphanedView } from './findings.ts';
import type { Affected, PutBack } from './furniture.ts';
import { dropping, fitting, formerDropSql, madeAgain, stepFor, UNTOUCHED } from './step-parts.ts';
import type { PlanStep, StepSql } from './steps.ts';
import { viewReasons } from './view-changes.ts';
import { definedViewSql, dropViewSql, viewSql } from './views.ts';

/** Of the view that is declared with a stream table. */
export function declaredViewStep(
  { view, compared, change }: DeclaredView,
  consequences: Consequences,
  dialect: Dialect,
): PlanStep {
  const { declared, meaning } = compared;
  const asked = { view, table: declared.name, columns: meaning.columns.map(({ name }) => name) };
  const step = {
    ...stepFor({ name: view, source: declared.source }),
    reasons: viewReasons(change),
    rows: 0,
  };
  if (change.kind === 'create') {
    return {
      ...step,
      kind: 'create-view',
      readers: 'Nobody reads it yet.',
      locks: 'None that anybody waits for.',
      up: { take: [], put: [viewSql(asked)] },
      down: dropping(dropViewSql(view), consequences.isTakenBack(declared.name)),
    };
  }
  const late = {
    ...step,
    kind: 'replace-view',
    readers:
      'Readers find the former content while the rest is made, and wait from then until the end of the transaction.',
    locks: 'ACCESS EXCLUSIVE on it.',
  } as const;
  if (change.kind === 'instead') {
    const { former } = change;
    const { furniture = [], blockers = [], attached = {} } = consequences.affectedOf(former.oid) ?? {};
    const readers = consequences.readersOf(former.oid);
    return {
      ...late,
      place: consequences.placeOf(former.oid),
      blockers: [...blockers, ...readers.map(({ name }) => `${quoteName(name)}, which reads it: drop it before`)],
      // On the way back it is the view that goes.
      attached: { ...attached, definition: null, 'storage parameters': null },
      up: {
        take: [],
        swap: [formerDropSql(former, dialect)],
        put: [viewSql(asked), ...furniture.flatMap((each) => forView(each, asked.columns))],
      },
      down: {
        take: [],
        swap: [dropViewSql(view)],
        put: madeAgain(former, furniture, dialect),
      },
    };
  }
  const { found } = change;
  const { furniture = [], attached = {}, blockers = [], reads = [] } = consequences.affectedOf(found.oid) ?? {};
  const { options } = found;
  const before = found.definition ?? '';
  const placed = { ...late, place: consequences.placeOf(found.oid), blockers, attached };
  if (consequences.whyRecreated(found.oid) === undefined) {
    return {
      ...placed,
      up: { take: [], put: [viewSql(asked, { options, orReplace: true })] },
      down: { take: [], put: [definedViewSql(view, before, { options, orReplace: true })] },
    };
  }
  const { kept, left } = fitting(furniture, meaning.columns, undefined);
  const drop = [dropViewSql(view)];
  const put = [viewSql(asked, { options }), ...kept];
  const putBack = [definedViewSql(view, before, { options }), ...furniture.map(({ sql }) => sql)];
  // What it reads goes before it comes again; or it stays until the other one is there.
  const way = (isEarly: boolean, statements: readonly string[]): StepSql =>
    isEarly ? { take: drop, put: statements } : { take: [], swap: drop, put: statements };
  const isEarly = reads.some((read) => consequences.isTaken(read));
  return {
    ...placed,
    ...(isEarly && {
      kind: 'recreate-view',
      readers: 'Readers wait from its drop until the end of the transaction.',
    }),
    left,
    up: way(isEarly, put),
    down: way(consequences.isTakenBack(declared.name), putBack),
  };
}

/** Of one that was. */
export function orphanedViewStep({ name, oid, isDropped }: OrphanedView, consequences: Consequences): PlanStep {
  const step = stepFor({ name, source: undefined });
  const reasons = ['it was declared with a stream table once, and is not any more'];
  if (!isDropped) return { ...step, kind: 'orphan', reasons, ...UNTOUCHED };
  const { definition, furniture = [], blockers = [] } = consequences.affectedOf(oid) ?? {};
  return {
    ...step,
    kind: 'drop-view',
    reasons,
    readers: 'Readers wait until the end of the transaction, and then find nothing.',
    locks: 'ACCESS EXCLUSIVE on it.',
    rows: 0,
    place: consequences.placeOf(oid),
    blockers,
    up: dropping(dropViewSql(name), consequences.isTaken(oid)),
    down: { take: [], put: [definition ?? '', ...furniture.map(({ sql }) => sql)] },
  };
}

/** Of a view that nobody has declared, and that reads what is made anew. */
export function dependentViewStep(
  affected: Affected,
  reasons: readonly string[],
  consequences: Consequences,
): PlanStep {
  const { name, definition, furniture, attached, blockers } = affected;
  const put = [definition ?? '', ...furniture.map(({ sql }) => sql)];
  const take = [dropViewSql(name)];
  return {
    ...stepFor({ name, source: undefined }),
    kind: 'recreate-view',
    reasons,
    readers: 'Readers wait from its drop until the end of the transaction.',
    locks: 'ACCESS EXCLUSIVE on it.',
    rows: 0,
    place: consequences.placeOf(affected.oid),
    blockers: [
      ...blockers,
      ...(definition === null
        ? ['it itself, which is a materialized view: drop it before, and create it afterwards']
        : []),
      ...readsWhatGoes(affected, consequences),
    ],
    attached,
    up: { take, put },
    down: { take, put },
  };
}

/** Something that stays would read what goes. */
export function readsWhatGoes(affected: Affected, consequences: Consequences): readonly string[] {
  return consequences
    .goneReadBy(affected)
    .map((name) => `it itself, which reads ${quoteName(name)}: drop it, or let it read something else`);
}

/** What a view can have that takes the name of a stream table. */
function forView({ sql, columns }: PutBack, has: readonly string[]): readonly string[] {
  if (!columns.every((column) => has.includes(column))) return [];
  if (sql.startsWith('COMMENT ON TABLE ')) return [sql.replace('TABLE', 'VIEW')];
  return /^(?:COMMENT ON COLUMN|GRANT) |^ALTER TABLE .* OWNER TO /.test(sql) ? [sql] : [];
}
