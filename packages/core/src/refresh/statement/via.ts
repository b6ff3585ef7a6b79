import { quoteName, type QualifiedName } from '../../name/index.ts';
import { OURS } from './refusals.ts';

/** Begins the message of a refresh function's refusal; the name of the stream table follows. */
export const NOT_AMONG_ITS_TABLES = `${OURS}not among the tables of this function: `;

/** The parameters of a refresh function, which are what the block declares as constants. */
export const VIA_PARAMETERS = 'table_schema text, table_name text, wait_ms int, store_refusals boolean';

/** Their types: they tell the function from others of its name. */
export const VIA_SIGNATURE = 'text, text, int, boolean';

/** Calls a refresh function; it returns the outcome as JSON. Its name is an identifier, so it is quoted, not bound. */
export function viaStatement(via: QualifiedName): string {
  return `SELECT ${quoteName(via)}($1::text, $2::text, $3::text::int, $4::text::boolean) AS pgstream`;
}
