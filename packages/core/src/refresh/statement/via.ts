import {
  keptRowSecurity,
  keptSearchPath,
  pinSearchPath,
  putRowSecurityBack,
  putSearchPathBack,
  refuseFilteredRows,
  type Command,
} from '../../command/index.ts';
import { quoteName, type QualifiedName } from '../../name/index.ts';
import { declareStoring, parameters, storeOutcome, type Attempt } from './block.ts';
import { OURS } from './refusals.ts';
import { setPace } from './pace.ts';
import { setSince } from './since.ts';

/** Begins the message of a refresh function's refusal; the name of the stream table follows. */
export const NOT_AMONG_ITS_TABLES = `${OURS}not among the tables of this function: `;

/** The parameters of a refresh function, which are what the block declares as constants. */
export const VIA_PARAMETERS = 'table_schema text, table_name text, wait_ms int, store_refusals boolean';

/** Their types: they tell the function from others of its name. */
export const VIA_SIGNATURE = 'text, text, int, boolean';

/** The message where something else answered. */
export const NOT_A_REFRESH_FUNCTION = `${OURS}not a refresh function`;

/** One attempt through a refresh function, which returns what came of it as JSON. Its name is an identifier: quoted. */
export function viaCommand(via: QualifiedName, name: QualifiedName, attempt: Attempt): Command {
  const { since, paceMs } = attempt.alone ?? {};
  return {
    declarations: `${parameters(name, attempt)}
${declareStoring(attempt)}
outcome pg_catalog.text;
${keptSearchPath}
${keptRowSecurity}`,
    statements: `${pinSearchPath}
${refuseFilteredRows}
${since === undefined ? '' : setSince(since)}${paceMs === undefined ? '' : setPace(paceMs)}outcome := ${quoteName(via)}(table_schema, table_name, wait_ms, store_refusals);
IF outcome IS NULL OR outcome NOT LIKE '{"status": "re%' THEN
  IF NOT store_refusals THEN
    RAISE EXCEPTION '${NOT_A_REFRESH_FUNCTION}' USING ERRCODE = '22023';
  END IF;
  outcome := jsonb_build_object('status', 'refused', 'sqlState', '22023', 'message', '${NOT_A_REFRESH_FUNCTION}');
END IF;
${putRowSecurityBack}
${storeOutcome}
${putSearchPathBack}`,
  };
}
