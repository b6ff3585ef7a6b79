/** What a command's options are when the command line does not say them, by their long names in camelCase. */
export type OptionDefaults = Readonly<Record<string, string | number | boolean>>;

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
