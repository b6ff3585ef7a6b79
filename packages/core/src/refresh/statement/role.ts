import { argument } from '../../command/index.ts';
import { OURS } from './refusals.ts';

/** Begin the messages of refusals because of the role to refresh as; its name follows. */
export const NO_SUCH_ROLE = `${OURS}no such role: `;
export const MAY_NOT_BECOME = `${OURS}the role may not be set: `;

/** Declares the role to refresh as. */
export function declareRole(role: string): string {
  return `other_role CONSTANT pg_catalog.text := ${argument(role)};`;
}

/** Declares the one to go back to. */
export const keptRole = "kept_role CONSTANT pg_catalog.text := pg_catalog.current_setting('role');";

/**
 * From here on everything is done as the other role, and not by its rights alone: the extension asks who was SET (contract
 * F.3). Who is asked whether that may be is the role that has logged in, as SET ROLE does. An error undoes it by itself.
 */
export const becomeOtherRole = `IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = other_role) THEN
  RAISE EXCEPTION '${NO_SUCH_ROLE}%', other_role USING ERRCODE = '22023';
ELSIF NOT pg_has_role(session_user, other_role::name, 'SET') THEN
  RAISE EXCEPTION '${MAY_NOT_BECOME}%', other_role USING ERRCODE = '42501';
END IF;
PERFORM set_config('role', other_role, true);
`;

export const putRoleBack = "\nPERFORM set_config('role', kept_role, true);";
