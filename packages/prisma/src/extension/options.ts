import type { PgStreamOptions } from '@pgstream/core';
import type { StreamTableRegistry } from '../registry/index.ts';

/** How the extension finds stream tables in the database. */
export interface StreamTablesOptions extends PgStreamOptions {
  /**
   * The schema of stream tables whose model has no `@@schema`: the one that the connection is configured with, by the
   * `schema` option of the driver adapter or `?schema=` of the URL. Default: `public`.
   */
  readonly defaultSchema?: string | undefined;

  /**
   * The schemas in which PostgreSQL looks for a table that SQL text (`$executeRaw`, `$queryRaw`) names without one, as the
   * `search_path` of the connections has them. Default: `defaultSchema`, then `public`.
   */
  readonly searchPath?: readonly string[] | undefined;
}

/** The extension with what the generator has written. */
export interface RegistryOptions<Registry> extends StreamTablesOptions {
  readonly registry: StreamTableRegistry & Registry;
}

/** The extension without the generator. */
export interface ModelsOptions<Model extends string> extends StreamTablesOptions {
  /**
   * The models that stand for stream tables, by the names that they have in schema.prisma. One with `schema` or `name`
   * is that stream table; the others have the name that `@@map` gives them.
   */
  readonly models: readonly (Model | ModelOfStreamTable<Model>)[];
}

/** A model, and the stream table that it stands for where the model does not say it. */
export interface ModelOfStreamTable<Model extends string> {
  readonly model: Model;
  readonly schema?: string | undefined;
  readonly name?: string | undefined;
}
