import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a file gives: the default export of a module, of TypeScript too, or JSON. Throws what is wrong with it. */
export async function contentOf(path: string): Promise<unknown> {
  const absolute = resolve(path);
  switch (extname(path)) {
    case '.json':
      return JSON.parse(await readFile(absolute, 'utf8'));
    case '.ts':
    case '.mts': {
      const { createJiti } = await import('jiti');
      return await createJiti(absolute).import(absolute, { default: true });
    }
    default:
      return ((await import(pathToFileURL(absolute).href)) as { default?: unknown }).default;
  }
}
