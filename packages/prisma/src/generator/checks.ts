import { isHiddenColumn } from '@pgstream/core';
import type { DMMF, GeneratorOptions } from '@prisma/generator-helper';
import type { ModelOfSchema } from '../registry/index.ts';
import { checkMisplaced, type SchemaText } from '../schema/index.ts';

/** The setting by which Prisma emulates foreign keys, and its name before, which it still takes. */
const RELATION_MODE = ['relationMode', 'referentialIntegrity'];

/** Throws a sentence for what cannot be safe in a schema. */
export function checkSchema(
  options: GeneratorOptions,
  { blocks, comments }: SchemaText,
  models: readonly ModelOfSchema[],
): void {
  checkProvider(options.datasources);
  checkMisplaced(comments, (block) => models.some(({ name }) => name === block.name));
  const declared = new Set(models.filter(({ streamTable }) => streamTable).map(({ name }) => name));
  const emulatesForeignKeys = blocks.some(
    ({ kind, settings }) => kind === 'datasource' && RELATION_MODE.some((name) => settings[name] === 'prisma'),
  );
  for (const model of options.dmmf.datamodel.models) {
    if (!declared.has(model.name)) continue;
    for (const field of model.fields) {
      checkVisible(model, field);
      if (emulatesForeignKeys) checkReferentialActions(model, field);
    }
  }
}

function checkProvider(datasources: GeneratorOptions['datasources']): void {
  const other = datasources.find(({ activeProvider }) => activeProvider !== 'postgresql');
  if (other) {
    throw new Error(
      `Stream tables are tables of PostgreSQL, and the datasource "${other.name}" has the provider "${other.activeProvider}". Use provider = "postgresql", or take the generator pgstream-prisma out of this schema.`,
    );
  }
}

function checkVisible(model: DMMF.Model, field: DMMF.Field): void {
  const hidden = [field.dbName ?? field.name, field.name].find(isHiddenColumn);
  if (hidden === undefined) return;
  throw new Error(
    `"${model.name}" declares "${field.name}", the column "${hidden}", which the extension keeps for itself and may change. Leave it out. A model that has no other id may keep it out of the client: ${field.name} BigInt @id @ignore @map("${hidden}").`,
  );
}

/** The actions by which Prisma itself, for want of foreign keys, writes the model that has the relation's fields. */
const WRITING = new Set(['Cascade', 'SetNull', 'SetDefault']);

function checkReferentialActions(model: DMMF.Model, field: DMMF.Field): void {
  if ((field.relationFromFields?.length ?? 0) === 0) return;
  const onDelete = field.relationOnDelete ?? (field.isRequired ? 'Restrict' : 'SetNull');
  const onUpdate = field.relationOnUpdate ?? 'Cascade';
  if (!WRITING.has(onDelete) && !WRITING.has(onUpdate)) return;
  throw new Error(
    `With relationMode = "prisma", deleting or updating a "${field.type}" would write the stream table of "${model.name}" (onDelete: ${onDelete}, onUpdate: ${onUpdate}), which only the extension may. Write at "${field.name}": @relation(…, onDelete: Restrict, onUpdate: Restrict).`,
  );
}
