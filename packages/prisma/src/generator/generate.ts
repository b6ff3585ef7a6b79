import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GeneratorManifest, GeneratorOptions } from '@prisma/generator-helper';
import { registryOf } from '../registry/index.ts';
import { checkSchema } from './checks.ts';
import { isOurs, modulesOf } from './module.ts';
import { readSchemaText } from './schema-text.ts';
import { modelsOf } from './schema.ts';
import { settingsOf } from './settings.ts';

/** What Prisma is told of the generator. */
export const MANIFEST: GeneratorManifest = {
  prettyName: 'stream tables of pg_stream',
  defaultOutput: '../generated/pgstream',
};

/** Writes the module. What it throws is a sentence for whoever ran `prisma generate`, which then fails. */
export async function generate(options: GeneratorOptions): Promise<void> {
  const folder = options.generator.output?.value;
  if (!folder) throw new Error('The generator pgstream-prisma needs an output: output = "../generated/pgstream"');
  const { clientSettings } = readSchemaText(options.datamodel);
  const settings = await settingsOf(options.generator, clientSettings, folder);
  const models = modelsOf(options);
  checkSchema(options, models);
  await mkdir(folder, { recursive: true });
  await removeFormer(folder);
  for (const { file, text } of modulesOf(registryOf(models), settings)) await writeFile(join(folder, file), text);
}

/** With other settings the module had another name, and would still be found. */
async function removeFormer(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (/^index(?:\.d)?\.[cm]?[jt]s$/.test(file) && isOurs(await readFile(join(folder, file), 'utf8'))) {
      await rm(join(folder, file));
    }
  }
}
