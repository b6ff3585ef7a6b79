import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A file of a schema. */
interface SchemaFile {
  readonly path: string;
  readonly text: string;
}

/** The text of a schema: of a file, or of all files of a folder and of those in it, as Prisma takes them. */
export function readSchemaFiles(path: string): SchemaFile[] {
  const files = statSync(path).isDirectory() ? schemaFilesIn(path) : [path];
  if (files.length === 0) throw new Error(`There is no file *.prisma in ${path}.`);
  return files.map((file) => ({ path: file, text: readFileSync(file, 'utf8') }));
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
