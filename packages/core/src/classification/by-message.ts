import { quoteName } from '../name/index.ts';
import type { DriverError, PgStreamErrorCode } from '../errors/index.ts';
import type { ErrorContext, Verdict } from './rule.ts';

type Sentence = (rest: string, context: ErrorContext) => string;

/** How the extension's own errors begin (contract A.6, B.7). More special prefixes come first. */
const PREFIXES: readonly (readonly [prefix: string, code: PgStreamErrorCode, sentence: Sentence])[] = [
  ['stream table not found: ', 'NOT_FOUND', (rest) => `There is no stream table ${rest}. Check its name and schema.`],
  [
    'stream table already exists: ',
    'ALREADY_EXISTS',
    (rest) => `The stream table ${rest} exists already. Drop it first, or alter it.`,
  ],
  [
    'refresh skipped: ',
    'REFRESH_BUSY',
    (_, { name }) =>
      `Another refresh of ${said(name)} is running. Try again when it is over, or let refresh() wait or skip (ifBusy).`,
  ],
  ['query parse error: ', 'UNSUPPORTED_QUERY', refusedQuery],
  ['type mismatch: ', 'UNSUPPORTED_QUERY', refusedQuery],
  ['unsupported operator for DIFFERENTIAL mode: ', 'UNSUPPORTED_QUERY', refusedQuery],
  ['query too complex: ', 'UNSUPPORTED_QUERY', refusedQuery],
  [
    'cycle detected in dependency graph: ',
    'CYCLE',
    (rest) => `The stream table would depend on itself: ${rest}. Let its query read something else.`,
  ],
  [
    'upstream table dropped: ',
    'SOURCE_GONE',
    (rest, { name }) =>
      `A table that ${said(name)} reads was dropped (${rest}). Drop the stream table, or create the table again and then the stream table.`,
  ],
  [
    'upstream table schema changed: ',
    'SOURCE_CHANGED',
    (rest, { name }) =>
      `A table that ${said(name)} reads has other columns now (${rest}). Drop the stream table and create it again.`,
  ],
  ['lock timeout: ', 'TIMEOUT', (rest) => `A lock was not to be had in time: ${rest}. Try again.`],
  ['permission denied: ', 'PERMISSION_DENIED', (rest) => `The extension refused: ${rest}. Call it as the owner.`],
  ['SPI permission error: ', 'PERMISSION_DENIED', (rest) => `The extension refused: ${rest}. Call it as the owner.`],
];

const ARGUMENT = 'invalid argument: ';
const SCHEDULE =
  /^(?:schedule |invalid duration unit |invalid number |invalid cron expression |trailing digits |use 'calculated')|expected a number before/;
const SUSPENDED = /is (?:suspended|not suspended|in error state)\b/;

/** What PostgreSQL's SPI answers when create names a source that is not there or cannot be one (contract A.1). */
const NO_SUCH_SOURCE = 'SPI error: SpiTupleTable positioned';

/** A panic of 0.1.1 over a query that is not all ASCII: it counts letters where there are bytes (contract A.10). */
const BEYOND_ASCII = /\bbyte index \d+ is not a char boundary/;

/** Tells the extension's errors by how their message begins. */
export function byMessage({ message }: DriverError, context: ErrorContext): Verdict | undefined {
  for (const [prefix, code, sentence] of PREFIXES) {
    if (message.startsWith(prefix)) return { code, message: sentence(message.slice(prefix.length), context) };
  }
  if (message.startsWith(ARGUMENT)) return argument(message.slice(ARGUMENT.length), context);
  if (context.operation === 'create' && BEYOND_ASCII.test(message)) {
    return {
      code: 'UNSUPPORTED_QUERY',
      message:
        'The extension fails on a defining query with a letter beyond ASCII in it, be it in a name, a text or a comment. Write it as an escape, U&"\\00C4rger" for "Ärger" and U&\'gr\\00f6\\00dfe\' for \'größe\', and leave it out of comments.',
    };
  }
  if (context.operation === 'create' && message.startsWith(NO_SUCH_SOURCE)) {
    return {
      code: 'UNSUPPORTED_QUERY',
      message:
        'The extension refused the defining query: it reads a table that does not exist, a temporary table, a system catalog, or the stream table itself.',
    };
  }
  return undefined;
}

function argument(rest: string, context: ErrorContext): Verdict {
  if (SUSPENDED.test(rest)) return { code: 'SUSPENDED', message: suspended(rest, context) };
  if (SCHEDULE.test(rest)) return { code: 'INVALID_SCHEDULE', message: `The extension refused the schedule: ${rest}` };
  return { code: 'INVALID_ARGUMENT', message: `The extension refused an argument: ${rest}` };
}

function suspended(rest: string, { name }: ErrorContext): string {
  if (rest.includes('not suspended')) {
    return `The stream table ${said(name)} cannot be resumed, because it is not suspended: ${rest}.`;
  }
  return `The stream table ${said(name)} is suspended or in error state. See status() for why, mend it, then call resume().`;
}

function refusedQuery(rest: string): string {
  return `The extension refused the defining query: ${rest}`;
}

/** The name for a sentence, as SQL writes it. */
export function said(name: ErrorContext['name']): string {
  return name === undefined ? 'the stream table' : quoteName(name);
}
