import { isHiddenColumn } from '@pgstream/core';
import type { DMMF, GeneratorOptions } from '@prisma/generator-helper';
import type { ModelOfSchema } from '../registry/index.ts';
import { countAnnotations } from './annotation.ts';
import { readSchemaText } from './schema-text.ts';

/** Throws a sentence for what cannot be safe in a schema. */
export function checkSchema(options: GeneratorOptions, models: readonly ModelOfSchema[]): void {
  checkProvider(options.datasources);
  checkAnnotations(options.datamodel, models);
  const declared = new Set(models.filter(({ streamTable }) => streamTable).map(({ name }) => name));
  const { emulatesForeignKeys } = readSchemaText(options.datamodel);
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

/** A comment above anything else, or above a model with `@@ignore`, would be passed over in silence. */
function checkAnnotations(schema: string, models: readonly ModelOfSchema[]): void {
  const understood = models.filter(({ streamTable }) => streamTable).length;
  if (countAnnotations(schema) > understood) {
    throw new Error(
      'A comment /// @streamTable belongs to no view or model of the client: put each directly above one, and not above a field, an enum, a generator or what has @@ignore.',
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
