import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What came of each file, by its path in the folder. */
export interface Initialized {
  /** Written, or there already as it is to be. */
  readonly written: readonly string[];
  /** There already, and another: somebody has changed it. */
  readonly kept: readonly string[];
}

/** Beside `dist` in the package. */
const INTEGRATIONS = join(import.meta.dirname, '../integrations');

/** Copies the package's files for monitoring without Node into a folder. What somebody has changed there is kept, unless forced. */
export async function init(
  folder: string,
  { force = false, from = INTEGRATIONS }: { readonly force?: boolean; readonly from?: string } = {},
): Promise<Initialized> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const written: string[] = [];
  const kept: string[] = [];
  for (const file of files.toSorted()) {
    const path = file.slice(from.length + 1);
    const text = await readFile(file, 'utf8');
    const present = await readFile(join(folder, path), 'utf8').catch(() => undefined);
    if (present !== undefined && present !== text && !force) {
      kept.push(path);
      continue;
    }
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
    written.push(path);
  }
  return { written, kept };
}
