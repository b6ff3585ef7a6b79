import type { DriverError } from '../errors/index.ts';
import type { Verdict } from './rule.ts';

export const READ_ONLY_SERVER: Verdict = {
  code: 'READ_ONLY_SERVER',
  message:
    'The server is a read replica, or the transaction is read-only: send this to the primary, in a transaction that may write.',
};

/**
 * A replica by other words than SQLSTATE 25006: pg_trickle's own (contract F.4), and PostgreSQL's where the extension asks
 * for the log's position before it writes anything.
 */
export function byReplica({ message }: DriverError): Verdict | undefined {
  return /^(?:invalid argument: )?Cannot refresh stream tables on a read replica|^recovery is in progress$/.test(
    message,
  )
    ? READ_ONLY_SERVER
    : undefined;
}
