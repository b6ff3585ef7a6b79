import { thisSessionHoldsTheLock } from './busy.ts';
import { indent } from '../../command/index.ts';

/**
 * Inside of a handler a second cancel may arrive, and then the handler itself is cancelled: the one around it begins
 * again. With three of them the lock stays behind only after a dozen cancels in a row; with one, two are enough.
 */
const HANDLERS = 3;

/**
 * At pg_stream any error of PostgreSQL's own inside a refresh leaves the extension's session lock behind, even after a
 * rollback, and stops everybody else for as long as the session lives (contract A.5). Frees exactly that lock, after
 * whatever ended the refresh, and passes the error on unchanged.
 */
export function freeLeakedLock(refresh: string): string {
  let text = refresh;
  for (let handler = 0; handler < HANDLERS; handler += 1) text = withHandler(text);
  return text;
}

/** OTHERS alone leaves out cancels, statement_timeout among them, and failed assertions. */
function withHandler(text: string): string {
  return `BEGIN
${indent(text)}
EXCEPTION WHEN OTHERS OR QUERY_CANCELED OR ASSERT_FAILURE THEN
  LOOP
    BEGIN
      IF called AND ${indent(thisSessionHoldsTheLock, 3).trimStart()} THEN
        PERFORM pg_advisory_unlock(table_id);
      END IF;
      EXIT;
    EXCEPTION WHEN QUERY_CANCELED THEN
      NULL;
    END;
  END LOOP;
  RAISE;
END;`;
}
