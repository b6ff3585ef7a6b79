import { indent } from '../../command/index.ts';

/** Begins the messages of refusals that are ours and not the extension's. */
export const OURS = 'pgstream: ';

/** What is refused before anything was changed: only these may be kept from ending the caller's transaction. */
const IS_REFUSAL = [
  `SQLERRM LIKE '${OURS}%'`,
  `SQLERRM LIKE 'refresh skipped: %'`,
  `SQLERRM LIKE 'stream table not found: %'`,
  `SQLERRM LIKE 'invalid argument: stream table % is suspended%'`,
  `SQLERRM LIKE 'invalid argument: stream table % is in error state%'`,
].join(' OR ');

/**
 * In a transaction of the caller's an error would end it (25P02), and with it what the caller has written before. There
 * a refusal becomes an outcome; what the refresh had begun is undone by the block's own savepoint.
 */
export function storeRefusals(refresh: string): string {
  return `BEGIN
${indent(refresh)}
EXCEPTION WHEN OTHERS THEN
  IF NOT store_refusals OR NOT (${IS_REFUSAL}) THEN
    RAISE;
  END IF;
  outcome := jsonb_build_object('status', 'refused', 'sqlState', SQLSTATE, 'message', SQLERRM);
END;`;
}
