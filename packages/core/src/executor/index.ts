export { instant, integer, query, type Parameters } from './decode.ts';
export type { Row, SqlExecutor, TransactionState } from './executor.ts';
