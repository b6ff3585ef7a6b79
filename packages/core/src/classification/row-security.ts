import { FILTERED_BY } from '../command/index.ts';
import type { DriverError } from '../errors/index.ts';
import { quoteIdentifier, quoteName } from '../name/index.ts';
import type { ErrorContext, Verdict } from './rule.ts';

/** A missing privilege by its SQLSTATE, but no GRANT helps. */
export function byRowSecurity(error: DriverError, { name, operation }: ErrorContext): Verdict | undefined {
  const table = filteringTable(error);
  if (table === undefined) return undefined;
  if (operation === 'refresh' && name !== undefined && [quoteName(name), quoteIdentifier(name.name)].includes(table)) {
    return {
      code: 'PERMISSION_DENIED',
      message: `Row security policies of the stream table itself bind this role, and a refresh cannot be made under them. Refresh as its owner; FORCE ROW LEVEL SECURITY binds the owner, too. Where it is set, run: ALTER TABLE ${quoteName(name)} NO FORCE ROW LEVEL SECURITY; its policies go on to hold for every other role.`,
    };
  }
  return {
    code: 'PERMISSION_DENIED',
    message: `Row security policies of ${table} bind this role, or the owner of a view over it, so the stream table would hold the rows that one may see and lose all others. Nothing was changed. Do it as a role that they do not bind (the owner of ${table}, unless FORCE ROW LEVEL SECURITY is set, or a role with BYPASSRLS), or refresh through a function of such a role's (refreshFunctionSql prints one). Policies on the stream table itself decide who may read which of its rows.`,
  };
}

/**
 * PostgreSQL's own words, in English. Only refresh functions that earlier versions printed still raise them: print those
 * again where the server speaks another language, which is told as a missing privilege otherwise.
 */
const REFUSED = /row-level security policy for table "(.+)"/;

/** The table whose policies refused the query, in quotes. */
function filteringTable({ sqlState, message }: DriverError): string | undefined {
  if (sqlState !== '42501') return undefined;
  if (message.startsWith(FILTERED_BY)) return message.slice(FILTERED_BY.length);
  const table = REFUSED.exec(message)?.[1];
  return table === undefined ? undefined : quoteIdentifier(table);
}
