import { externalTables } from '@pgstream/prisma/config';
import { defineConfig } from 'prisma/config';

const schema = 'prisma/schema.prisma';

export default defineConfig({
  schema,
  experimental: { externalTables: true },
  tables: { external: externalTables({ schema }) },
});
