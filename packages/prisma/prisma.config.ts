import { defineConfig } from 'prisma/config';

/** For `pnpm generate`: the client that the tests of this package use. */
export default defineConfig({ schema: 'test/shop/schema.prisma' });
