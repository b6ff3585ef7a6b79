import {
  argument,
  filteringTable,
  findFilteringTable,
  indent,
  keptRowSecurity,
  pinSearchPath,
  putRowSecurityBack,
  raiseFilteredOrSame,
  refuseFilteredRows,
  type Command,
} from '../command/index.ts';
import { execute, type Context } from '../context/index.ts';
import type { Dialect } from '../dialect/index.ts';
import type { ErrorRule } from '../classification/index.ts';
import { PgStreamError } from '../errors/index.ts';
import {
  checkCreatable,
  functionArgument,
  resolveName,
  type QualifiedName,
  type StreamTableName,
} from '../name/index.ts';
import { checkRefreshMode, type RefreshMode } from './refresh-mode.ts';
import { scheduleText, type ScheduleInput } from './schedule.ts';

/** A stream table to be created. */
export interface StreamTableDefinition {
  /** Lower-case letters, digits, `_` and `$`, up to 63: the extension cannot handle others (contract A.1). */
  readonly name: StreamTableName;
  /**
   * The defining query: one SELECT, complete, without parameters and without a `;` at its end. Name every table with
   * its schema: the extension runs the query later, with another search_path.
   */
  readonly query: string;
  /** Default: `'1m'`, in both dialects. */
  readonly schedule?: ScheduleInput | undefined;
  /** Default: `'DIFFERENTIAL'`, in both dialects. */
  readonly refreshMode?: RefreshMode | undefined;
  /**
   * Whether to fill it at once. Default: true. If false, it stays empty and is not refreshed automatically before
   * refresh() was called once.
   */
  readonly initialize?: boolean | undefined;
}

/** Creates a stream table; gives its name. See {@link PgStream.create}. */
export async function createStreamTable(context: Context, definition: StreamTableDefinition): Promise<QualifiedName> {
  const { schedule = '1m', refreshMode = 'DIFFERENTIAL', initialize = true } = definition;
  const name = resolveName(definition.name, context.defaultSchema);
  checkCreatable(name);
  const query = checkQuery(definition.query, name);
  const text = scheduleText(schedule);
  const mode = checkRefreshMode(refreshMode);
  const create = ({ schema, calculated }: Dialect): Command => ({
    declarations: `${keptRowSecurity}
${filteringTable}`,
    statements: `${refuseFilteredRows}
BEGIN
  PERFORM ${schema}.create_stream_table(name => ${argument(functionArgument(name))},
    query => ${argument(query)}, schedule => ${argument(text ?? calculated)},
    refresh_mode => ${argument(mode)}, initialize => ${argument(String(initialize))}::boolean);
EXCEPTION WHEN insufficient_privilege THEN
  ${pinSearchPath} -- Until the error undoes it.
${indent(findFilteringTable('0'))}
${indent(raiseFilteredOrSame)}
END;
${putRowSecurityBack}`,
  });
  await execute(context, create, { operation: 'create', name, rules: [unfinished(query)] });
  return name;
}

/** The extension puts the query in brackets to try it, which an end of statement or of line breaks (contract A.1). */
function checkQuery(query: unknown, name: QualifiedName): string {
  const problem =
    typeof query !== 'string' || query.trim() === ''
      ? 'The defining query must be the text of a SELECT.'
      : /;\s*$/.test(query)
        ? 'The defining query must not end with a semicolon: remove it.'
        : undefined;
  if (problem === undefined && typeof query === 'string') return query;
  throw new PgStreamError('UNSUPPORTED_QUERY', problem ?? '', {
    schema: name.schema,
    table: name.name,
    operation: 'create',
  });
}

/** The server sees only that the text is over too early, and says so in its language. */
function unfinished(query: string): ErrorRule {
  return ({ sqlState, message }) =>
    sqlState === '42601' && /--[^\n\r]*$/.test(query)
      ? {
          code: 'UNSUPPORTED_QUERY',
          message: `The server refused the defining query: ${message}. If it ends with a -- comment, remove that.`,
        }
      : undefined;
}
