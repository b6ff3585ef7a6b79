import type { ForeignKeySide, RegisteredModel, StreamTableRegistry } from './registry.ts';

/** A model of a schema with all of its relations. */
export interface ModelOfSchema {
  readonly name: string;
  readonly streamTable?: RegisteredModel['streamTable'];
  readonly relations: readonly {
    readonly field: string;
    readonly model: string;
    readonly foreignKey: ForeignKeySide;
  }[];
}

/** The registry of a schema: its stream tables, and of the other models what leads to them. */
export function registryOf(models: readonly ModelOfSchema[]): StreamTableRegistry {
  const leading = leadingToStreamTables(models);
  return Object.fromEntries(
    models
      .filter(({ name }) => leading.has(name))
      .map(({ name, streamTable, relations }): [string, RegisteredModel] => {
        if (streamTable) return [name, { streamTable }];
        const used = relations.filter(({ model }) => leading.has(model));
        return [
          name,
          { relations: Object.fromEntries(used.map(({ field, model, foreignKey }) => [field, { model, foreignKey }])) },
        ];
      }),
  );
}

function leadingToStreamTables(models: readonly ModelOfSchema[]): ReadonlySet<string> {
  const leading = new Set(models.filter(({ streamTable }) => streamTable).map(({ name }) => name));
  for (let before = 0; before < leading.size;) {
    before = leading.size;
    for (const { name, relations } of models) {
      if (relations.some(({ model }) => leading.has(model))) leading.add(name);
    }
  }
  return leading;
}
