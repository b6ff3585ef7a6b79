import type { QualifiedName } from '../name/index.ts';
import { LEFT_TO_WRITERS } from './statement/index.ts';

/** A refresh of this process: how long it took, and when it was over. */
interface Past {
  readonly ms: number;
  readonly at: number;
}

/** The last refresh of each stream table, of those that this process has made. */
const past = new WeakMap<object, Map<string, Past>>();

const keyOf = ({ schema, name }: QualifiedName): string => JSON.stringify([schema, name]);

export function remember(scope: object, name: QualifiedName, ms: number): void {
  const ofScope = past.get(scope) ?? new Map<string, Past>();
  past.set(scope, ofScope);
  ofScope.set(keyOf(name), { ms, at: performance.now() });
}

/** How long one takes, in milliseconds, and how long ago that was seen. Nothing is known before the first. */
export function lengthOf(scope: object, name: QualifiedName): { readonly ms: number; readonly agoMs: number } {
  const { ms, at } = past.get(scope)?.get(keyOf(name)) ?? { ms: 0, at: -Infinity };
  return { ms, agoMs: performance.now() - at };
}

/** Milliseconds for which an attempt leaves the sources to writers, by the server's message; undefined for any other. */
export function restOf(message: string): number | undefined {
  return message.startsWith(LEFT_TO_WRITERS) ? Number(message.slice(LEFT_TO_WRITERS.length)) : undefined;
}
