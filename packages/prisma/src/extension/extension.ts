import { PgStreamError } from '@pgstream/core';
import { guardHooks, type QueryHook, type QueryHooks, rawHooks, streamTablesOf } from '../guard/index.ts';
import { baseOf, isOfPrisma8, isPrismaClient, streamTableHandle, type StreamTableHandle } from '../handle/index.ts';
import { propertyOf, type StreamTableRegistry } from '../registry/index.ts';
import type { ModelsOptions, RegistryOptions, StreamTablesOptions } from './options.ts';
import { registryFromClient } from './runtime-models.ts';
import type { RegistryOfModels, StreamTablesExtension } from './types.ts';

/** What `$extends` is called with. */
interface Extension {
  readonly name: string;
  readonly model: Readonly<Record<string, StreamTableHandle>>;
  readonly query: Readonly<Record<string, QueryHooks | QueryHook>>;
}

/**
 * The client extension without the generator: give it the models that stand for stream tables. Apply it last.
 *
 * Every write to them fails with `StreamTableReadOnlyError` before anything is sent, at the top level, nested in writes of
 * other models, and by SQL text that names the table. The client does not know at run time on which side foreign keys
 * are, so nested writes are refused where they may reach a stream table, `connect` of an order to its totals among them;
 * the generator's `streamTables()` knows better, and refuses nested writes in literals at compile time.
 *
 * Throws INVALID_ARGUMENT, when it is applied, for models that the client does not have.
 *
 * @example
 * const prisma = new PrismaClient({ adapter }).$extends(pgStream({ models: ['OrderTotals'] }));
 * await prisma.orderTotals.isStale();
 */
export function pgStream<const Model extends string>(
  options: ModelsOptions<Model>,
): StreamTablesExtension<RegistryOfModels<Model>>;
export function pgStream<const Registry>(options: RegistryOptions<Registry>): StreamTablesExtension<Registry>;
export function pgStream(
  options: ModelsOptions<string> | RegistryOptions<object>,
): StreamTablesExtension<StreamTableRegistry> {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null || !('registry' in given || 'models' in given)) {
    throw invalid("pgStream() takes the models that stand for stream tables: pgStream({ models: ['OrderTotals'] }).");
  }
  const extend = (client: unknown): unknown => {
    if (isOfPrisma8(client)) {
      throw invalid(
        'This is a client of Prisma 8, which has neither extensions nor generators: @pgstream/prisma8 is for it, streamTables(contractJson, …).extend(client).',
      );
    }
    if (!isExtensible(client)) {
      throw invalid(
        'The extension is for a client of Prisma: new PrismaClient({ adapter }).$extends(streamTables()). The client of a transaction cannot be extended.',
      );
    }
    const registry = 'registry' in options ? options.registry : registryFromClient(client, options.models);
    return client.$extends(extensionOf(registry, client, options));
  };
  // Its type says what `$extends` makes of it, which nobody could write down as a value.
  return extend as unknown as StreamTablesExtension<StreamTableRegistry>;
}

/** What the module that the generator writes exports. */
export interface StreamTables<Registry> {
  /**
   * The client extension: helpers on the models of stream tables, and every write to them refused. Apply it last.
   *
   * @example
   * const prisma = new PrismaClient({ adapter }).$extends(streamTables());
   */
  (options?: StreamTablesOptions): StreamTablesExtension<Registry>;
  /** The models and their stream tables. */
  readonly registry: StreamTableRegistry;
}

/**
 * Makes `streamTables()` of a registry, for the module that the generator writes. That names the type of its registry, so
 * that the name, and not all of it, stands in the declarations of whoever exports the client.
 */
export function defineStreamTables<Registry>(registry: StreamTableRegistry & Registry): StreamTables<Registry> {
  const streamTables = (options: StreamTablesOptions = {}) => pgStream<Registry>({ ...options, registry });
  return Object.assign(streamTables, { registry });
}

type Extensible = Parameters<typeof baseOf>[0] & { $extends(extension: Extension): unknown };

function isExtensible(client: unknown): client is Extensible {
  return isPrismaClient(client) && typeof (client as Partial<Extensible>).$extends === 'function';
}

function extensionOf(registry: StreamTableRegistry, client: Extensible, options: StreamTablesOptions): Extension {
  const { defaultSchema = 'public', searchPath = [defaultSchema, 'public'], dialect } = options;
  const scope = baseOf(client);
  const model: Record<string, StreamTableHandle> = {};
  for (const [name, { streamTable }] of Object.entries(registry)) {
    const property = propertyOf(name);
    if (!(property in client)) {
      throw invalid(
        `The client has no model "${name}", which the registry of stream tables names: run prisma generate, which writes both anew.`,
      );
    }
    if (streamTable) model[property] = streamTableHandle(streamTable, scope, { defaultSchema, dialect });
  }
  const query = {
    ...guardHooks(registry, defaultSchema),
    ...rawHooks(streamTablesOf(registry, { defaultSchema, searchPath })),
  };
  return { name: '@pgstream/prisma', model, query };
}

function invalid(message: string): PgStreamError {
  return new PgStreamError('INVALID_ARGUMENT', message, { operation: 'pgStream' });
}
