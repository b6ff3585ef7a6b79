import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type CompileCost, measureProjects } from './compile-cost.ts';
import { generatePrisma } from './prisma-client.ts';

/** Half of them stream tables, each of which is a relation of a table. */
const modelCount = 80;

const CLIENTS = [
  { name: 'the client alone, unused', from: '', make: 'bare', queries: false },
  { name: `${modelCount} models, no extension`, from: '', make: 'bare', queries: true },
  { name: `${modelCount} models, $extends({})`, from: '', make: 'bare.$extends({})', queries: true },
  {
    name: `${modelCount} models, streamTables()`,
    from: "import { streamTables } from './pgstream/index.ts';",
    make: 'bare.$extends(streamTables())',
    queries: true,
  },
];

const compilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  module: 'nodenext',
  target: 'es2022',
  types: ['node'],
  rewriteRelativeImportExtensions: true,
};

/** What a project costs the compiler that has a query and a write of each of the models. */
export async function measurePrismaCompileCost(rounds: number): Promise<CompileCost[]> {
  await using generated = await generatePrisma('types', models());
  const projects = await Promise.all(
    CLIENTS.map(async ({ name, ...client }, index) => {
      const project = join(generated.folder, `tsconfig-${index}.json`);
      const file = `client-${index}.ts`;
      await writeFile(join(generated.folder, file), source(client));
      await writeFile(project, JSON.stringify({ compilerOptions, files: [file] }));
      return { name, project };
    }),
  );
  return await measureProjects(projects, rounds);
}

function models(): string {
  return Array.from(
    { length: modelCount / 2 },
    (_, n) => `
model Table${n} {
  id     Int       @id
  name   String
  region String?
  amount Decimal
  at     DateTime
  tags   String[]
  doc    Json?
  next   Table${(n + 1) % (modelCount / 2)}?  @relation("next${n}", fields: [id], references: [id])
  before Table${(n + modelCount / 2 - 1) % (modelCount / 2)}?  @relation("next${(n + modelCount / 2 - 1) % (modelCount / 2)}")
  totals Totals${n}?
}

/// @streamTable
view Totals${n} {
  tableId Int       @unique
  name    String?
  total   Decimal?
  count   BigInt?
  latest  DateTime?
  table   Table${n} @relation(fields: [tableId], references: [id])
}`,
  ).join('\n');
}

function source({ from, make, queries }: Omit<(typeof CLIENTS)[number], 'name'>): string {
  const uses = Array.from(
    { length: modelCount / 2 },
    (_, n) => `
export const q${n} = prisma.totals${n}.findMany({ where: { total: { gt: 1 } }, include: { table: true } });
export const n${n}: Promise<string> = q${n}.then((rows) => rows[0]!.table.name);
export const w${n} = prisma.table${n}.update({ where: { id: 1 }, data: { name: 'x' }, include: { totals: true } });
export const t${n}: Promise<bigint | null | undefined> = w${n}.then((row) => row.totals?.count);`,
  );
  return `import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './client/client.ts';
${from}
const bare = new PrismaClient({ adapter: new PrismaPg({}) });
export const prisma = ${make};
${queries ? uses.join('\n') : ''}
`;
}
