import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GeneratorConfig } from '@prisma/generator-helper';
import type { SchemaText } from '../schema/index.ts';

/** How the module is written. */
export interface Settings {
  readonly extension: Extension;
  /** Which only JavaScript shows: the compiler makes of TypeScript what the project wants. */
  readonly format: 'esm' | 'cjs';
}

type Extension = (typeof EXTENSIONS)[number];
const EXTENSIONS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'] as const;
const FORMATS = ['esm', 'cjs'] as const;

/** Those of the generator `prisma-client`. The last is for imports between its files, of which we have none. */
const NAMES = ['generatedFileExtension', 'moduleFormat', 'importFileExtension'];

const CLIENTS: ReadonlySet<string | undefined> = new Set(['prisma-client', 'prisma-client-js']);

/**
 * Our own block's settings, then those of the client's (of the first, if there are more), then what its generator would
 * take. The client's is read from the text of the schema, because Prisma does not tell of it where ours is run alone,
 * with `prisma generate --generator`.
 */
export async function settingsOf(ours: GeneratorConfig, { blocks }: SchemaText, folder: string): Promise<Settings> {
  const unknown = Object.keys(ours.config).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new Error(`The generator pgstream-prisma has no setting "${unknown}". It has output, ${NAMES.join(', ')}.`);
  }
  const client = blocks.find(({ kind, settings }) => kind === 'generator' && CLIENTS.has(settings['provider']));
  const setting = (name: string) => ours.config[name] ?? client?.settings[name];
  const extension = oneOf(EXTENSIONS, 'generatedFileExtension', setting('generatedFileExtension') ?? 'ts');
  const format = setting('moduleFormat');
  return {
    extension,
    format: format === undefined ? await formatOf(extension, folder) : oneOf(FORMATS, 'moduleFormat', format),
  };
}

function oneOf<Value extends string>(values: readonly Value[], name: string, given: string | string[]): Value {
  const found = values.find((value) => value === given);
  if (found === undefined) {
    throw new Error(
      `The generator pgstream-prisma knows no ${name} = "${String(given)}". Write one of ${values.join(', ')}.`,
    );
  }
  return found;
}

/** As Node decides it. */
async function formatOf(extension: Extension, folder: string): Promise<Settings['format']> {
  if (extension.startsWith('m')) return 'esm';
  if (extension.startsWith('c')) return 'cjs';
  return (await packageTypeOf(folder)) === 'module' ? 'esm' : 'cjs';
}

async function packageTypeOf(folder: string): Promise<unknown> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
  if (text !== undefined) return (JSON.parse(text) as { type?: unknown }).type;
  return dirname(folder) === folder ? undefined : packageTypeOf(dirname(folder));
}
