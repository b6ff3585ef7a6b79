import { quoteName } from '../name/index.ts';
import type { PathStep } from './graph.ts';

/** A path as text, each relation before the one that it reads: `"public"."daily" -> "public"."orders"`. */
export function pathText(path: readonly PathStep[]): string {
  return path
    .map(({ name, oid }) => (name === null ? `a relation that was dropped (oid ${oid})` : quoteName(name)))
    .join(' -> ');
}
