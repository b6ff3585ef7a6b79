import { argument, type Command } from '../command/index.ts';
import { execute, type Context } from '../context/index.ts';
import type { Dialect } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { functionArgument, type QualifiedName } from '../name/index.ts';
import { checkRefreshMode, type RefreshMode } from './refresh-mode.ts';
import { scheduleText, type ScheduleInput } from './schedule.ts';

/** What to change of a stream table; what is left out stays. */
export interface StreamTableChanges {
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
  const { schedule, refreshMode } = changes;
  if (schedule === undefined && refreshMode === undefined) {
    throw new PgStreamError('INVALID_ARGUMENT', 'There is nothing to alter: give a schedule or a refreshMode.', {
      schema: name.schema,
      table: name.name,
      operation: 'alter',
    });
  }
  const newMode = refreshMode === undefined ? null : checkRefreshMode(refreshMode);
  await sendAlter(context, name, await newSchedule(context, name, schedule), newMode, null);
}

/** See {@link StreamTable.suspend}. */
export async function suspendStreamTable(context: Context, name: QualifiedName): Promise<void> {
  await sendAlter(context, name, null, null, 'SUSPENDED');
}

/** NULL means "leave it" to the function, so a dialect without a word for calculated cannot be told it (contract A.1). */
async function newSchedule(
  context: Context,
  name: QualifiedName,
  schedule: ScheduleInput | undefined,
): Promise<string | null> {
  if (schedule === undefined) return null;
  const text = scheduleText(schedule);
  if (text !== null) return text;
  const { calculated, name: dialect } = await context.dialect();
  if (calculated !== null) return calculated;
  throw new PgStreamError(
    'INVALID_SCHEDULE',
    `${dialect} cannot set an existing stream table's schedule to calculated. Drop it and create it with schedule: null.`,
    { schema: name.schema, table: name.name, operation: 'alter' },
  );
}

async function sendAlter(
  context: Context,
  name: QualifiedName,
  schedule: string | null,
  refreshMode: string | null,
  status: string | null,
): Promise<void> {
  const alter = (d: Dialect): Command => ({
    statements: `PERFORM ${d.schema}.alter_stream_table(name => ${argument(functionArgument(name))},
  schedule => ${argument(schedule)}, refresh_mode => ${argument(refreshMode)}, status => ${argument(status)});`,
  });
  await execute(context, alter, { operation: 'alter', name });
}
