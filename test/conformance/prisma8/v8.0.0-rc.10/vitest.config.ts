import { prisma8Column } from '../project.ts';

export default prisma8Column('v8.0.0-rc.10');
