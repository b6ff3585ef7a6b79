import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { join } from 'node:path';
import { createJiti, type TransformOptions } from 'jiti';
import { compileDecorators, type TypeScript } from '../../module/index.ts';

/** Loads files of a project, and what it has installed. */
export interface Loader {
  /** What a file exports, TypeScript with decorators included. */
  file(path: string): Promise<Readonly<Record<string, unknown>>>;
  installed(name: string): unknown;
  /** Where that is. */
  resolve(name: string): string;
  has(name: string): boolean;
  /** Lets a tool require files in TypeScript that it finds by patterns of its own. */
  requireTypeScript(): void;
}

/** Nothing of it is written to the disk. */
export function loaderOf(folder: string): Loader {
  const require = createRequire(join(folder, 'package.json'));
  const has = (name: string): boolean => {
    try {
      require.resolve(name);
      return true;
    } catch {
      return false;
    }
  };
  const plain = createJiti(import.meta.url, { fsCache: false });
  const compiler = has('typescript') ? (require('typescript') as TypeScript) : {};
  const transform = (options: TransformOptions): string =>
    compileDecorators(() => compiler, options) ?? plain.transform(options);
  const jiti = createJiti(import.meta.url, { fsCache: false, transform: (options) => ({ code: transform(options) }) });
  return {
    file: (path) => jiti.import<Readonly<Record<string, unknown>>>(path),
    installed: (name) => require(name) as unknown,
    resolve: (name) => require.resolve(name),
    has,
    requireTypeScript: () => registerTypeScript((source, filename) => transform({ source, filename, ts: true })),
  };
}

/** What Node calls it: there is no public name for what its hooks in CommonJS do. */
const COMPILE = '_compile';

/** A module of Node's that is being loaded. */
interface Compiling {
  readonly [COMPILE]: (code: string, file: string) => void;
}

function registerTypeScript(compile: (source: string, file: string) => string): void {
  const { _extensions: extensions } = Module as unknown as {
    readonly _extensions: Record<string, (module: Compiling, file: string) => void>;
  };
  for (const extension of ['.ts', '.cts', '.mts']) {
    extensions[extension] = (module, file) => module[COMPILE](compile(readFileSync(file, 'utf8'), file), file);
  }
}
