import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The text of a schema: of a file, or of all files of a folder and of those in it, as Prisma takes them. */
export function readSchemaFiles(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
  const files = schemaFilesIn(path);
  if (files.length === 0) throw new Error(`There is no file *.prisma in ${path}.`);
  return files.map((file) => readFileSync(file, 'utf8')).join('\n');
}

function schemaFilesIn(folder: string): string[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name))
    .flatMap((path) => {
      if (statSync(path).isDirectory()) return schemaFilesIn(path);
      return path.endsWith('.prisma') ? [path] : [];
    });
}
