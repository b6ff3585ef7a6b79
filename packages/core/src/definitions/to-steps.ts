import { PgStreamError } from '../errors/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import type { Attached } from './attached.ts';
import type { Declared } from './declared.ts';
import { modeOf } from './differences.ts';
import { isRemoved, orphanedView, type Compared, type Findings, type OrphanedView } from './findings.ts';
import type { Affected, PutBack } from './furniture.ts';
import type { Dialect } from '../dialect/index.ts';
import type { Known } from './known.ts';
import { markText, type Former } from './mark.ts';
import { inReadingOrder } from './order.ts';
import { alterSql, commentSql, createSql, dropSql, markSql, type Alteration } from './sql.ts';
import type { PlanStep, StepSql } from './steps.ts';
import { viewChangeOf, type ViewChange } from './view-changes.ts';
import { definedViewSql, dropViewSql, viewSql } from './views.ts';

const NOTHING: StepSql = { take: [], put: [] };

/** The steps, what is read before what reads it. Throws CYCLE. */
export function stepsOf(findings: Findings): readonly PlanStep[] {
  const making = new Making(findings);
  const steps = making.steps();
  const ordered = inReadingOrder(steps, (step) => making.readsOf(step.name));
  if (ordered.cycle !== null) {
    const [{ name } = { name: undefined }] = ordered.cycle;
    throw new PgStreamError(
      'CYCLE',
      `These stream tables read each other: ${ordered.cycle.map((step) => quoteName(step.name)).join(' -> ')}. One of them has to read something else.`,
      { schema: name?.schema, table: name?.name, operation: 'plan' },
    );
  }
  return making.withLast(ordered.sorted);
}

/** Why each is dropped and made again, by oid. */
type Recreated = ReadonlyMap<number, readonly string[]>;

class Making {
  readonly #findings: Findings;
  readonly #declared: ReadonlyMap<string, Declared>;
  readonly #compared: ReadonlyMap<string, Compared>;
  readonly #affected: ReadonlyMap<number, Affected>;
  /** What is dropped and not made again, by oid. */
  readonly #gone: ReadonlySet<number>;
  readonly #recreated: Recreated;
  /** The place of each of the affected in the order in which they were made. */
  readonly #places: ReadonlyMap<number, number>;
  readonly #orphanedViews: readonly OrphanedView[];
  /** What is done to declared views, by their quoted names. */
  readonly #views: ReadonlyMap<string, DeclaredView>;

  constructor(findings: Findings) {
    this.#findings = findings;
    this.#declared = new Map(findings.declared.map((each) => [quoteName(each.name), each]));
    this.#compared = new Map(findings.compared.map((each) => [quoteName(each.declared.name), each]));
    this.#affected = new Map(findings.affected.map((each) => [each.oid, each]));
    const order = inReadingOrder(findings.affected, ({ reads }) =>
      reads.flatMap((oid) => this.#affected.get(oid)?.name ?? []),
    );
    this.#places = new Map(order.sorted.map(({ oid }, place) => [oid, place]));
    this.#orphanedViews = findings.known.flatMap(
      (each) => orphanedView(each, findings.declared, findings.settings) ?? [],
    );
    this.#gone = new Set([
      ...findings.known.filter((each) => isRemoved(each, findings.declared, findings.settings)).map(({ oid }) => oid),
      ...this.#orphanedViews.filter(({ isDropped }) => isDropped).map(({ oid }) => oid),
    ]);
    this.#views = new Map(
      findings.compared.flatMap((compared) => {
        const { view } = compared.declared;
        const change = viewChangeOf(compared, findings);
        return view === null || change === null ? [] : [[quoteName(view), { view, compared, change }]];
      }),
    );
    this.#recreated = this.#withReaders(order.sorted);
  }

  /** What a step's object reads once all is done. */
  readsOf(name: QualifiedName): readonly QualifiedName[] {
    const key = quoteName(name);
    const compared = this.#compared.get(key);
    if (compared !== undefined) return compared.meaning.reads;
    const view = this.#views.get(key);
    if (view !== undefined) return [view.compared.declared.name];
    return this.#formerReadsOf(name);
  }

  /** What it has read so far, of what is affected. */
  #formerReadsOf(name: QualifiedName): readonly QualifiedName[] {
    const key = quoteName(name);
    const known = this.#findings.affected.find((each) => quoteName(each.name) === key);
    return (known?.reads ?? []).flatMap((oid) => this.#affected.get(oid)?.name ?? []);
  }

  steps(): readonly PlanStep[] {
    const { compared, known, affected } = this.#findings;
    const made = new Set<string>();
    const steps: PlanStep[] = [];
    const add = (step: PlanStep): void => {
      made.add(quoteName(step.name));
      steps.push(step);
    };
    for (const each of compared) add(this.#declaredStep(each));
    const views = [...this.#views.values()].map((each) => this.#viewStep(each));
    for (const step of views) made.add(quoteName(step.name));
    for (const each of affected) {
      const because = this.#recreated.get(each.oid);
      if (because !== undefined && !made.has(quoteName(each.name))) add(this.#dependentStep(each, because));
    }
    for (const each of this.#orphanedViews) add(this.#orphanedViewStep(each));
    for (const each of known) {
      if (made.has(quoteName(each.name)) || this.#declared.has(quoteName(each.name))) continue;
      add(
        isRemoved(each, this.#findings.declared, this.#findings.settings) ? this.#dropStep(each) : undeclaredStep(each),
      );
    }
    // Last: readers of a view wait from when it is turned.
    return [...steps, ...views];
  }

  /** What is only dropped goes last, unless it reads what is dropped at the beginning. */
  withLast(steps: readonly PlanStep[]): readonly PlanStep[] {
    const byName = new Map(steps.map((step) => [quoteName(step.name), step]));
    const isTaken = (step: PlanStep, way: 'up' | 'down'): boolean => {
      const { take, put } = step[way];
      if (put.length > 0) return take.length > 0 || put.some((sql) => sql.startsWith('DROP '));
      if (take.length === 0) return false;
      const reads = way === 'up' ? this.#formerReadsOf(step.name) : this.readsOf(step.name);
      return reads.some((name) => {
        const read = byName.get(quoteName(name));
        return read !== undefined && isTaken(read, way);
      });
    };
    const put = (step: PlanStep, way: 'up' | 'down'): StepSql => {
      const sql = step[way];
      return sql.put.length > 0 || sql.take.length === 0 || isTaken(step, way)
        ? sql
        : { take: [], put: [], last: sql.take };
    };
    return steps.map((step) => ({ ...step, up: put(step, 'up'), down: put(step, 'down') }));
  }

  /** What has to be made anew, and all that reads it: none of the readers survives a drop. */
  #withReaders(inOrder: readonly Affected[]): Recreated {
    const reasons = new Map<number, readonly string[]>();
    for (const compared of this.#findings.compared) {
      const { known, recreate, differences } = compared;
      if (known === undefined) continue;
      if (recreate.length > 0) reasons.set(known.oid, recreate);
      else if ((differences?.content.length ?? 0) > 0 && this.#mustGoWith(compared, known))
        reasons.set(known.oid, differences?.content ?? []);
    }
    // Once more where a view comes anew because of one that is only found out later.
    for (let known = -1; known < reasons.size;) {
      known = reasons.size;
      for (const each of inOrder) {
        if (reasons.has(each.oid) || this.#gone.has(each.oid)) continue;
        const because = this.#goesWith(each, reasons);
        if (because !== undefined) reasons.set(each.oid, because);
      }
    }
    return reasons;
  }

  /** Why one has to be made anew that is not changed itself; undefined where it has not. */
  #goesWith({ oid, name, reads }: Affected, recreated: Recreated): readonly string[] | undefined {
    const view = this.#views.get(quoteName(name));
    if (view !== undefined) {
      const { change, compared } = view;
      const isAnew =
        change.kind === 'anew' ||
        reads.some((read) => this.#isTaken(read, recreated)) ||
        this.#isTakenBack(compared.declared.name, recreated) ||
        this.#isStreamed(oid);
      return isAnew ? viewReasons(change) : undefined;
    }
    const because = reads.filter((read) => recreated.has(read) || this.#gone.has(read));
    if (because.length === 0) return undefined;
    const names = because.map((read) => quoteName(this.#affected.get(read)?.name ?? { schema: '', name: '' }));
    return [
      `it reads ${names.join(' and ')}, which ${because.some((read) => this.#gone.has(read)) ? 'is dropped' : 'is created anew'}`,
    ];
  }

  /** Whether it is dropped before anything is put there: to be made anew, or because it reads what is. */
  #isTaken(oid: number, recreated: Recreated): boolean {
    const reads = this.#gone.has(oid) ? (this.#affected.get(oid)?.reads ?? []) : [];
    return recreated.has(oid) || reads.some((read) => this.#isTaken(read, recreated));
  }

  /** The same on the way back, by what it reads then. */
  #isTakenBack(name: QualifiedName, recreated: Recreated): boolean {
    const compared = this.#compared.get(quoteName(name));
    const view = this.#views.get(quoteName(name));
    if (view !== undefined) return this.#isTakenBack(view.compared.declared.name, recreated);
    if (compared !== undefined && compared.known === undefined) {
      return compared.meaning.reads.some((read) => this.#isTakenBack(read, recreated));
    }
    const known = compared?.known ?? this.#findings.affected.find((each) => quoteName(each.name) === quoteName(name));
    return known !== undefined && recreated.has(known.oid);
  }

  /** Whether a stream table reads it, also through views: the extension takes what is in a view then, and would not follow. */
  #isStreamed(oid: number): boolean {
    return this.#findings.affected.some(
      ({ reads, kind, oid: reader }) => reads.includes(oid) && (kind === 'STREAM_TABLE' || this.#isStreamed(reader)),
    );
  }

  /**
   * Whether something reads it, or hangs on it, that another query in its place might take along (contract F.9); or it is to read
   * what is dropped and made in the same plan, which could not be on the way back before it reads something else again.
   */
  #mustGoWith({ meaning }: Compared, { oid }: Known): boolean {
    const { affected } = this.#findings;
    const made = new Set(affected.filter((each) => each.oid !== oid).map(({ name }) => quoteName(name)));
    const own = this.#affected.get(oid);
    return (
      affected.some(({ reads }) => reads.includes(oid)) ||
      meaning.reads.some((name) => made.has(quoteName(name))) ||
      (own?.furniture.some(({ sql }) => !isRepeatable(sql)) ?? false)
    );
  }

  #declaredStep(compared: Compared): PlanStep {
    const { known, differences } = compared;
    if (known === undefined || differences === undefined) return this.#createStep(compared);
    const because = this.#recreated.get(known.oid);
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
      down: { take: [dropSql(declared.name, dialect)], put: [] },
      mark: this.#mark(declared, meaning),
    };
  }

  #alterStep({ declared, differences, meaning }: Compared, known: Known): PlanStep {
    const { dialect } = this.#findings;
    const { schedule, refreshMode, comment } = differences ?? {};
    const changes: Alteration = { schedule, refreshMode };
    const back: Alteration = {
      ...(schedule !== undefined && { schedule: known.schedule }),
      ...(refreshMode !== undefined && { refreshMode: modeOf(known) }),
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
      up: {
        take: [],
        put: [
          ...(isAltered ? [alterSql(declared.name, changes, dialect)] : []),
          ...(comment === undefined ? [] : [commentSql(declared.name, comment)]),
        ],
      },
      down: {
        take: [],
        put: [
          ...(isAltered ? [alterSql(declared.name, back, dialect)] : []),
          ...(comment === undefined ? [] : [commentSql(declared.name, known.comment)]),
          ...formerMark(known, dialect),
        ],
      },
      mark: this.#mark(declared, meaning),
    };
  }

  #alterQueryStep({ declared, differences, meaning }: Compared, known: Known): PlanStep {
    const { dialect } = this.#findings;
    const { schedule, refreshMode, comment, content = [] } = differences ?? {};
    const furniture = this.#affected.get(known.oid)?.furniture.map(({ sql }) => sql) ?? [];
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
          ...formerMark(known, dialect),
        ],
      },
      mark: this.#mark(declared, meaning),
    };
  }

  /** Of a declared one, or of one that reads what is created anew. */
  #recreateStep(known: Known, reasons: readonly string[], compared?: Compared): PlanStep {
    const { dialect } = this.#findings;
    const declared = compared?.declared ?? this.#declared.get(quoteName(known.name));
    const former = formerOf(known);
    const query = compared === undefined ? known.query : (compared.meaning.qualified ?? compared.declared.query);
    const { furniture = [], blockers = [] } = this.#affected.get(known.oid) ?? {};
    const comment = declared?.comment;
    const { kept, left } = fitting(furniture, compared?.meaning.columns ?? known.columns, comment);
    const suspended = known.status === 'SUSPENDED' ? [alterSql(known.name, { status: 'SUSPENDED' }, dialect)] : [];
    const mark = formerMark(known, dialect);
    return {
      ...stepFor(declared ?? { name: known.name, source: undefined }),
      kind: 'recreate',
      reasons,
      readers: 'Readers wait from its drop until the end of the transaction, and then find the new one.',
      locks:
        'ACCESS EXCLUSIVE on it, SHARE ROW EXCLUSIVE on the tables that it reads: writers to them wait while it is filled.',
      rows: compared?.meaning.rows ?? known.rows,
      place: this.#places.get(known.oid) ?? 0,
      blockers: [...blockers, ...known.special.map((column) => `its setting ${column} of ${dialect.name}`)],
      left,
      attached: this.#attached(known.oid, comment),
      up: {
        take: [dropSql(known.name, dialect)],
        put: [
          createSql(declared === undefined ? { ...former, name: known.name } : { ...declared, query }, dialect),
          ...kept,
          ...(comment == null ? [] : [commentSql(known.name, comment)]),
          ...suspended,
          // Of a declared one apply() writes down what it is now.
          ...(declared === undefined ? mark : []),
        ],
      },
      down: {
        take: [dropSql(known.name, dialect)],
        put: [
          createSql({ ...former, name: known.name }, dialect),
          ...furniture.map(({ sql }) => sql),
          ...suspended,
          ...mark,
        ],
      },
      mark: compared === undefined ? (mark[0] ?? null) : this.#mark(compared.declared, compared.meaning),
    };
  }

  #dependentStep(affected: Affected, reasons: readonly string[]): PlanStep {
    const known = this.#findings.known.find(({ oid }) => oid === affected.oid);
    if (known !== undefined) {
      const step = this.#recreateStep(known, reasons);
      return { ...step, blockers: [...step.blockers, ...this.#readsWhatIsDropped(affected)] };
    }
    const { name, definition, furniture, attached, blockers } = affected;
    const put = [definition ?? '', ...furniture.map(({ sql }) => sql)];
    const take = [`DROP VIEW ${quoteName(name)}`];
    return {
      ...stepFor({ name, source: undefined }),
      kind: 'recreate-view',
      reasons,
      readers: 'Readers wait from its drop until the end of the transaction.',
      locks: 'ACCESS EXCLUSIVE on it.',
      rows: 0,
      place: this.#places.get(affected.oid) ?? 0,
      blockers: [
        ...blockers,
        ...(definition === null
          ? ['it itself, which is a materialized view: drop it before, and create it afterwards']
          : []),
        ...this.#readsWhatIsDropped(affected),
      ],
      attached,
      up: { take, put },
      down: { take, put },
    };
  }

  /** A comment that is declared is the declared one, whatever it is by then. */
  #attached(oid: number, comment: string | null | undefined): Attached {
    const { attached = {} } = this.#affected.get(oid) ?? {};
    return comment === undefined ? attached : { ...attached, comment: null };
  }

  #viewStep({ view, compared, change }: DeclaredView): PlanStep {
    const { dialect } = this.#findings;
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
        down: { take: [dropViewSql(view)], put: [] },
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
      const { furniture = [], blockers = [] } = this.#affected.get(former.oid) ?? {};
      const readers = this.#findings.affected.filter(({ reads }) => reads.includes(former.oid));
      return {
        ...late,
        place: this.#places.get(former.oid) ?? 0,
        blockers: [...blockers, ...readers.map(({ name }) => `${quoteName(name)}, which reads it: drop it before`)],
        // On the way back it is the view that goes.
        attached: { ...this.#attached(former.oid, undefined), definition: null, 'storage parameters': null },
        up: {
          take: [],
          put: [
            dropSql(former.name, dialect),
            viewSql(asked),
            ...furniture.flatMap((each) => forView(each, asked.columns)),
          ],
        },
        down: {
          take: [],
          put: [
            dropViewSql(view),
            createSql({ ...formerOf(former), name: former.name }, dialect),
            ...furniture.map(({ sql }) => sql),
            ...formerMark(former, dialect),
          ],
        },
      };
    }
    const { found } = change;
    const { furniture = [], attached = {}, blockers = [], reads = [] } = this.#affected.get(found.oid ?? 0) ?? {};
    const { options } = found;
    const before = found.definition ?? '';
    const placed = { ...late, place: this.#places.get(found.oid ?? 0) ?? 0, blockers, attached };
    if (!this.#recreated.has(found.oid ?? 0)) {
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
      isEarly ? { take: drop, put: statements } : { take: [], put: [...drop, ...statements] };
    const isEarly = reads.some((read) => this.#isTaken(read, this.#recreated));
    return {
      ...placed,
      ...(isEarly && {
        kind: 'recreate-view',
        readers: 'Readers wait from its drop until the end of the transaction.',
      }),
      left,
      up: way(isEarly, put),
      down: way(this.#isTakenBack(declared.name, this.#recreated), putBack),
    };
  }

  #orphanedViewStep({ name, oid, isDropped }: OrphanedView): PlanStep {
    const step = stepFor({ name, source: undefined });
    const reasons = ['it was declared with a stream table once, and is not any more'];
    if (!isDropped) return { ...step, kind: 'orphan', reasons, ...UNTOUCHED };
    const { definition, furniture = [], blockers = [] } = this.#affected.get(oid) ?? {};
    return {
      ...step,
      kind: 'drop-view',
      reasons,
      readers: 'Readers wait until the end of the transaction, and then find nothing.',
      locks: 'ACCESS EXCLUSIVE on it.',
      rows: 0,
      place: this.#places.get(oid) ?? 0,
      blockers,
      up: { take: [dropViewSql(name)], put: [] },
      down: { take: [], put: [definition ?? '', ...furniture.map(({ sql }) => sql)] },
    };
  }

  /** Something that stays would read what goes. */
  #readsWhatIsDropped({ reads }: Affected): readonly string[] {
    const { known, declared, settings } = this.#findings;
    return reads.flatMap((oid) => {
      const gone =
        known.find((each) => each.oid === oid && isRemoved(each, declared, settings)) ??
        this.#orphanedViews.find((each) => each.oid === oid && each.isDropped);
      return gone === undefined
        ? []
        : [`it itself, which reads ${quoteName(gone.name)}: drop it, or let it read something else`];
    });
  }

  #dropStep(known: Known): PlanStep {
    const { dialect } = this.#findings;
    const { furniture = [], blockers = [] } = this.#affected.get(known.oid) ?? {};
    const mark = formerMark(known, dialect);
    return {
      ...stepFor({ name: known.name, source: undefined }),
      kind: 'drop',
      reasons: ['it is not declared any more'],
      readers: 'Readers wait until the end of the transaction, and then find nothing.',
      locks: 'ACCESS EXCLUSIVE on it.',
      rows: 0,
      place: this.#places.get(known.oid) ?? 0,
      blockers,
      up: { take: [dropSql(known.name, dialect)], put: [] },
      down: {
        take: [],
        put: [
          createSql({ ...formerOf(known), name: known.name }, dialect),
          ...furniture.map(({ sql }) => sql),
          ...mark,
        ],
      },
    };
  }

  /** As a migration writes it, which runs in other databases: without what is of this one alone. */
  #mark({ name, query, refreshMode, columns, view }: Declared, { under }: Compared['meaning']): string {
    return markSql(name, markText({ pgstream: 1, query, refreshMode, columns, under, view }), this.#findings.dialect);
  }
}

/** A declared view to which something has to be done. */
interface DeclaredView {
  readonly view: QualifiedName;
  readonly compared: Compared;
  readonly change: ViewChange;
}

function viewReasons(change: ViewChange): readonly string[] {
  if (change.kind === 'create') return ['there is no view of that name'];
  if (change.kind === 'instead') return ['a stream table has the name, which is not declared any more'];
  const { reads, columns } = change.found;
  const reading = `it reads ${reads.map(quoteName).join(' and ')}`;
  return change.kind === 'replace'
    ? [reading]
    : [reading, `its columns are ${columns.map(({ name }) => name).join(', ')}`];
}

/** What can be put on a stream table, or a view, that has these columns. */
function fitting(
  furniture: readonly PutBack[],
  columns: readonly { readonly name: string }[],
  comment: string | null | undefined,
): { readonly kept: readonly string[]; readonly left: readonly string[] } {
  const names = new Set(columns.map(({ name }) => name));
  const fits = (each: PutBack): boolean => each.columns.every((column) => names.has(column));
  return {
    kept: furniture
      .filter((each) => fits(each) && (comment === undefined || !each.sql.startsWith('COMMENT ON TABLE ')))
      .map(({ sql }) => sql),
    left: furniture.filter((each) => !fits(each)).map(({ sql }) => sql),
  };
}

/** What a view can have that takes the name of a stream table. */
function forView({ sql, columns }: PutBack, has: readonly string[]): readonly string[] {
  if (!columns.every((column) => has.includes(column))) return [];
  if (sql.startsWith('COMMENT ON TABLE ')) return [sql.replace('TABLE', 'VIEW')];
  return /^(?:COMMENT ON COLUMN|GRANT) |^ALTER TABLE .* OWNER TO /.test(sql) ? [sql] : [];
}

const UNTOUCHED = { readers: 'Nothing is done.', locks: 'None.', rows: 0, up: NOTHING, down: NOTHING } as const;

function stepFor({
  name,
  source,
}: Pick<Declared, 'name' | 'source'>): Pick<
  PlanStep,
  'name' | 'source' | 'place' | 'blockers' | 'left' | 'attached' | 'mark'
> {
  return { name, source: source ?? null, place: 0, blockers: [], left: [], attached: {}, mark: null };
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

export function formerOf(known: Known): Former {
  const { query, schedule, view } = known;
  return { query, schedule, refreshMode: modeOf(known), view: view?.name ?? null };
}

/** Writes down again what was written down before. */
function formerMark({ name, mark }: Known, dialect: Dialect): readonly string[] {
  return mark === null ? [] : [markSql(name, markText(portable(mark)), dialect)];
}

function portable({
  pgstream,
  query,
  refreshMode,
  columns,
  under,
  view,
}: NonNullable<Known['mark']>): NonNullable<Known['mark']> {
  return { pgstream, query, refreshMode, columns, under, view };
}

/** What does no harm where it is already so. */
function isRepeatable(sql: string): boolean {
  return /^(?:CREATE (?:UNIQUE )?INDEX IF NOT EXISTS|COMMENT ON|GRANT) /.test(sql);
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
