import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileDecorators, type TypeScript } from './decorators.ts';

/** What a file gives: the default export of a module, of TypeScript too, or JSON. Throws what is wrong with it. */
export async function contentOf(path: string): Promise<unknown> {
  const absolute = resolve(path);
  switch (extname(path)) {
    case '.json':
      return JSON.parse(await readFile(absolute, 'utf8'));
    case '.ts':
    case '.mts':
    case '.cts':
      return await inTypeScript(absolute);
    default:
      return ((await import(pathToFileURL(absolute).href)) as { default?: unknown }).default;
  }
}

async function inTypeScript(path: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  const plain = createJiti(path);
  let compiler: TypeScript | undefined;
  const jiti = createJiti(path, {
    transform: (options) => {
      // Loading the compiler takes as long as all else, and is for files with decorators alone.
      const compiled = compileDecorators(() => (compiler ??= compilerOf(path)), options);
      return { code: compiled ?? plain.transform(options) };
    },
  });
  try {
    return await jiti.import(path, { default: true });
  } catch (error) {
    // What jiti says of a class with decorators and `name!: string`.
    if (!/Definitely assigned fields/.test((error as Error).message)) throw error;
    throw new Error(
      'it has decorators, or imports what has. These are compiled by the TypeScript of your project, 5 or 6, and there is none: install typescript@6, or let it import what you have built.',
      { cause: error },
    );
  }
}

/** The TypeScript that a file's project has installed. */
function compilerOf(path: string): TypeScript {
  try {
    return createRequire(path)('typescript') as TypeScript;
  } catch {
    return {};
  }
}
