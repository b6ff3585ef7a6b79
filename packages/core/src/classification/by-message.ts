import { NAMES } from '../dialect/index.ts';
import type { DriverError, PgStreamErrorCode } from '../errors/index.ts';
import { quoteName } from '../name/index.ts';
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
  ['differential query depth exceeded limit', 'UNSUPPORTED_QUERY', (rest) => refusedQuery(`it is too deep${rest}`)],
  ['differential query CTE count exceeded limit', 'UNSUPPORTED_QUERY', (rest) => refusedQuery(`it is too long${rest}`)],
  ['lock timeout: ', 'TIMEOUT', lockTimeout],
  ['scheduled lock timeout: ', 'TIMEOUT', lockTimeout],
  ['scheduled statement timeout: ', 'TIMEOUT', (rest) => `The refresh took too long: ${rest}. Allow it more time.`],
  ['safe frontier unavailable: ', 'SOURCES_BUSY', undecided],
  ['snapshot alignment unavailable for ', 'SOURCES_BUSY', undecided],
  ['CDC state invalid for ', 'CAPTURE_BLOCKED', brokenCapture],
  ['CDC cutover to ', 'CAPTURE_BLOCKED', brokenCapture],
  [
    'shared state capacity exhausted: ',
    'UNKNOWN',
    (rest) =>
      `The extension has no room left in its shared memory: ${rest}. Its settings give it more, from the server's next start on.`,
  ],
  [
    `upstream stream table (${NAMES.pg_trickle.prefix}id=`,
    'UNKNOWN',
    (rest, { name }) =>
      `A stream table that ${said(name)} reads is not ready: (${NAMES.pg_trickle.prefix}id=${rest}. See its status() for why, and refresh it first.`,
  ],
  ['permission denied: must be owner of stream table ', 'PERMISSION_DENIED', notTheOwner],
  ['permission denied: ', 'PERMISSION_DENIED', (rest) => `The extension refused: ${rest}. Call it as the owner.`],
  ['SPI permission error: ', 'PERMISSION_DENIED', (rest) => `The extension refused: ${rest}. Call it as the owner.`],
];

const ARGUMENT = 'invalid argument: ';
const SCHEDULE =
  /^(?:schedule |invalid duration unit |invalid number |invalid cron expression |trailing digits |use 'calculated')|expected a number before/;
/** Before the name of the state in which changes are not taken (contract F.4). */
const CAPTURE = 'pg_trickle capture is ';
const HAS_DEPENDENTS = ' has dependent stream tables';
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
  if (rest.startsWith(CAPTURE)) return { code: 'CAPTURE_BLOCKED', message: blockedCapture(rest, context) };
  if (rest.includes(HAS_DEPENDENTS)) {
    return {
      code: 'INVALID_ARGUMENT',
      message: `The extension refused: ${rest} Drop those first, or all of them together: drop({ cascade: true }).`,
    };
  }
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

/** What is refused until an administrator says that the database is what it was (contract F.4). */
function blockedCapture(rest: string, { dialect }: ErrorContext): string {
  const schema = dialect?.schema ?? NAMES.pg_trickle.schema;
  return rest.includes('quiesced')
    ? `The extension is paused in this database, so nothing is refreshed. When the work that it was paused for is over, an administrator runs: SELECT ${schema}.resume_all();`
    : `The extension takes this database for a copy of the one that its changes were captured in, and refreshes nothing (${rest}). The usual reasons are a dump that was restored, and a database made from a template, as test databases are. Once it is certain that this is the one to go on with, an administrator runs: SELECT ${schema}.recover_capture_instance();`;
}

function lockTimeout(rest: string): string {
  return `A lock was not to be had in time: ${rest}. Try again.`;
}

/** Writers are fenced by their transactions, and of an open one it cannot be proved what it will do (contract F.4). */
function undecided(rest: string, { name }: ErrorContext): string {
  return `It cannot be decided yet which changes belong to this refresh of ${said(name)}, because transactions are open that write to what it reads (${rest}). Try again when they are over.`;
}

function brokenCapture(rest: string, { name }: ErrorContext): string {
  return `The changes of the tables that ${said(name)} reads are not captured as they should be: ${rest}. cdcHealth() and slotHealth() say more. Try again if it is a matter of a moment; else an administrator repairs the stream table.`;
}

function notTheOwner(rest: string, { dialect, operation }: ErrorContext): string {
  const refused = `The extension refused: only the owner of the stream table ${rest} may do this`;
  if (dialect?.checksOuterOwner !== true) return `${refused}. Call it as the owner.`;
  const asOwner =
    operation === 'refresh'
      ? "refresh({ as: '<owner>' }), once what refreshRoleSql prints was run"
      : 'as the owner, by the connection or by SET ROLE';
  return `${refused}, and asks for the role that has logged in or was SET, so that a SECURITY DEFINER function is no way around. Call it ${asOwner}.`;
}

function refusedQuery(rest: string): string {
  return `The extension refused the defining query: ${rest}`;
}

/** The name for a sentence, as SQL writes it. */
export function said(name: ErrorContext['name']): string {
  return name === undefined ? 'the stream table' : quoteName(name);
}
