import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError, EXIT } from '../exit/index.ts';
import { contentOf } from '../module/index.ts';
import type { PgStreamConfig } from './config.ts';

const FILES = ['ts', 'mts', 'mjs', 'js', 'json'].map((extension) => `pgstream.config.${extension}`);

const KEYS: ReadonlySet<string> = new Set<keyof PgStreamConfig>([
  'url',
  'service',
  'schema',
  'extension',
  'models',
  'options',
]);

/** What the configuration file says: the one that is named, or the one in this folder; nothing if there is none. */
export async function loadConfig(named: string | undefined): Promise<PgStreamConfig> {
  const file = named ?? FILES.find((candidate) => existsSync(candidate));
  if (file === undefined) return {};
  const path = resolve(file);
  if (!existsSync(path)) throw unusable(`There is no configuration file ${path}.`);
  return checked(await read(path), path);
}

async function read(path: string): Promise<unknown> {
  try {
    return await contentOf(path);
  } catch (error) {
    throw unusable(`The configuration file ${path} cannot be read: ${(error as Error).message}`, error);
  }
}

function checked(content: unknown, path: string): PgStreamConfig {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw unusable(`The configuration file ${path} has to give an object: export default { url: … }.`);
  }
  const unknown = Object.keys(content).find((key) => !KEYS.has(key));
  if (unknown !== undefined) {
    throw unusable(
      `The configuration file ${path} says "${unknown}", which means nothing here. There are ${[...KEYS].join(', ')}.`,
    );
  }
  return content;
}

function unusable(message: string, cause?: unknown): CliError {
  return new CliError(EXIT.usage, 'INVALID_ARGUMENT', message, cause);
}
