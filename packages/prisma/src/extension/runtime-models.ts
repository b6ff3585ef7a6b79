import { PgStreamError } from '@pgstream/core';
import { registryOf, type ModelOfSchema, type StreamTableRegistry } from '../registry/index.ts';
import type { ModelOfStreamTable } from './options.ts';

/** What the client knows of its models at run time, as far as it is used. Prisma keeps it private. */
interface RuntimeModel {
  readonly dbName?: string | null;
  readonly schema?: string | null;
  readonly fields: readonly { readonly name: string; readonly kind: string; readonly type: string }[];
}

/**
 * The registry of a client, for models that were named by hand. On which side foreign keys are is not known at run time.
 * Throws INVALID_ARGUMENT for a model that the client does not have.
 */
export function registryFromClient(
  client: object,
  named: readonly (string | ModelOfStreamTable<string>)[],
): StreamTableRegistry {
  const models = runtimeModelsOf(client);
  const streamTables = new Map(
    named.map((entry) => {
      const { model, schema, name }: ModelOfStreamTable<string> = typeof entry === 'string' ? { model: entry } : entry;
      const found = models[model];
      if (!found) {
        throw invalid(
          `The client has no model "${model}": name those that stand for stream tables as schema.prisma does (${Object.keys(models).join(', ')}).`,
        );
      }
      const inSchema = schema ?? found.schema ?? undefined;
      return [model, { name: name ?? found.dbName ?? model, ...(inSchema !== undefined && { schema: inSchema }) }];
    }),
  );
  return registryOf(
    Object.entries(models).map(([name, { fields }]): ModelOfSchema => {
      const streamTable = streamTables.get(name);
      return {
        name,
        ...(streamTable && { streamTable }),
        relations: fields
          .filter(({ kind }) => kind === 'object')
          .map((field) => ({ field: field.name, model: field.type, foreignKey: 'unknown' })),
      };
    }),
  );
}

function runtimeModelsOf(client: object): Readonly<Record<string, RuntimeModel>> {
  const { _runtimeDataModel: dataModel } = client as {
    readonly _runtimeDataModel?: { readonly models?: Readonly<Record<string, RuntimeModel>> };
  };
  if (!dataModel?.models) {
    throw invalid(
      'This client does not show its models at run time, without which nested writes cannot be refused. Use the generator pgstream-prisma, and the streamTables() that it writes, in place of pgStream({ models }).',
    );
  }
  return dataModel.models;
}

function invalid(message: string): PgStreamError {
  return new PgStreamError('INVALID_ARGUMENT', message, { operation: 'pgStream' });
}
