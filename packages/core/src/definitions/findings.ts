import type { Dialect } from '../dialect/index.ts';
import type { QualifiedName } from '../name/index.ts';
import type { Declared } from './declared.ts';
import type { Differences } from './differences.ts';
import type { Affected, PutBack } from './furniture.ts';
import type { Known } from './known.ts';
import type { Meaning } from './meaning.ts';
import type { PlanSettings } from './steps.ts';
import { declaringOf, isSameName, type FoundView } from './views.ts';

/** A declared stream table beside the one that is there. */
export interface Compared {
  readonly declared: Declared;
  readonly known: Known | undefined;
  readonly meaning: Meaning;
  /** Undefined where there is none yet. */
  readonly differences: Differences | undefined;
  /** Why it has to be dropped and created; empty where it has not. */
  readonly recreate: readonly string[];
}

/** What has to be done so that the declared view of a stream table reads it. */
export type ViewChange =
  | { readonly kind: 'create' }
  /** It has the same columns, and stays what it is for all that reads it. */
  | { readonly kind: 'replace'; readonly found: FoundView }
  /** It is dropped and made, and what reads it. */
  | { readonly kind: 'anew'; readonly found: FoundView }
  /** A stream table has its name, and is dropped. */
  | { readonly kind: 'instead'; readonly former: Known };

/** A declared view to which something has to be done. */
export interface DeclaredView {
  readonly view: QualifiedName;
  readonly compared: Compared;
  readonly change: ViewChange;
}

/** All that the steps are made of. */
export interface Findings {
  readonly dialect: Dialect;
  readonly known: readonly Known[];
  /** Those that the marks do not settle. */
  readonly compared: readonly Compared[];
  readonly declared: readonly Declared[];
  /** What is dropped, and all that depends on it. */
  readonly affected: readonly Affected[];
  /** The declared views to which something has to be done. */
  readonly views: readonly DeclaredView[];
  readonly orphanedViews: readonly OrphanedView[];
  /** What is dropped and not made again, stream tables and views, by oid. */
  readonly gone: ReadonlyMap<number, QualifiedName>;
  /** What is put on a new stream table, by its quoted name, because the one before it behind the same view has it. */
  readonly inherited: ReadonlyMap<string, readonly PutBack[]>;
}

/** Whether it is dropped: it was made by apply() and is not declared any more, or was named. */
export function isRemoved(known: Known, declared: readonly Declared[], { orphans, remove }: PlanSettings): boolean {
  const is = (name: QualifiedName): boolean => isSameName(name, known.name);
  if (declared.some(({ name }) => is(name))) return false;
  return remove.some(is) || (orphans === 'drop' && known.mark !== null);
}

/** A view that was declared with a stream table, and is not any more. */
export interface OrphanedView {
  readonly name: QualifiedName;
  readonly oid: number;
  readonly isDropped: boolean;
}

/** That of a stream table; null if it has none. */
export function orphanedView(known: Known, declared: readonly Declared[], settings: PlanSettings): OrphanedView | null {
  const { view } = known;
  if (view === null || declaringOf(view.name, declared) !== undefined) return null;
  const { orphans, remove } = settings;
  const isDropped =
    orphans === 'drop' || isRemoved(known, declared, settings) || remove.some((name) => isSameName(name, view.name));
  return { ...view, isDropped };
}
