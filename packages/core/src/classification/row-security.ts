import type { DriverError } from '../errors/index.ts';
import { quoteName } from '../name/index.ts';
import type { ErrorContext, Verdict } from './rule.ts';

/** PostgreSQL's refusal of a query whose rows a policy would choose, where row_security is off. */
const REFUSED = /row-level security policy for table "(.+)"/;

/** A missing privilege by its SQLSTATE, but no GRANT helps. */
export function byRowSecurity(
  { sqlState, message }: DriverError,
  { name, operation }: ErrorContext,
): Verdict | undefined {
  const table = sqlState === '42501' ? REFUSED.exec(message)?.[1] : undefined;
  if (table === undefined) return undefined;
  const told = `The server says: ${message}.`;
  if (operation === 'refresh' && name?.name === table) {
    return {
      code: 'PERMISSION_DENIED',
      message: `${told} FORCE ROW LEVEL SECURITY binds the owner of the stream table, who refreshes it. Run: ALTER TABLE ${quoteName(name)} NO FORCE ROW LEVEL SECURITY; its policies go on to hold for every other role.`,
    };
  }
  return {
    code: 'PERMISSION_DENIED',
    message: `${told} Policies of "${table}" bind this role, so the stream table would hold the rows that it may see and lose all others. Nothing was changed. Do it as a role that they do not bind (the owner of "${table}", unless FORCE ROW LEVEL SECURITY is set, or a role with BYPASSRLS), or refresh through a function of such a role's (refreshFunctionSql prints one). Policies on the stream table itself decide who may read which of its rows.`,
  };
}
