export { open, openInTest, type Opened } from './client.ts';
export { SHOP, shopDatabase } from './database.ts';
export { Prisma, PrismaClient } from './generated/client/client.ts';
export { streamTables } from './generated/pgstream/index.ts';
export { loose, type Loose } from './loose.ts';
