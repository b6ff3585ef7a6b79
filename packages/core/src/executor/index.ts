export { canBegin, inOwnTransaction, isAbandonedTransaction, send } from './abandoned.ts';
export { float, instant, query, type Parameters } from './decode.ts';
export type { Row, SqlExecutor, TransactionState } from './executor.ts';
export { limitTransaction } from './limit.ts';
export { undone } from './undone.ts';
