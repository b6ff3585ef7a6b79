import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GeneratorManifest, GeneratorOptions } from '@prisma/generator-helper';
import { type ModelOfSchema, registryOf } from '../registry/index.ts';
import { readSchemaFiles, readSchemaText } from '../schema/index.ts';
import { checkSchema } from './checks.ts';
import { isOurs, modulesOf } from './module.ts';
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
  const text = readSchemaText(asWritten(options));
  const settings = await settingsOf(options.generator, text, folder);
  const models = modelsOf(options);
  checkSchema(options, text, models);
  await mkdir(folder, { recursive: true });
  await removeFormer(folder);
  for (const { file, text: module } of modulesOf(registryOf(models), settings))
    await writeFile(join(folder, file), module);
  console.log(foundIn(models));
}

/** The schema as it is in its files: Prisma formats what it hands over, and loses comments by that. */
function asWritten({ schemaPath, datamodel }: GeneratorOptions): string {
  if (!existsSync(schemaPath)) return datamodel;
  return readSchemaFiles(schemaPath)
    .map(({ text }) => text)
    .join('\n');
}

/** What whoever ran the command is told. */
function foundIn(models: readonly ModelOfSchema[]): string {
  const found = models.flatMap(({ name, streamTable }) =>
    streamTable ? [`${name} (${[streamTable.schema, streamTable.name].filter(Boolean).join('.')})`] : [],
  );
  if (found.length === 0)
    return 'pgstream-prisma: no model is a stream table. Write /// @streamTable directly above those that are.';
  return `pgstream-prisma: ${found.length} stream ${found.length === 1 ? 'table' : 'tables'}: ${found.join(', ')}`;
}

/** With other settings the module had another name, and would still be found. */
async function removeFormer(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (/^index(?:\.d)?\.[cm]?[jt]s$/.test(file) && isOurs(await readFile(join(folder, file), 'utf8'))) {
      await rm(join(folder, file));
    }
  }
}
