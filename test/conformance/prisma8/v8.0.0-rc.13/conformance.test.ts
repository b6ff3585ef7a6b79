import { conformance } from '../../conformance.ts';
import { prisma8Driver } from '../driver.ts';

conformance(prisma8Driver('8.0.0-rc.13', import.meta.dirname));
