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
import { PgStreamError } from '../errors/index.ts';
import {
  checkCreatable,
  functionArgument,
  resolveName,
  type QualifiedName,
  type StreamTableName,
} from '../name/index.ts';
import { checkQuery, unfinished } from './query.ts';
import { checkHasMode, checkRefreshMode, type RefreshMode } from './refresh-mode.ts';
import { scheduleText, type ScheduleInput } from './schedule.ts';

/** A stream table to be created. */
export interface StreamTableDefinition {
  /**
   * Lower-case letters, digits, `_` and `$`, up to 63: pg_stream, and pg_trickle before 0.108, cannot handle others (contract
   * A.1, F.7).
   */
  readonly name: StreamTableName;
  /**
   * The defining query: one SELECT, complete, without parameters and without a `;` at its end. Name every table with
   * its schema: the extension runs the query later, with another search_path.
   */
  readonly query: string;
  /** Default: `'1m'`, in both dialects; none for the mode `IMMEDIATE`, which needs none. */
  readonly schedule?: ScheduleInput | undefined;
  /** Default: `'DIFFERENTIAL'`, in both dialects. */
  readonly refreshMode?: RefreshMode | undefined;
  /**
   * Whether to fill it at once. Default: true. If false, it stays empty and is not refreshed automatically before
   * refresh() was called once.
   */
  readonly initialize?: boolean | undefined;
  /** On pg_trickle: a stream table of that name is left as it is, whatever its query. Default: false, ALREADY_EXISTS. */
  readonly ifNotExists?: boolean | undefined;
  /**
   * On pg_trickle: a stream table of that name becomes this one, altered in place as far as that goes, and left alone
   * where nothing differs. Default: false.
   */
  readonly orReplace?: boolean | undefined;
}

/** Creates a stream table; gives its name. See {@link PgStream.create}. */
export async function createStreamTable(context: Context, definition: StreamTableDefinition): Promise<QualifiedName> {
  const { refreshMode = 'DIFFERENTIAL', initialize = true } = definition;
  const name = resolveName(definition.name, context.defaultSchema);
  const query = checkQuery(definition.query, name, 'create');
  const mode = checkRefreshMode(refreshMode);
  const schedule = scheduleText(scheduleFor(definition));
  const create = (dialect: Dialect): Command => {
    checkCreatable(name, dialect);
    checkHasMode(mode, dialect);
    return {
      declarations: `${keptRowSecurity}
${filteringTable}`,
      statements: `${refuseFilteredRows}
BEGIN
  PERFORM ${dialect.schema}.${functionFor(definition, dialect)}(name => ${argument(functionArgument(name, dialect))},
    query => ${argument(query)}, schedule => ${argument(schedule ?? dialect.calculated)},
    refresh_mode => ${argument(mode)}, initialize => ${argument(String(initialize))}::boolean);
EXCEPTION WHEN insufficient_privilege THEN
  ${pinSearchPath} -- Until the error undoes it.
${indent(findFilteringTable('0'))}
${indent(raiseFilteredOrSame)}
END;
${putRowSecurityBack}`,
    };
  };
  await execute(context, create, { operation: 'create', name, rules: [unfinished(query)] });
  return name;
}

/** With the default of the mode. Throws INVALID_ARGUMENT for a schedule where there can be none. */
export function scheduleFor({
  schedule,
  refreshMode,
}: Pick<StreamTableDefinition, 'schedule' | 'refreshMode'>): ScheduleInput {
  if (refreshMode !== 'IMMEDIATE') return schedule === undefined ? '1m' : schedule;
  if (schedule === undefined || schedule === null) return null;
  throw invalid(
    'A stream table in the mode IMMEDIATE has no schedule: each write to a source changes it. Leave it out.',
  );
}

/** Which of the extension's functions does what is asked for; the parameters that we name are the same. */
function functionFor({ ifNotExists = false, orReplace = false }: StreamTableDefinition, dialect: Dialect): string {
  if (ifNotExists && orReplace) throw invalid('Give either ifNotExists or orReplace, not both.');
  if (ifNotExists && !dialect.createsIfNotExists) throw invalid(missing('ifNotExists', dialect));
  if (orReplace && !dialect.replaces) throw invalid(missing('orReplace', dialect));
  if (ifNotExists) return 'create_stream_table_if_not_exists';
  return orReplace ? 'create_or_replace_stream_table' : 'create_stream_table';
}

function missing(option: string, { name }: Dialect): string {
  return `${name} has no ${option}: ask exists() first, and drop() what has to be another.`;
}

function invalid(message: string): PgStreamError {
  return new PgStreamError('INVALID_ARGUMENT', message, { operation: 'create' });
}
