import { quoteName, type QualifiedName } from '../name/index.ts';
import type { Compared, DeclaredView, Findings } from './findings.ts';
import type { Affected } from './furniture.ts';
import type { Known } from './known.ts';
import { isOneWay } from './differences.ts';
import { inReadingOrder } from './order.ts';
import { viewReasons } from './view-changes.ts';

/** Why each is dropped and made again, by oid. */
type Recreated = ReadonlyMap<number, readonly string[]>;

/** What follows from the findings: what has to go and come again with what is changed, and what reads what, before and after. */
export class Consequences {
  readonly #findings: Findings;
  readonly #compared: ReadonlyMap<string, Compared>;
  readonly #affected: ReadonlyMap<number, Affected>;
  readonly #affectedByName: ReadonlyMap<string, Affected>;
  readonly #viewsByName: ReadonlyMap<string, DeclaredView>;
  /** The place of each of the affected in the order in which they were made. */
  readonly #places: ReadonlyMap<number, number>;
  readonly #recreated: Recreated;

  constructor(findings: Findings) {
    const { affected, compared, views } = findings;
    this.#findings = findings;
    this.#compared = new Map(compared.map((each) => [quoteName(each.declared.name), each]));
    this.#affected = new Map(affected.map((each) => [each.oid, each]));
    this.#affectedByName = new Map(affected.map((each) => [quoteName(each.name), each]));
    const order = inReadingOrder(affected, ({ reads }) => this.#namesOf(reads));
    this.#places = new Map(order.sorted.map(({ oid }, place) => [oid, place]));
    this.#viewsByName = new Map(views.map((each) => [quoteName(each.view), each]));
    this.#recreated = this.#withReaders(order.sorted);
  }

  /** What is dropped with it; undefined of what nothing is dropped of. */
  affectedOf(oid: number | null): Affected | undefined {
    return oid === null ? undefined : this.#affected.get(oid);
  }

  placeOf(oid: number | null): number {
    return (oid === null ? undefined : this.#places.get(oid)) ?? 0;
  }

  /** Why it is dropped and made again; undefined where it is not. */
  whyRecreated(oid: number | null): readonly string[] | undefined {
    return oid === null ? undefined : this.#recreated.get(oid);
  }

  /** What of that which goes is read by something that stays. */
  goneReadBy({ reads }: Affected): readonly QualifiedName[] {
    return reads.flatMap((oid) => this.#findings.gone.get(oid) ?? []);
  }

  readersOf(oid: number): readonly Affected[] {
    return this.#findings.affected.filter(({ reads }) => reads.includes(oid));
  }

  /** What a step's object reads once all is done. */
  readsOf(name: QualifiedName): readonly QualifiedName[] {
    const key = quoteName(name);
    const compared = this.#compared.get(key);
    if (compared !== undefined) return compared.meaning.reads;
    const view = this.#viewsByName.get(key);
    if (view !== undefined) return [view.compared.declared.name];
    return this.formerReadsOf(name);
  }

  /** What it has read so far, of what is affected. */
  formerReadsOf(name: QualifiedName): readonly QualifiedName[] {
    return this.#namesOf(this.#affectedByName.get(quoteName(name))?.reads ?? []);
  }

  #namesOf(oids: readonly number[]): readonly QualifiedName[] {
    return oids.flatMap((oid) => this.#affected.get(oid)?.name ?? []);
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
        if (reasons.has(each.oid) || this.#findings.gone.has(each.oid)) continue;
        const because = this.#goesWith(each, reasons);
        if (because !== undefined) reasons.set(each.oid, because);
      }
    }
    return reasons;
  }

  /** Why one has to be made anew that is not changed itself; undefined where it has not. */
  #goesWith({ oid, name, reads }: Affected, recreated: Recreated): readonly string[] | undefined {
    const view = this.#viewsByName.get(quoteName(name));
    if (view !== undefined) {
      const { change, compared } = view;
      const isAnew =
        change.kind === 'anew' ||
        reads.some((read) => this.isTaken(read, recreated)) ||
        this.isTakenBack(compared.declared.name, recreated) ||
        this.#isStreamed(oid);
      return isAnew ? viewReasons(change) : undefined;
    }
    const because = reads.filter((read) => recreated.has(read) || this.#findings.gone.has(read));
    if (because.length === 0) return undefined;
    const names = this.#namesOf(because).map(quoteName);
    return [
      `it reads ${names.join(' and ')}, which ${because.some((read) => this.#findings.gone.has(read)) ? 'is dropped' : 'is created anew'}`,
    ];
  }

  /** Whether it is dropped before anything is put there: to be made anew, or because it reads what is. */
  isTaken(oid: number, recreated: Recreated = this.#recreated, seen = new Set<number>()): boolean {
    if (recreated.has(oid)) return true;
    if (seen.has(oid) || !this.#findings.gone.has(oid)) return false;
    seen.add(oid);
    return this.#affected.get(oid)?.reads.some((read) => this.isTaken(read, recreated, seen)) ?? false;
  }

  /** The same on the way back, by what it reads then. */
  isTakenBack(name: QualifiedName, recreated: Recreated = this.#recreated, seen = new Set<string>()): boolean {
    const key = quoteName(name);
    const view = this.#viewsByName.get(key);
    if (view !== undefined) return this.isTakenBack(view.compared.declared.name, recreated, seen);
    const compared = this.#compared.get(key);
    const known = compared?.known ?? this.#affectedByName.get(key);
    if (known !== undefined) return recreated.has(known.oid) || (compared !== undefined && this.isOneWay(compared));
    if (compared === undefined || seen.has(key)) return false;
    seen.add(key);
    return compared.meaning.reads.some((read) => this.isTakenBack(read, recreated, seen));
  }

  /** Whether it is altered, where no alter takes that back: it is made anew then. */
  isOneWay({ known, differences }: Compared): boolean {
    return known !== undefined && differences !== undefined && isOneWay(differences, known, this.#findings.dialect);
  }

  /** Whether a stream table reads it, also through views: the extension takes what is in a view then, and would not follow. */
  #isStreamed(oid: number, seen = new Set<number>()): boolean {
    if (seen.has(oid)) return false;
    seen.add(oid);
    return this.readersOf(oid).some((reader) => reader.kind === 'STREAM_TABLE' || this.#isStreamed(reader.oid, seen));
  }

  /**
   * Whether something reads it, or hangs on it, that another query in its place might take along (contract F.9); or it is to read
   * what is dropped and made in the same plan, which could not be on the way back before it reads something else again.
   */
  #mustGoWith({ meaning, declared: { view } }: Compared, { oid }: Known): boolean {
    const own = this.#affected.get(oid);
    return (
      this.readersOf(oid).length > 0 ||
      // Which reads it on the way back.
      (view !== null && this.#viewsByName.has(quoteName(view))) ||
      meaning.reads.some((name) => (this.#affectedByName.get(quoteName(name))?.oid ?? oid) !== oid) ||
      (own?.furniture.some(({ sql }) => !isRepeatable(sql)) ?? false) ||
      (own?.blockers.length ?? 0) > 0
    );
  }
}

/** What does no harm where it is already so. */
function isRepeatable(sql: string): boolean {
  return /^(?:CREATE (?:UNIQUE )?INDEX IF NOT EXISTS|COMMENT ON|GRANT) /.test(sql);
}
