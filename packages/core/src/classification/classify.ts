import {
  findDriverError,
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  type DriverError,
} from '../errors/index.ts';
import { byMessage } from './by-message.ts';
import { bySqlState } from './by-sqlstate.ts';
import { byConnection } from './by-connection.ts';
import { byOrchestration } from './orchestration.ts';
import { byReplica } from './replica.ts';
import { byRowSecurity } from './row-security.ts';
import type { ErrorContext, ErrorRule, Verdict } from './rule.ts';

/**
 * The extension's own errors mostly share one SQLSTATE at 0.1.1, and share theirs with PostgreSQL's later: the message
 * prefix comes first, the SQLSTATE second (contract A.6, B.7).
 */
const RULES: readonly ErrorRule[] = [byReplica, byMessage, byOrchestration, byRowSecurity, bySqlState, byConnection];

/**
 * Makes a PgStreamError of what a driver or an ORM threw; that one becomes its `cause`. An error that is a
 * PgStreamError already is given back as it is.
 */
export function classify(error: unknown, context: ErrorContext): PgStreamError {
  if (isPgStreamError(error)) return error;
  const found = findDriverError(error);
  const { operation, name, rules = [] } = context;
  const verdict = firstVerdict([...rules, ...RULES], found, context) ?? unknown(found);
  const fields = { cause: error, operation, sqlState: found.sqlState };
  if (verdict.code === 'NOT_FOUND' && name !== undefined) return new StreamTableNotFoundError(name, fields);
  return new PgStreamError(verdict.code, verdict.message, { ...fields, schema: name?.schema, table: name?.name });
}

function firstVerdict(rules: readonly ErrorRule[], error: DriverError, context: ErrorContext): Verdict | undefined {
  for (const rule of rules) {
    const verdict = rule(error, context);
    if (verdict) return verdict;
  }
  return undefined;
}

function unknown({ sqlState, message }: DriverError): Verdict {
  if (sqlState === undefined) {
    return { code: 'UNKNOWN', message: 'The call failed, and not by an error of the server. See the cause.' };
  }
  return { code: 'UNKNOWN', message: `The server failed with ${sqlState}: ${withoutValues(sqlState, message)}` };
}

/** What PostgreSQL puts a value in, in one language or another. */
const QUOTED = /"[^"]*"|«[^»]*»|»[^«]*«|„[^“”]*[“”]|“[^”]*”|『[^』]*』|「[^」]*」/g;

/** Data exceptions (class 22) quote the offending value, which may be anybody's. */
function withoutValues(sqlState: string, message: string): string {
  return sqlState.startsWith('22') ? withoutQuoted(message) : message;
}

/** A server's message without all that it quotes. */
export function withoutQuoted(message: string): string {
  return message.replaceAll(QUOTED, '"…"');
}
