import { join } from 'node:path';
import { defineConfig } from 'drizzle-kit';
import { streamTablesFilter } from '../../../src/kit.ts';
import * as schema from './schema.ts';

interface Settings {
  readonly url: string;
  /** Patterns for streamTablesFilter(), or a filter as it is. */
  readonly existing?: string[];
  readonly filter?: string[];
  readonly schemaFilter?: string[];
}

const { url, existing, filter, schemaFilter }: Settings = JSON.parse(process.env['KIT_SETTINGS'] ?? '');

export default defineConfig({
  dialect: 'postgresql',
  schema: ['schema.ts', ...(schemaFilter ? ['analytics.ts'] : [])].map((file) => join(__dirname, file)),
  out: './out',
  dbCredentials: { url },
  tablesFilter: filter ?? streamTablesFilter(schema, { existing, schemaFilter }),
  ...(schemaFilter && { schemaFilter }),
});
