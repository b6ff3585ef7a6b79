import { npmVersion } from 'drizzle-orm/version';

/** Whether it is Drizzle 1.0: for what no object of Drizzle's shows by its shape. */
export const isDrizzle1 = !npmVersion.startsWith('0.');

/** What is asked for, in errors. */
export const DRIZZLE = 'drizzle-orm (0.45 or later, or 1.0)';
