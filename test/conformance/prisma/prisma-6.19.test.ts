import { conformance } from '../conformance.ts';
import { prismaDriver } from './driver.ts';
import { generatingCases } from './generating.ts';
import { storedValueCases } from './stored-values.ts';
import { viewCases } from './views.ts';
import { prisma } from './v6.19/index.ts';

const driver = prismaDriver(prisma, {
  'transactions: a nested one can be rolled back alone': 'Prisma 6 has no transactions within transactions.',
});

conformance(driver);
generatingCases(driver, prisma);
viewCases(driver, prisma);
storedValueCases(driver, prisma);
