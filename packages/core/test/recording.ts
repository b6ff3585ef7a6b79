import type { SqlExecutor } from '../src/index.ts';

/** An executor that works as the one it is made of, and notes what it sends. */
export function recording(
  executor: SqlExecutor,
): SqlExecutor & { readonly sent: { text: string; params: readonly unknown[] }[] } {
  const sent: { text: string; params: readonly unknown[] }[] = [];
  return {
    scope: executor.scope,
    transaction: executor.transaction,
    sent,
    query(text, params = []) {
      sent.push({ text, params });
      return executor.query(text, params);
    },
  };
}
