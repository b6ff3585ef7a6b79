import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prismaGenerate } from './prisma-generate.ts';

// Generates the client of the version in whose folder it is run: of its generators, and of the models that all have.
const folder = process.cwd();
const schema = join(folder, 'generated', 'schema.prisma');
const parts = [join(folder, 'client.prisma'), join(import.meta.dirname, 'models.prisma')];

await mkdir(join(folder, 'generated'), { recursive: true });
await writeFile(schema, (await Promise.all(parts.map((part) => readFile(part, 'utf8')))).join('\n'));
await prismaGenerate(folder, schema);
