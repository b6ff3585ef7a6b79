import { quoteName } from '../name/index.ts';
import type { Attached } from './attached.ts';
import { Consequences } from './consequences.ts';
import type { Declared } from './declared.ts';
import { modeOf } from './differences.ts';
import type { Compared, Findings } from './findings.ts';
import type { Affected } from './furniture.ts';
import type { Known } from './known.ts';
import { markText } from './mark.ts';
import { inReadingOrder, refuseCycle } from './order.ts';
import { alterSql, commentSql, createSql, dropSql, markSql, refusalSql, type Alteration } from './sql.ts';
import {
  dropping,
  fitting,
  formerDropSql,
  formerMark,
  formerOf,
  madeAgain,
  markBack,
  NOTHING,
  stepFor,
  suspended,
  UNTOUCHED,
} from './step-parts.ts';
import type { PlanStep, StepSql } from './steps.ts';
import { declaredViewStep, dependentViewStep, orphanedViewStep, readsWhatGoes } from './view-steps.ts';

/** The steps, what is read before what reads it. Throws CYCLE. */
export function stepsOf(findings: Findings): readonly PlanStep[] {
  const consequences = new Consequences(findings);
  const steps = new Making(findings, consequences).steps();
  const ordered = inReadingOrder(steps, (step) => consequences.readsOf(step.name));
  refuseCycle(ordered.cycle);
  return ordered.sorted;
}

class Making {
  readonly #findings: Findings;
  readonly #declared: ReadonlyMap<string, Declared>;
  readonly #consequences: Consequences;

  constructor(findings: Findings, consequences: Consequences) {
    this.#findings = findings;
    this.#declared = new Map(findings.declared.map((each) => [quoteName(each.name), each]));
    this.#consequences = consequences;
  }

  steps(): readonly PlanStep[] {
    const { compared, known, affected, views: declared, orphanedViews, gone, dialect } = this.#findings;
    const made = new Set<string>();
    const steps: PlanStep[] = [];
    const add = (step: PlanStep): void => {
      made.add(quoteName(step.name));
      steps.push(step);
    };
    for (const each of compared) add(this.#declaredStep(each));
    const views = declared.map((each) => declaredViewStep(each, this.#consequences, dialect));
    for (const step of views) made.add(quoteName(step.name));
    for (const each of affected) {
      const because = this.#consequences.whyRecreated(each.oid);
      if (because !== undefined && !made.has(quoteName(each.name))) add(this.#dependentStep(each, because));
    }
    for (const each of orphanedViews) add(orphanedViewStep(each, this.#consequences));
    for (const each of known) {
      if (made.has(quoteName(each.name)) || this.#declared.has(quoteName(each.name))) continue;
      add(gone.has(each.oid) ? this.#dropStep(each) : undeclaredStep(each));
    }
    // Last: readers of a view wait from when it is turned.
    return [...steps, ...views];
  }

  #declaredStep(compared: Compared): PlanStep {
    const { known, differences } = compared;
    if (known === undefined || differences === undefined) return this.#createStep(compared);
    const because = this.#consequences.whyRecreated(known.oid);
    if (because !== undefined) return this.#recreateStep(known, because, compared);
    if (differences.content.length > 0) return this.#alterQueryStep(compared, known);
    const { schedule, refreshMode, comment } = differences;
    if (schedule === undefined && refreshMode === undefined && comment === undefined) return adoptStep(compared);
    return this.#alterStep(compared, known);
  }

  #createStep({ declared, meaning }: Compared): PlanStep {
    const { dialect, inherited } = this.#findings;
    const query = meaning.qualified ?? declared.query;
    const { kept, left } = fitting(inherited.get(quoteName(declared.name)) ?? [], meaning.columns, declared.comment);
    const comment = declared.comment ?? null;
    return {
      ...stepFor(declared),
      kind: 'create',
      reasons: ['there is no stream table of that name'],
      readers: 'Nobody reads it yet.',
      locks: 'SHARE ROW EXCLUSIVE on the tables that it reads: writers to them wait while it is filled.',
      rows: meaning.rows,
      up: {
        take: [],
        put: [
          createSql({ ...declared, query }, dialect),
          ...kept,
          ...(comment === null ? [] : [commentSql(declared.name, comment)]),
        ],
      },
      left,
      down: dropping(dropSql(declared.name, dialect), this.#consequences.isTakenBack(declared.name)),
      mark: this.#mark(declared, meaning),
    };
  }

  #alterStep(compared: Compared, known: Known): PlanStep {
    const { dialect } = this.#findings;
    const { declared, differences, meaning } = compared;
    const { schedule, refreshMode, comment } = differences ?? {};
    const changes: Alteration = { schedule, refreshMode };
    const back: Alteration = {
      ...(schedule !== undefined && { schedule: known.schedule }),
      ...(refreshMode !== undefined && { refreshMode: known.refreshMode }),
    };
    const isAltered = schedule !== undefined || refreshMode !== undefined;
    // Contract B.2: there a change of the mode computes everything.
    const computes = refreshMode !== undefined && dialect.hasAutoAndImmediate;
    return {
      ...stepFor(declared),
      kind: 'alter',
      reasons: changesText(known, changes, comment),
      readers: computes ? 'Readers wait while it is computed anew.' : 'Readers notice nothing.',
      locks: computes
        ? 'ACCESS EXCLUSIVE on it, SHARE on the tables that it reads.'
        : 'The row of the extension’s catalog alone.',
      rows: computes ? known.rows : 0,
      attached: this.#attached(known.oid, comment),
      up: {
        take: [],
        put: [
          ...(isAltered ? [alterSql(declared.name, changes, dialect)] : []),
          ...(comment === undefined ? [] : [commentSql(declared.name, comment)]),
        ],
      },
      down: this.#consequences.isOneWay(compared)
        ? this.#backAnew(known)
        : {
            take: [],
            put: [
              ...(isAltered ? [alterSql(declared.name, back, dialect)] : []),
              ...(comment === undefined ? [] : [commentSql(declared.name, known.comment)]),
              markBack(known, dialect),
            ],
          },
      mark: this.#mark(declared, meaning),
    };
  }

  /** What no alter takes back. */
  #backAnew(known: Known): StepSql {
    const { dialect } = this.#findings;
    const { furniture = [], blockers = [] } = this.#consequences.affectedOf(known.oid) ?? {};
    const readers = this.#consequences.readersOf(known.oid).map(({ name }) => quoteName(name));
    const hanging = [...readers, ...blockers];
    if (hanging.length > 0) {
      const refusal = `Nothing was done, because ${quoteName(known.name)} would have to be created anew to be as it was, and with it what hangs on it: ${hanging.join(', ')}. Declare it as it was, and plan that.`;
      return { take: [], put: [refusalSql(refusal)] };
    }
    return { take: [dropSql(known.name, dialect)], put: madeAgain(known, furniture, dialect) };
  }

  #alterQueryStep({ declared, differences, meaning }: Compared, known: Known): PlanStep {
    const { dialect } = this.#findings;
    const { schedule, refreshMode, comment, content = [] } = differences ?? {};
    const furniture = this.#consequences.affectedOf(known.oid)?.furniture.map(({ sql }) => sql) ?? [];
    const query = meaning.qualified ?? declared.query;
    return {
      ...stepFor(declared),
      kind: 'alter-query',
      reasons: [...content, ...changesText(known, { schedule, refreshMode }, comment)],
      readers: 'Readers wait while the extension puts the new content in its place; the table may get another oid.',
      locks: 'ACCESS EXCLUSIVE on it, SHARE ROW EXCLUSIVE on the tables that it reads.',
      rows: meaning.rows,
      attached: this.#attached(known.oid, declared.comment),
      up: {
        take: [],
        put: [
          alterSql(declared.name, { query, schedule, refreshMode }, dialect),
          ...furniture,
          ...(comment === undefined ? [] : [commentSql(declared.name, comment)]),
          ...suspended(known, dialect),
        ],
      },
      down: {
        take: [],
        put: [
          alterSql(
            declared.name,
            {
              query: known.query,
              ...(schedule !== undefined && { schedule: known.schedule }),
              ...(refreshMode !== undefined && { refreshMode: known.refreshMode }),
            },
            dialect,
          ),
          ...furniture,
          ...(comment === undefined ? [] : [commentSql(declared.name, known.comment)]),
          ...suspended(known, dialect),
          markBack(known, dialect),
        ],
      },
      mark: this.#mark(declared, meaning),
    };
  }

  /** Of a declared one, or of one that reads what is created anew. */
  #recreateStep(known: Known, reasons: readonly string[], compared?: Compared): PlanStep {
    const { dialect } = this.#findings;
    const declared = compared?.declared ?? this.#declared.get(quoteName(known.name));
    const query = compared === undefined ? known.query : (compared.meaning.qualified ?? compared.declared.query);
    const { furniture = [], blockers = [] } = this.#consequences.affectedOf(known.oid) ?? {};
    const comment = declared?.comment;
    const { kept, left } = fitting(furniture, compared?.meaning.columns ?? known.columns, comment);
    const mark = formerMark(known, dialect);
    return {
      ...stepFor(declared ?? { name: known.name, source: undefined }),
      kind: 'recreate',
      reasons,
      readers: 'Readers wait from its drop until the end of the transaction, and then find the new one.',
      locks:
        'ACCESS EXCLUSIVE on it, SHARE ROW EXCLUSIVE on the tables that it reads: writers to them wait while it is filled.',
      rows: compared?.meaning.rows ?? known.rows,
      place: this.#consequences.placeOf(known.oid),
      blockers: [...blockers, ...known.special.map((column) => `its setting ${column} of ${dialect.name}`)],
      left,
      attached: this.#attached(known.oid, comment),
      up: {
        take: [formerDropSql(known, dialect)],
        put: [
          createSql(
            declared === undefined ? { ...formerOf(known), name: known.name } : { ...declared, query },
            dialect,
          ),
          ...kept,
          ...(comment == null ? [] : [commentSql(known.name, comment)]),
          ...suspended(known, dialect),
          // Of a declared one apply() writes down what it is now.
          ...(declared === undefined ? mark : []),
        ],
      },
      down: { take: [dropSql(known.name, dialect)], put: madeAgain(known, furniture, dialect) },
      mark: compared === undefined ? (mark[0] ?? null) : this.#mark(compared.declared, compared.meaning),
    };
  }

  #dependentStep(affected: Affected, reasons: readonly string[]): PlanStep {
    const known = this.#findings.known.find(({ oid }) => oid === affected.oid);
    if (known !== undefined) {
      const step = this.#recreateStep(known, reasons);
      return { ...step, blockers: [...step.blockers, ...readsWhatGoes(affected, this.#consequences)] };
    }
    return dependentViewStep(affected, reasons, this.#consequences);
  }

  /** A comment that is declared is the declared one, whatever it is by then. */
  #attached(oid: number, comment: string | null | undefined): Attached {
    const { attached = {} } = this.#consequences.affectedOf(oid) ?? {};
    return comment === undefined ? attached : { ...attached, comment: null };
  }

  #dropStep(known: Known): PlanStep {
    const { dialect } = this.#findings;
    const { furniture = [], blockers = [] } = this.#consequences.affectedOf(known.oid) ?? {};
    return {
      ...stepFor({ name: known.name, source: undefined }),
      kind: 'drop',
      reasons: ['it is not declared any more'],
      readers: 'Readers wait until the end of the transaction, and then find nothing.',
      locks: 'ACCESS EXCLUSIVE on it.',
      rows: 0,
      place: this.#consequences.placeOf(known.oid),
      blockers,
      up: dropping(formerDropSql(known, dialect), this.#consequences.isTaken(known.oid)),
      down: { take: [], put: madeAgain(known, furniture, dialect) },
    };
  }

  /** As a migration writes it, which runs in other databases: without what is of this one alone. */
  #mark({ name, query, refreshMode, columns, view }: Declared, { under }: Compared['meaning']): string {
    return markSql(name, markText({ pgstream: 1, query, refreshMode, columns, under, view }), this.#findings.dialect);
  }
}

function adoptStep({ declared }: Compared): PlanStep {
  return {
    ...stepFor(declared),
    kind: 'adopt',
    reasons: ['it is as declared, and apply() has not written that down yet'],
    readers: 'Readers notice nothing.',
    locks: 'SHARE UPDATE EXCLUSIVE on it, for a moment.',
    rows: 0,
    up: NOTHING,
    down: NOTHING,
  };
}

function undeclaredStep({ name, mark }: Known): PlanStep {
  return {
    ...stepFor({ name, source: undefined }),
    kind: mark === null ? 'foreign' : 'orphan',
    reasons: [mark === null ? 'nobody has declared it' : 'it was declared once, and is not any more'],
    ...UNTOUCHED,
  };
}

function changesText(
  known: Known,
  { schedule, refreshMode }: Alteration,
  comment: string | null | undefined,
): readonly string[] {
  return [
    ...(schedule === undefined
      ? []
      : [`its schedule becomes ${schedule ?? 'calculated'}, and was ${known.schedule ?? 'calculated'}`]),
    ...(refreshMode === undefined ? [] : [`its refresh mode becomes ${refreshMode}, and was ${modeOf(known)}`]),
    ...(comment === undefined ? [] : ['its comment is another one']),
  ];
}
