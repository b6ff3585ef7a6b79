import { conformance } from '../conformance.ts';
import { prismaDriver } from './driver.ts';
import { generatingCases } from './generating.ts';
import { storedValueCases } from './stored-values.ts';
import { viewCases } from './views.ts';
import { prisma } from './v7.10/index.ts';

const driver = prismaDriver(prisma);

conformance(driver);
generatingCases(driver, prisma);
viewCases(driver, prisma);
storedValueCases(driver, prisma);
