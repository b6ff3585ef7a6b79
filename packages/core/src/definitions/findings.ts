import type { Dialect } from '../dialect/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import type { Declared } from './declared.ts';
import type { Differences } from './differences.ts';
import type { Affected } from './furniture.ts';
import type { Known } from './known.ts';
import type { Meaning } from './meaning.ts';
import type { PlanSettings } from './steps.ts';

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

/** All that the steps are made of. */
export interface Findings {
  readonly dialect: Dialect;
  readonly known: readonly Known[];
  /** Those that the marks do not settle. */
  readonly compared: readonly Compared[];
  readonly declared: readonly Declared[];
  /** What is dropped, and all that depends on it. */
  readonly affected: readonly Affected[];
  readonly settings: PlanSettings;
}

/** Whether it is dropped: it was made by apply() and is not declared any more, or was named. */
export function isRemoved(known: Known, declared: readonly Declared[], { orphans, remove }: PlanSettings): boolean {
  const is = (name: QualifiedName): boolean => quoteName(name) === quoteName(known.name);
  if (declared.some(({ name }) => is(name))) return false;
  return remove.some(is) || (orphans === 'drop' && known.mark !== null);
}
