import { PgStreamError } from '../errors/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import type { Attached } from './attached.ts';
import type { Declared } from './declared.ts';
import { modeOf } from './differences.ts';
import { isRemoved, type Compared, type Findings } from './findings.ts';
import type { Affected } from './furniture.ts';
import type { Known } from './known.ts';
import { markText, type Former } from './mark.ts';
import { inReadingOrder } from './order.ts';
import { alterSql, commentSql, createSql, dropSql, markSql, type Alteration } from './sql.ts';
import type { PlanStep, StepSql } from './steps.ts';

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
  return ordered.sorted;
}

class Making {
  readonly #findings: Findings;
  readonly #declared: ReadonlyMap<string, Declared>;
  readonly #compared: ReadonlyMap<string, Compared>;
  readonly #affected: ReadonlyMap<number, Affected>;
  /** Why each is dropped and made again, by oid. */
  readonly #recreated: ReadonlyMap<number, readonly string[]>;
  /** The place of each of the affected in the order in which they were made. */
  readonly #places: ReadonlyMap<number, number>;

  constructor(findings: Findings) {
    this.#findings = findings;
    this.#declared = new Map(findings.declared.map((each) => [quoteName(each.name), each]));
    this.#compared = new Map(findings.compared.map((each) => [quoteName(each.declared.name), each]));
    this.#affected = new Map(findings.affected.map((each) => [each.oid, each]));
    const order = inReadingOrder(findings.affected, ({ reads }) =>
      reads.flatMap((oid) => this.#affected.get(oid)?.name ?? []),
    );
    this.#places = new Map(order.sorted.map(({ oid }, place) => [oid, place]));
    this.#recreated = this.#withReaders(order.sorted);
  }

  /** What a step's object reads once all is done. */
  readsOf(name: QualifiedName): readonly QualifiedName[] {
    const key = quoteName(name);
    const compared = this.#compared.get(key);
    if (compared !== undefined) return compared.meaning.reads;
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
    for (const each of affected) {
      const because = this.#recreated.get(each.oid);
      if (because !== undefined && !made.has(quoteName(each.name))) add(this.#dependentStep(each, because));
    }
    for (const each of known) {
      if (made.has(quoteName(each.name)) || this.#declared.has(quoteName(each.name))) continue;
      add(
        isRemoved(each, this.#findings.declared, this.#findings.settings) ? this.#dropStep(each) : undeclaredStep(each),
      );
    }
    return steps;
  }

  /** What has to be made anew, and all that reads it: none of the readers survives a drop. */
  #withReaders(inOrder: readonly Affected[]): ReadonlyMap<number, readonly string[]> {
    const reasons = new Map<number, readonly string[]>();
    for (const compared of this.#findings.compared) {
      const { known, recreate, differences } = compared;
      if (known === undefined) continue;
      if (recreate.length > 0) reasons.set(known.oid, recreate);
      else if ((differences?.content.length ?? 0) > 0 && this.#mustGoWith(compared, known))
        reasons.set(known.oid, differences?.content ?? []);
    }
    const gone = new Set(
      this.#findings.known
        .filter((each) => isRemoved(each, this.#findings.declared, this.#findings.settings))
        .map(({ oid }) => oid),
    );
    for (const { oid, reads } of inOrder) {
      if (reasons.has(oid) || gone.has(oid)) continue;
      const because = reads.filter((read) => reasons.has(read) || gone.has(read));
      if (because.length === 0) continue;
      const names = because.map((read) => quoteName(this.#affected.get(read)?.name ?? { schema: '', name: '' }));
      reasons.set(oid, [
        `it reads ${names.join(' and ')}, which ${because.some((read) => gone.has(read)) ? 'is dropped' : 'is created anew'}`,
      ]);
    }
    return reasons;
  }

  /**
   * Whether something reads it, or hangs on it, that another query in its place might take along (contract F.9); or it is to read
   * what is made in the same plan, which could not be dropped on the way back before it reads something else again.
   */
  #mustGoWith({ meaning }: Compared, { oid }: Known): boolean {
    const { affected, compared } = this.#findings;
    const made = new Set([
      ...affected.filter((each) => each.oid !== oid).map(({ name }) => quoteName(name)),
      ...compared.filter(({ known }) => known === undefined).map(({ declared }) => quoteName(declared.name)),
    ]);
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
    const { dialect } = this.#findings;
    const query = meaning.qualified ?? declared.query;
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
          ...(comment === null ? [] : [commentSql(declared.name, comment)]),
        ],
      },
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
    const columns = new Set((compared?.meaning.columns ?? known.columns).map(({ name }) => name));
    const { furniture = [], blockers = [] } = this.#affected.get(known.oid) ?? {};
    const comment = declared?.comment;
    const kept = furniture.filter(
      (each) =>
        each.columns.every((column) => columns.has(column)) &&
        (comment === undefined || !each.sql.startsWith('COMMENT ON TABLE ')),
    );
    const left = furniture.filter((each) => !each.columns.every((column) => columns.has(column)));
    const suspended = known.status === 'SUSPENDED' ? [alterSql(known.name, { status: 'SUSPENDED' }, dialect)] : [];
    const mark = known.mark === null ? [] : [markSql(known.name, markText(portable(known.mark)), dialect)];
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
      left: left.map(({ sql }) => sql),
      attached: this.#attached(known.oid, comment),
      up: {
        take: [dropSql(known.name, dialect)],
        put: [
          createSql(declared === undefined ? { ...former, name: known.name } : { ...declared, query }, dialect),
          ...kept.map(({ sql }) => sql),
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

  /** Something that stays would read what goes. */
  #readsWhatIsDropped({ reads }: Affected): readonly string[] {
    return reads.flatMap((oid) => {
      const known = this.#findings.known.find((each) => each.oid === oid);
      return known !== undefined && isRemoved(known, this.#findings.declared, this.#findings.settings)
        ? [`it itself, which reads ${quoteName(known.name)}: drop it, or let it read something else`]
        : [];
    });
  }

  #dropStep(known: Known): PlanStep {
    const { dialect } = this.#findings;
    const { furniture = [], blockers = [] } = this.#affected.get(known.oid) ?? {};
    const mark = known.mark === null ? [] : [markSql(known.name, markText(portable(known.mark)), dialect)];
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
  #mark({ name, query, refreshMode, columns }: Declared, { under }: Compared['meaning']): string {
    return markSql(name, markText({ pgstream: 1, query, refreshMode, columns, under }), this.#findings.dialect);
  }
}

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
    readers: 'Nothing is done.',
    locks: 'None.',
    rows: 0,
    up: NOTHING,
    down: NOTHING,
  };
}

export function formerOf(known: Known): Former {
  const { query, schedule } = known;
  return { query, schedule, refreshMode: modeOf(known) };
}

function portable({
  pgstream,
  query,
  refreshMode,
  columns,
  under,
}: NonNullable<Known['mark']>): NonNullable<Known['mark']> {
  return { pgstream, query, refreshMode, columns, under };
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
