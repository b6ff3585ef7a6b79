import { resolve } from 'node:path';
import type { StreamTableStatus } from '@pgstream/core';
import type { Command } from 'commander';
import type { Pool } from 'pg';
import { command, inDatabase } from '../command/index.ts';
import { BY_VERDICT } from '../exit/index.ts';
import { findingsText, inItsWords, verdictOf, type Finding } from '../output/index.ts';

const SEVERITIES = ['error', 'warn', 'info'] as const;

interface DoctorFlags {
  readonly try?: boolean;
  /** A folder; true for the one in which it is run. */
  readonly project?: string | true;
  readonly dataSource?: string;
}

/** `pgstream doctor` */
export function doctor(): Command {
  return command('doctor', {
    summary: 'Everything that may be wrong, with what to do: what health says, and what it does not look at',
    description:
      'Beside the findings of "pgstream health": roles that may write to stream tables, and roles whose migrations or writes fail for want of rights, sources that are gone, stream tables that read each other, queries that the installed release maintains wrongly, schedules below the minimum, a pooler in between. With --project the tools of the ORMs in a folder are asked what they would do to stream tables, and their models are compared with these: that runs the code of the project, and writes nothing to the database. With --try each stream table is refreshed in a transaction that is rolled back, which names the one for which the scheduler of pg_stream stands still; meanwhile its sources are locked. Ends with 0, 4 (a warning) or 5 (an error), by the worst.',
    examples: [
      ['pgstream doctor', 'looks, and changes nothing'],
      ['pgstream doctor --project', 'asks drizzle-kit, TypeORM and Prisma as well what they would do to stream tables'],
      ['pgstream doctor --try --json', 'tries refreshes as well, and rolls them back; for programs'],
    ],
  })
    .option('--project [folder]', 'ask the ORMs of the project in this folder, which runs its code (default: this one)')
    .option('--data-source <file>', "what exports TypeORM's DataSource (default: data-source.ts and the like)")
    .option('--try', 'refresh each stream table in a transaction that is rolled back')
    .action(
      inDatabase<[], DoctorFlags>(async ({ pgstream, pool, output, signal }, flags) => {
        const { extension, scheduler, findings: ofHealth } = await pgstream.health({ signal });
        const findings: Finding[] = inItsWords(ofHealth);
        // Where the extension could not be asked, nothing else can be.
        const tables = extension === null ? [] : await pgstream.list();
        if (extension !== null) {
          const [look, { maintenanceFindings }] = await Promise.all([
            import('../doctor/index.ts'),
            import('../maintenance/index.ts'),
          ]);
          const graph = await pgstream.graph();
          findings.push(
            ...(await look.writerFindings(pool, tables)),
            ...(await look.roleFindings(pool, extension.name, graph)),
            ...look.graphFindings(graph),
            ...(await maintenanceFindings(pool, extension, tables, graph)),
            ...(await look.scheduleFindings(pool, extension.name, tables)),
            ...(await look.poolerFindings(pool, extension.name)),
            ...(await ofProject(pool, tables, flags)),
            ...(flags.try === true ? await look.refreshFindings(pool, tables) : []),
          );
        }
        findings.sort((one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity));
        const report = {
          status: verdictOf(findings),
          findings,
          extension,
          scheduler,
          streamTables: tables.length,
        };
        output.show(report, () => findingsText(report, output));
        return BY_VERDICT[report.status];
      }),
    );
}

async function ofProject(
  pool: Pool,
  tables: readonly StreamTableStatus[],
  { project, dataSource }: DoctorFlags,
): Promise<Finding[]> {
  if (project === undefined) return [];
  const { projectFindings } = await import('../project/index.ts');
  return await projectFindings(pool, tables, { folder: resolve(project === true ? '.' : project), dataSource });
}
