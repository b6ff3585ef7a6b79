import { mentions, type ErrorRule } from '../classification/index.ts';
import type { TransactionState } from '../executor/index.ts';
import { quoteName } from '../name/index.ts';
import type { RefreshPlan } from './options.ts';
import {
  LEFT_TO_WRITERS,
  MAY_NOT_BECOME,
  MAY_NOT_CALL,
  NO_SUCH_ROLE,
  NOT_A_REFRESH_FUNCTION,
  NOT_AMONG_ITS_TABLES,
  OURS,
  SOURCES_BUSY,
  SOURCES_BUSY_BY_OURSELVES,
  UNSAFE_ISOLATION,
} from './statement/index.ts';

/** What only a refresh can be told: its own refusals, and what an error means in the middle of one. */
export function refreshRules(plan: RefreshPlan, transaction: TransactionState): readonly ErrorRule[] {
  return [
    ownRefusal(plan, transaction),
    staleSnapshot,
    lockNotToBeHad(plan, transaction),
    lostStatement,
    missingGrant,
    viaFunction(plan),
  ];
}

function ownRefusal(plan: RefreshPlan, transaction: TransactionState): ErrorRule {
  return ({ message }) => {
    const busy = sourcesBusy(message, plan, transaction);
    if (busy !== undefined) return { code: 'SOURCES_BUSY', message: busy };
    if (message.startsWith(LEFT_TO_WRITERS)) {
      return {
        code: 'TIMEOUT',
        message: 'The time (timeoutMs) was over while the sources were left to writers (pace).',
      };
    }
    if (message.startsWith(UNSAFE_ISOLATION)) {
      return {
        code: 'UNSAFE_ISOLATION',
        message:
          'A refresh needs READ COMMITTED: in REPEATABLE READ and SERIALIZABLE it cannot see what was committed since the transaction began, and would lose it. Refresh after the commit, or in a transaction of that level (outside of one, default_transaction_isolation decides).',
      };
    }
    if (message.startsWith(NO_SUCH_ROLE)) {
      return { code: 'INVALID_ARGUMENT', message: `There is no role ${message.slice(NO_SUCH_ROLE.length)} (as).` };
    }
    if (message.startsWith(MAY_NOT_BECOME)) {
      return {
        code: 'PERMISSION_DENIED',
        message: `The role that has logged in may not become ${message.slice(MAY_NOT_BECOME.length)} (as). Run what refreshRoleSql prints for it, as a superuser, or as who may grant that role.`,
      };
    }
    if (message.startsWith(MAY_NOT_CALL)) {
      return {
        code: 'PERMISSION_DENIED',
        message: `The role may not call the extension's function. Run: ${message.slice(MAY_NOT_CALL.length)} That lets the owner of the stream table refresh; another role does so as the owner, with refresh({ as }), once what refreshRoleSql prints was run.`,
      };
    }
    if (message.startsWith(NOT_AMONG_ITS_TABLES)) {
      return {
        code: 'PERMISSION_DENIED',
        message: `The function given as via does not refresh ${message.slice(NOT_AMONG_ITS_TABLES.length)}. Let refreshFunctionSql print it again with that stream table among its tables.`,
      };
    }
    return undefined;
  };
}

/** The likeliest slip is to refresh outside of one's own open transaction, which then is what is waited for. */
function sourcesBusy(message: string, plan: RefreshPlan, transaction: TransactionState): string | undefined {
  const prefix = [SOURCES_BUSY, SOURCES_BUSY_BY_OURSELVES].find((each) => message.startsWith(each));
  if (prefix === undefined) return undefined;
  const source = message.slice(prefix.length);
  const inTheWay = `Another transaction is writing to ${source}, which the stream table reads, or a vacuum or index build works on it`;
  if (transaction !== 'none') {
    return `${inTheWay}. Inside a transaction this is not waited for, because that one may be waiting for yours: refresh after your commit.`;
  }
  const whose =
    prefix === SOURCES_BUSY_BY_OURSELVES
      ? 'A transaction of your own application (same role, application_name and address) holds it and is idle: if it is the one that this call is made in, it waits for itself. Refresh through that transaction, or after its commit.'
      : 'Is it your own transaction, in which this call is made? Then it waits for itself: refresh through that transaction, or after its commit.';
  return `${inTheWay}, and was not over after ${plan.lockTimeoutMs} ms. ${whose} Otherwise refresh later, or allow more time (lockTimeoutMs).`;
}

/** In REPEATABLE READ and SERIALIZABLE, when somebody else has refreshed since the snapshot. */
const staleSnapshot: ErrorRule = ({ sqlState }) =>
  sqlState === '40001'
    ? {
        code: 'UNSAFE_ISOLATION',
        message:
          'The stream table was refreshed after this transaction began, which it cannot see. Roll back, and refresh in READ COMMITTED.',
      }
    : undefined;

/** What pg_trickle says of a source that it could not lock (contract F.4). */
const COULD_NOT_LOCK = 'lock timeout: could not lock source ';

/** The caller's wait was for a lock that a statement of the extension's asked for, and not ours. */
function lockNotToBeHad(plan: RefreshPlan, transaction: TransactionState): ErrorRule {
  return ({ sqlState, message }, { dialect }) => {
    if (message.startsWith(COULD_NOT_LOCK)) {
      const source = message.slice(COULD_NOT_LOCK.length);
      return { code: 'SOURCES_BUSY', message: sourcesBusy(`${SOURCES_BUSY}${source}`, plan, transaction) ?? message };
    }
    if (sqlState !== '55P03') return undefined;
    const inTheWay =
      dialect?.locksSourcesItself === true
        ? 'The refresh could not have a lock in time (%): a transaction writes to what the stream table reads, uses the stream table itself, or has refreshed one of this database and is still open.'
        : 'The refresh could not lock the stream table itself in time (%): a transaction reads it, or has locked it.';
    return { code: 'TIMEOUT', message: `${inTheWay.replace('%', () => message)} Try again when that is over.` };
  };
}

/** Contract A.5: the extension prepares a statement in each session, which a pooler's reset takes away. */
const lostStatement: ErrorRule = ({ sqlState, message }, { dialect }) =>
  sqlState === '26000'
    ? {
        code: 'UNKNOWN',
        message: `The extension's prepared statement is gone from this connection (${message}): a pooler or DISCARD ALL has reset it, and no refresh can succeed here any more. Close the connection; a superuser prevents it with ALTER DATABASE … SET ${dialect?.settings ?? ''}use_prepared_statements = off.`,
      }
    : undefined;

/** The statement itself says which privilege is missing on a source. */
const missingGrant: ErrorRule = ({ sqlState, message, hint }) =>
  sqlState === '42501' && hint?.startsWith('GRANT ')
    ? {
        code: 'PERMISSION_DENIED',
        message: `The server says: ${message}. A refresh locks the tables that the stream table reads, so that no change is lost. Run: ${hint} Or let the role refresh through a function of the owner's (refreshFunctionSql prints one), or as the owner (refreshRoleSql).`,
      }
    : undefined;

function viaFunction({ via }: RefreshPlan): ErrorRule {
  return ({ sqlState, message }) => {
    if (via === undefined) return undefined;
    const said = quoteName(via);
    if (message === NOT_A_REFRESH_FUNCTION) {
      return {
        code: 'INVALID_ARGUMENT',
        message: `The function ${said} (via) was not made by refreshFunctionSql: it does not answer as one.`,
      };
    }
    if (
      sqlState === '42501' &&
      !message.startsWith(OURS) &&
      (mentions(message, via.name) || mentions(message, via.schema))
    ) {
      return {
        code: 'PERMISSION_DENIED',
        message: `The server says: ${message}. To refresh through ${said} a role needs: GRANT USAGE ON SCHEMA "${via.schema}" TO <role>; GRANT EXECUTE ON FUNCTION ${said} TO <role>;`,
      };
    }
    if (
      (sqlState === '42883' && mentions(message, via.name)) ||
      (sqlState === '3F000' && mentions(message, via.schema))
    ) {
      return {
        code: 'INVALID_ARGUMENT',
        message: `There is no refresh function ${said} (via). Run what refreshFunctionSql prints for it, as the owner of the stream tables.`,
      };
    }
    return undefined;
  };
}
