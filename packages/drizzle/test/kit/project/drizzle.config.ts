import { join } from 'node:path';
import { defineConfig } from 'drizzle-kit';
import { streamTablesConfig, type StreamTablesConfigOptions } from '../../../src/kit.ts';
import * as ofAnalytics from './analytics.ts';
import * as schema from './schema.ts';

interface Settings {
  readonly url: string;
  readonly relations: string;
  /** The options of streamTablesConfig(), or a configuration as it is. */
  readonly options?: StreamTablesConfigOptions;
  readonly config?: { tablesFilter?: string[]; schemaFilter?: string[] };
  readonly analytics?: boolean;
}

const {
  url,
  relations,
  options,
  config,
  analytics = false,
}: Settings = JSON.parse(process.env['KIT_SETTINGS'] ?? '') as Settings;

export default defineConfig({
  dialect: 'postgresql',
  schema: ['schema.ts', relations, ...(analytics ? ['analytics.ts'] : [])].map((file) => join(__dirname, file)),
  out: './out',
  dbCredentials: { url },
  ...(config ?? streamTablesConfig(analytics ? { ...schema, ...ofAnalytics } : schema, options)),
});
