import { relative } from 'node:path';
import type { StreamTableStatus } from '@pgstream/core';
import type { Pool } from 'pg';
import type { Finding } from '../output/index.ts';
import { ask, type Asked } from './ask.ts';
import { gapFindings } from './gaps.ts';
import { ormsOf, type ProjectOrm } from './orms.ts';
import { statementFindings } from './statements.ts';

/** Where the project is, and what is said of it. */
interface ProjectOptions {
  readonly folder: string;
  /** The file that exports the DataSource; undefined where it is to be found. */
  readonly dataSource?: string | undefined;
  readonly limitMs?: number | undefined;
}

/**
 * What the tools of the ORMs in a folder would do to stream tables, and what their models say that these are not. What
 * could not be asked is a finding, too.
 */
export async function projectFindings(
  pool: Pool,
  tables: readonly StreamTableStatus[],
  { folder, dataSource, limitMs }: ProjectOptions,
): Promise<Finding[]> {
  const orms = await ormsOf(folder, dataSource);
  if (orms.length === 0) return [nothingFound(folder)];
  const findings: Finding[] = [];
  for (const orm of orms) {
    const asked =
      orm.file === null ? { failed: orm.missing } : await ask(pool, { ...orm, folder, file: orm.file }, limitMs);
    findings.push(...(await findingsOf(pool, tables, folder, orm, asked)));
  }
  return findings;
}

async function findingsOf(
  pool: Pool,
  tables: readonly StreamTableStatus[],
  folder: string,
  orm: ProjectOrm,
  asked: Asked,
): Promise<Finding[]> {
  if ('failed' in asked) return [notAsked(folder, orm, asked.failed)];
  return [
    ...(await statementFindings(pool, tables, orm.tool, orm.cure, asked.statements)),
    ...(await gapFindings(pool, tables, asked.models)),
  ];
}

function nothingFound(folder: string): Finding {
  return {
    code: 'ORM_NOT_FOUND',
    severity: 'info',
    streamTable: null,
    message: `There is no project with Drizzle, TypeORM or Prisma in ${folder}: nobody was asked.`,
    cure: 'Name the folder that has its package.json: --project <folder>.',
  };
}

function notAsked(folder: string, { tool, file }: ProjectOrm, why: string): Finding {
  const by = file === null ? '' : ` (${relative(folder, file)})`;
  return {
    code: 'ORM_NOT_ASKED',
    severity: 'info',
    streamTable: null,
    message: `${tool}${by} could not be asked what it would do to stream tables: ${withoutSecrets(why)}`,
    cure: `Mend that and ask again. Until then nothing is known of what ${tool} would do.`,
  };
}

/** What tools say may have a URL in it; of several lines the first tells. */
function withoutSecrets(why: string): string {
  const line = why.split('\n').find((each) => /\w/.test(each)) ?? '';
  return line
    .trim()
    .slice(0, 300)
    .replaceAll(/\w+:\/\/\S*/g, '(a URL)');
}
