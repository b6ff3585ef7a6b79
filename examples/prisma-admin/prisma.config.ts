import { externalTables } from '@pgstream/prisma/config';
import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  experimental: { externalTables: true },
  // From this file: other tools that read it are run from elsewhere.
  tables: { external: externalTables({ schema: new URL('prisma/schema.prisma', import.meta.url) }) },
});
