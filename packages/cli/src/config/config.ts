/** What a command's options are when the command line does not say them, by their long names in camelCase. */
export type OptionDefaults = Readonly<Record<string, string | number | boolean>>;

/** What is known of a stream table and stands in no catalog: PostgreSQL keeps neither keys nor NOT NULL of it. */
export interface ModelConfig {
  /** Columns that are unique together and never null, by their names in the database. */
  readonly key?: readonly string[] | undefined;
  /** Columns that are never null. */
  readonly notNull?: readonly string[] | undefined;
}

/** By the stream table's name, with its schema where that is not the default one: `analytics.region_totals`. */
export type ModelsConfig = Readonly<Record<string, ModelConfig>>;

/** What `pgstream.config.ts`, `.mjs` or `.json` says, so that it need not be typed. The command line goes before it. */
export interface PgStreamConfig {
  /** Where the database is. Better from a variable than with a password in the file: `process.env.ADMIN_URL`. */
  readonly url?: string | undefined;
  /** The service of pg_service.conf to connect to. */
  readonly service?: string | undefined;
  /** The schema of names without one. Default: `public`. */
  readonly schema?: string | undefined;
  /** Which extension is meant in a database that has both. */
  readonly extension?: 'pg_stream' | 'pg_trickle' | undefined;
  /** What `generate` is to know of stream tables. */
  readonly models?: ModelsConfig | undefined;
  /** Options of commands by the command's name, say `{ freshness: { warn: '10m', error: '30m' } }`. */
  readonly options?: Readonly<Record<string, OptionDefaults>> | undefined;
}

/**
 * Types a configuration file.
 *
 * @example
 * // pgstream.config.ts
 * import { defineConfig } from '@pgstream/cli';
 *
 * export default defineConfig({ url: process.env.ADMIN_URL, options: { freshness: { warn: '10m', error: '30m' } } });
 */
export function defineConfig<Config extends PgStreamConfig>(config: Config): Config {
  return config;
}
