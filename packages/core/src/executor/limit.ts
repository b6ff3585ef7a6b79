import { query } from './decode.ts';
import type { SqlExecutor } from './executor.ts';

/**
 * The transaction of ours gets this long to be ended, after what the refresh may take. If our ROLLBACK is lost (pg drops
 * what is queued behind a query_timeout) and the connection goes back to its pool, nobody else would end it.
 */
const TO_END_IT_MS = 2_000;

/**
 * By the server's clocks. A time-out of the transaction that is shorter already is the user's, and stays. Set to zero
 * first, because the server does not set a clock anew that is running.
 */
const TIMEOUTS = `SELECT pg_catalog.json_build_array(
  pg_catalog.set_config('statement_timeout', $1, true),
  CASE WHEN transaction_timeout.ms OPERATOR(pg_catalog.>) 0
      AND transaction_timeout.ms OPERATOR(pg_catalog.<=) $2::pg_catalog.text::int THEN NULL
    ELSE pg_catalog.concat(pg_catalog.set_config('transaction_timeout', '0', true), pg_catalog.set_config('transaction_timeout', $2, true)) END
)::pg_catalog.text AS pgstream
FROM (
  SELECT s.setting::int AS ms FROM pg_catalog.pg_settings s WHERE s.name OPERATOR(pg_catalog.=) 'transaction_timeout'
) transaction_timeout`;

/** Has the server end each statement of a transaction of ours after so long, and the transaction soon after that. */
export async function limitTransaction(ours: SqlExecutor, ms: number): Promise<void> {
  const statementMs = Math.ceil(ms);
  await query(ours, TIMEOUTS, [String(statementMs), String(statementMs + TO_END_IT_MS)]);
}
