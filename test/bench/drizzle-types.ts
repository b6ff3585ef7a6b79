import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type CompileCost, measureProjects } from './compile-cost.ts';

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
    return await measureProjects(projects, rounds);
  } finally {
    await rm(folder, { recursive: true });
  }
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
