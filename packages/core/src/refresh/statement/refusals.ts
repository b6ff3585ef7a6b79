import type { Dialect } from '../../dialect/index.ts';
import { indent } from '../../command/index.ts';
import { onlyIf, type Parts } from './parts.ts';

/** Begins the messages of refusals that are ours and not the extension's. */
export const OURS = 'pgstream: ';

/** How the messages begin of what the extension refuses before it has changed anything (contract A.5, F.4, F.6). */
const REFUSED_BY_EXTENSION = [
  'refresh skipped: ',
  'stream table not found: ',
  'invalid argument: stream table % is suspended',
  'invalid argument: stream table % is in error state',
  'invalid argument: pg_trickle capture is ',
  'permission denied: must be owner of stream table ',
  'safe frontier unavailable: ',
  'snapshot alignment unavailable for ',
  'lock timeout: ',
  'PGT\\_EXT\\_',
];

/** Only these may be kept from ending the caller's transaction. */
function isRefusal(dialect: Dialect): string {
  const messages = [OURS, ...REFUSED_BY_EXTENSION].map((beginning) => `'${beginning}%'`);
  const said = `SQLERRM LIKE ANY (ARRAY[${messages.join(', ')}])`;
  // Locks of the transaction go with the savepoint, those of the session might stay.
  return dialect.locksSourcesItself ? `(SQLSTATE = '55P03' OR ${said})` : said;
}

/** Who waits tells the next attempt, so that a refresh which has begun since is enough. */
function tellAskedAt({ stores }: Parts): string {
  return `IF ${stores ? 'NOT store_refusals AND ' : ''}(SQLSTATE = '55P03' OR SQLERRM LIKE 'refresh skipped: %') THEN
  RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = SQLERRM, DETAIL = asked_at;
END IF;`;
}

/**
 * In a transaction of the caller's an error would end it (25P02), and with it what the caller has written before. There
 * a refusal becomes an outcome; what the refresh had begun is undone by the block's own savepoint.
 */
export function storeRefusals(dialect: Dialect, refresh: string, parts: Parts): string {
  if (!parts.stores && !parts.askedAt) return refresh;
  return `BEGIN
${indent(refresh)}
EXCEPTION WHEN OTHERS THEN
${onlyIf(parts.askedAt, indent(tellAskedAt(parts)))}${indent(parts.stores ? storeRefusal(dialect) : 'RAISE;')}
END;`;
}

function storeRefusal(dialect: Dialect): string {
  return `IF NOT store_refusals OR NOT ${isRefusal(dialect)} THEN
  RAISE;
END IF;
outcome := jsonb_build_object('status', 'refused', 'sqlState', SQLSTATE, 'message', SQLERRM);`;
}
