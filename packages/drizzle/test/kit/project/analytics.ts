import { integer, pgSchema } from 'drizzle-orm/pg-core';

/** What drizzle-kit must know of a schema that it looks into: it wants to drop the others. */
export const analytics = pgSchema('analytics');

export const regions = analytics.table('app_regions', { id: integer().primaryKey() });
