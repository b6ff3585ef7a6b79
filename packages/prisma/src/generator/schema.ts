import type { DMMF, GeneratorOptions } from '@prisma/generator-helper';
import type { ForeignKeySide, ModelOfSchema } from '../registry/index.ts';
import { streamTableOf } from '../schema/index.ts';

/** All models of a schema, with what their comments say of stream tables. */
export function modelsOf({ dmmf }: Pick<GeneratorOptions, 'dmmf'>): readonly ModelOfSchema[] {
  const { models } = dmmf.datamodel;
  return models.map((model) => {
    const streamTable = streamTableOf(model);
    return { name: model.name, ...(streamTable && { streamTable }), relations: relationsOf(model, models) };
  });
}

function relationsOf(model: DMMF.Model, models: readonly DMMF.Model[]): ModelOfSchema['relations'] {
  return model.fields
    .filter(({ kind }) => kind === 'object')
    .map((field) => ({ field: field.name, model: field.type, foreignKey: sideOf(field, model, models) }));
}

function sideOf(field: DMMF.Field, model: DMMF.Model, models: readonly DMMF.Model[]): ForeignKeySide {
  if (hasForeignKey(field)) return 'here';
  const opposite = models
    .find(({ name }) => name === field.type)
    ?.fields.find(
      (other) => other.relationName === field.relationName && !(field.type === model.name && other.name === field.name),
    );
  if (!opposite) return 'unknown';
  return hasForeignKey(opposite) ? 'there' : 'join';
}

function hasForeignKey({ relationFromFields }: DMMF.Field): boolean {
  return (relationFromFields?.length ?? 0) > 0;
}
