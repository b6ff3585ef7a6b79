import type { Parts } from './settled.ts';

/** What Prisma hands to a query hook, as far as it is used. */
export interface QueryHookArgs {
  readonly operation: string;
  /** A copy, of enumerable properties alone: what has a prototype (a URL, an instance of a class) is no longer what it was. */
  readonly args: Parts;
  /** Prisma's own, and private: the arguments as they were given, which it goes on with where there is no hook. */
  readonly __internalParams?: { readonly args?: unknown };
  readonly query: (args: unknown) => unknown;
}

/** Throws, or goes on with the query. Not `async`: what it throws is a rejection to Prisma, in batches, too. */
export type QueryHook = (hooked: QueryHookArgs) => unknown;
