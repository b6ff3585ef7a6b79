import type { DependencyGraph, DependencyPath, StreamTableStatus } from '@pgstream/core';
import type { Pool } from 'pg';
import type { Finding } from '../output/index.ts';

/** What is wrong with what stream tables are built on. */
export function graphFindings({ cycles, missing }: DependencyGraph): Finding[] {
  return [
    ...missing.map((path): Finding => ({
      code: 'SOURCE_GONE',
      severity: 'error',
      streamTable: path.streamTable,
      message: `It was built on something that was dropped: ${textOf(path)}.`,
      cure: 'Create what is missing and then the stream table again, or drop it: pgstream drop.',
    })),
    ...cycles.map((path): Finding => ({
      code: 'CYCLE',
      severity: 'warn',
      streamTable: path.streamTable,
      message: `Stream tables read each other: ${textOf(path)}. No order of refreshes is right.`,
      cure: 'Leave them to the scheduler of the extension, and not to "pgstream refresh --all" or "pgstream run".',
    })),
  ];
}

function textOf({ path }: DependencyPath): string {
  return path.map(({ name }) => (name === null ? '(dropped)' : `${name.schema}.${name.name}`)).join(' reads ');
}

/** Schedules that the extension would not accept any more. */
export async function scheduleFindings(
  pool: Pool,
  extension: string,
  tables: readonly StreamTableStatus[],
): Promise<Finding[]> {
  const { rows } = await pool.query<{ least: string | null }>(
    "SELECT pg_catalog.current_setting($1 || '.min_schedule_seconds', true) AS least",
    [extension],
  );
  const leastMs = Number(rows[0]?.least ?? 0) * 1000;
  return tables.flatMap(({ schema, name, schedule }): Finding[] =>
    schedule.kind === 'duration' && schedule.everyMs < leastMs
      ? [
          {
            code: 'SCHEDULE_TOO_SHORT',
            severity: 'warn',
            streamTable: { schema, name },
            message: `Its schedule, ${schedule.text}, is below the least that the server takes today (${extension}.min_schedule_seconds is ${leastMs / 1000}): it cannot be created again as it is.`,
            cure: `pgstream alter ${name} --schedule ${leastMs / 1000}s, or lower the setting.`,
          },
        ]
      : [],
  );
}
