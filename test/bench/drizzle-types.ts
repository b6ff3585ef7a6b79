import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { measureInterleaved, type Measurement } from './interleaved.ts';

const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const KINDS = [
  { name: 'neither', count: 0, declare: 'pgTable', from: 'drizzle-orm/pg-core' },
  { name: '100 pgTables', count: 100, declare: 'pgTable', from: 'drizzle-orm/pg-core' },
  { name: '100 stream tables', count: 100, declare: 'pgStreamTable', from: '@pgstream/drizzle' },
];

const compilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  module: 'nodenext',
  target: 'es2022',
  types: ['node'],
};

/** What the compiler takes for a project: time, and what it makes on the way, which is the same in every run. */
export interface CompileCost extends Measurement {
  readonly types: number;
  readonly instantiations: number;
}

/** What a project of a hundred declarations costs the compiler, each with ten columns and a query. */
export async function measureCompileCost(rounds: number): Promise<CompileCost[]> {
  const folder = await mkdtemp(join(import.meta.dirname, '../node_modules/bench-'));
  try {
    const projects = await Promise.all(
      KINDS.map(async ({ name, count, declare, from }, index) => {
        const project = join(folder, `tsconfig-${index}.json`);
        const file = `kind-${index}.ts`;
        await writeFile(join(folder, file), source(count, declare, from));
        await writeFile(project, JSON.stringify({ compilerOptions, files: [file] }));
        return { name, project };
      }),
    );
    const counts = await Promise.all(projects.map(({ project }) => countsOf(project)));
    const cases = projects.map(({ name, project }) => ({ name, run: () => compile(project) }));
    const measured = await measureInterleaved(cases, rounds);
    return measured.map((measurement, index) => ({
      ...measurement,
      types: NaN,
      instantiations: NaN,
      ...counts[index],
    }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compile(project: string, ...options: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [TSC, '-p', project, ...options]);
  return stdout;
}

async function countsOf(project: string): Promise<Pick<CompileCost, 'types' | 'instantiations'>> {
  const diagnostics = await compile(project, '--extendedDiagnostics');
  const count = (what: string): number => Number(new RegExp(`^${what}: +(\\d+)$`, 'm').exec(diagnostics)?.[1]);
  return { types: count('Types'), instantiations: count('Instantiations') };
}

function source(count: number, declare: string, from: string): string {
  const columns = [
    'id: integer().notNull()',
    "customerId: integer('customer_id').notNull()",
    'total: numeric({ precision: 12, scale: 2 })',
    'name: text()',
    'region: text().notNull()',
    'at: timestamp({ withTimezone: true })',
    "big: bigint({ mode: 'bigint' })",
    'tags: text().array()',
    'doc: jsonb().$type<{ n: number }>()',
    'open: boolean()',
  ].join(', ');
  const declarations = Array.from(
    { length: count },
    (_, n) => `
export const t${n} = ${declare}('t${n}', { ${columns} });
export const q${n} = db.select().from(t${n}).where(eq(t${n}.id, 1));
export const n${n}: Promise<string | null> = q${n}.then((rows) => rows[0]!.name);`,
  );
  return `import { eq } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { bigint, boolean, integer, jsonb, numeric, text, timestamp } from 'drizzle-orm/pg-core';
import { ${declare} } from '${from}';
declare const db: NodePgDatabase;
${declarations.join('\n')}
`;
}
