import { PrismaPg } from '@prisma/adapter-pg';
import { makeTypedQueryFactory } from './generated/client/runtime/client.js';
import type { Prisma as Version } from '../client.ts';
import { open } from '../open.ts';
import { Prisma, PrismaClient } from './generated/client/index.js';
import { streamTables } from './generated/pgstream/index.ts';

export const prisma: Version = {
  version: Prisma.prismaVersion.client,
  folder: import.meta.dirname,
  newClient: (url, sent) => open(url, sent, (pool) => new PrismaClient({ adapter: new PrismaPg(pool) })),
  streamTables,
  sql: Prisma,
  typedSql: (text) => makeTypedQueryFactory(text)(),
  decimal: (text) => new Prisma.Decimal(text),
  relationJoins: false,
};
