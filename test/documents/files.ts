import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

export const repository = join(import.meta.dirname, '../..');

/** What is installed, made, or not ours to check. */
const OTHERS = new Set(['node_modules', 'dist', 'generated', 'coverage', '.git', '.turbo', '.changeset']);

/** The files of a folder and all below it, with `/` and relative to it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isFile()) return [path];
      // Of tests that run meanwhile, and remove them.
      const isPassing = entry.name.startsWith('run-');
      if (!entry.isDirectory() || isPassing || OTHERS.has(entry.name)) return [];
      return (await filesBelow(path)).map((file) => join(path, file));
    }),
  );
  return files.flat().map((file) => relative(folder, file).split(sep).join('/'));
}
