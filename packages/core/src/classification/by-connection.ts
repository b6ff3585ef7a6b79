import type { Verdict } from './rule.ts';
import type { DriverError } from '../errors/index.ts';

/** Node's, postgres.js's and Prisma's codes for a connection that is not there. */
const CONNECTION_CODES =
  /^(?:P1001$|P1002$|P1008$|P1017$|DatabaseNotReachable$|ConnectionClosed$|SocketTimeout$|TlsConnectionError$|ECONN|ENOTFOUND$|EAI_|EPIPE$|EHOST|ENET|ETIMEDOUT$|ENOENT$|EACCES$|CONNECTION_|CONNECT_TIMEOUT$|UND_ERR_|ERR_SOCKET|ERR_TLS)/;

/** pg gives these no code. */
const CONNECTION_MESSAGES =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Cannot use a pool after calling end)/;

/** Tells errors of the driver and of Node, which have no SQLSTATE. */
export function byConnection({ sqlState, driverCode, message }: DriverError): Verdict | undefined {
  if (sqlState !== undefined) return undefined;
  if (driverCode === 'ABORT_ERR') return { code: 'ABORTED', message: 'The call was aborted by its signal.' };
  if (message === 'Query read timeout') {
    return {
      code: 'TIMEOUT',
      message: 'The driver stopped waiting for the answer (query_timeout). The statement may still run on the server.',
    };
  }
  if ((driverCode !== undefined && CONNECTION_CODES.test(driverCode)) || CONNECTION_MESSAGES.test(message)) {
    const what = driverCode === undefined ? '' : ` (${driverCode})`;
    return {
      code: 'CONNECTION',
      message: `The server could not be reached, or the connection is closed${what}. Check that it runs and that the host and port are right.`,
    };
  }
  return undefined;
}
