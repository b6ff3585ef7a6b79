import { argument, type Command } from '../command/index.ts';
import type { ErrorRule } from '../classification/index.ts';
import { execute, type Context } from '../context/index.ts';
import type { Dialect } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { functionArgument, type QualifiedName } from '../name/index.ts';
import { checkQuery, unfinished } from './query.ts';
import { checkHasMode, checkRefreshMode, type RefreshMode } from './refresh-mode.ts';
import { scheduleText, type ScheduleInput } from './schedule.ts';

/** What to change of a stream table; what is left out stays. */
export interface StreamTableChanges {
  /**
   * Another defining query, on pg_trickle: the stream table is computed anew, and where its columns change it may become
   * another table with another oid. pg_stream cannot: drop and create instead.
   */
  readonly query?: string | undefined;
  /** `null`, a calculated schedule, cannot be gone back to on pg_stream: drop and create the stream table instead. */
  readonly schedule?: ScheduleInput | undefined;
  /**
   * Neither the query is checked for the new mode nor the content computed. On pg_stream an aggregate that was created
   * FULL fails in DIFFERENTIAL, and one that was FULL in between loses groups (contract A.1): drop and create instead.
   */
  readonly refreshMode?: RefreshMode | undefined;
}

/** See {@link StreamTable.alter}. */
export async function alterStreamTable(
  context: Context,
  name: QualifiedName,
  changes: StreamTableChanges,
): Promise<void> {
  const { query, schedule, refreshMode } = changes;
  if (query === undefined && schedule === undefined && refreshMode === undefined) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'There is nothing to alter: give a query, a schedule or a refreshMode.',
      {
        schema: name.schema,
        table: name.name,
        operation: 'alter',
      },
    );
  }
  const asked = {
    query: query === undefined ? null : checkQuery(query, name, 'alter'),
    refreshMode: refreshMode === undefined ? null : checkRefreshMode(refreshMode),
    schedule: schedule === undefined ? null : { text: scheduleText(schedule) },
  };
  const rules = query === undefined ? [] : [unfinished(query)];
  await sendAlter(context, name, rules, (dialect) => {
    if (asked.refreshMode !== null) checkHasMode(asked.refreshMode, dialect);
    return {
      ...(asked.query !== null && { query: queryFor(asked.query, name, dialect) }),
      schedule: asked.schedule === null ? null : newSchedule(asked.schedule.text, name, dialect),
      refresh_mode: asked.refreshMode,
    };
  });
}

/** See {@link StreamTable.suspend}. */
export async function suspendStreamTable(context: Context, name: QualifiedName): Promise<void> {
  await sendAlter(context, name, [], () => ({ status: 'SUSPENDED' }));
}

function queryFor(query: string, name: QualifiedName, dialect: Dialect): string {
  if (dialect.altersQuery) return query;
  throw new PgStreamError(
    'INVALID_ARGUMENT',
    `${dialect.name} cannot give a stream table another query. Drop it and create it with the new one.`,
    { schema: name.schema, table: name.name, operation: 'alter' },
  );
}

/** NULL means "leave it" to the function, so a dialect without a word for calculated cannot be told it (contract A.1). */
function newSchedule(text: string | null, name: QualifiedName, { calculated, name: dialect }: Dialect): string {
  const told = text ?? calculated;
  if (told !== null) return told;
  throw new PgStreamError(
    'INVALID_SCHEDULE',
    `${dialect} cannot set an existing stream table's schedule to calculated. Drop it and create it with schedule: null.`,
    { schema: name.schema, table: name.name, operation: 'alter' },
  );
}

async function sendAlter(
  context: Context,
  name: QualifiedName,
  rules: readonly ErrorRule[],
  changes: (dialect: Dialect) => Readonly<Record<string, string | null>>,
): Promise<void> {
  const alter = (d: Dialect): Command => {
    const named = Object.entries(changes(d)).map(([parameter, value]) => `, ${parameter} => ${argument(value)}`);
    return {
      statements: `PERFORM ${d.schema}.alter_stream_table(name => ${argument(functionArgument(name, d))}${named.join('')});`,
    };
  };
  await execute(context, alter, { operation: 'alter', name, rules });
}
