import { CliError, EXIT } from '../exit/index.ts';
import type { Target } from './parameters.ts';

/** Why there is no connection, as a sentence that says what to do. It holds neither password nor URL. */
export function connectionError(error: unknown, target: Target): CliError {
  const { host, port, user, dbname } = target;
  const server = host.startsWith('/') ? `the socket ${host}/.s.PGSQL.${port}` : `${host}:${port}`;
  const { code = '', severity, message = '' } = error as { code?: string; severity?: string; message?: string };
  const why =
    severity === undefined ? reason(code, message, server, target) : refusal(code, message, user, dbname, server);
  return new CliError(EXIT.connection, 'CONNECTION', why, error);
}

function reason(code: string, message: string, server: string, { host, sslmode }: Target): string {
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return `Nothing answers at ${server}. Is PostgreSQL started there? -h and -p, --url, PGHOST and PGPORT say where it is.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `There is no host ${host}. Check its name.`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `${server} cannot be reached from here. Check the network, and firewalls.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of ${server} is for another host: with sslmode verify-full it has to name ${host}. Connect by the name that it has.`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_SIGNATURE_FAILURE':
      return `The certificate of ${server} is signed by nobody that is trusted. Give the root certificate that signed it: sslrootcert, PGSSLROOTCERT.`;
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${server} has expired.`;
  }
  if (message === 'timeout expired' || /timeout/i.test(message))
    return `${server} did not answer within connect_timeout.`;
  if (/does not support SSL/.test(message))
    return `${server} has no TLS, which sslmode ${sslmode ?? 'require'} asks for.`;
  return `The connection to ${server} failed${code === '' ? '' : ` (${code})`}: ${message}`;
}

function refusal(code: string, message: string, user: string, dbname: string, server: string): string {
  switch (code) {
    case '28P01':
      return `${server} refused the password of ${user}.`;
    case '28000':
      return `${server} does not let ${user} in: ${message}.`;
    case '3D000':
      return `There is no database "${dbname}" at ${server}. -d names another.`;
    case '53300':
      return `${server} has no connection left: ${message}.`;
    case '57P03':
      return `${server} is starting or stopping. Try again.`;
    default:
      return `${server} refused the connection: ${message}.`;
  }
}
