export { open, openInTest } from './client.ts';
export { shopDatabase } from './database.ts';
export { Prisma, PrismaClient } from './generated/client/client.ts';
export { streamTables } from './generated/pgstream/index.ts';
export { loose, type Loose } from './loose.ts';
