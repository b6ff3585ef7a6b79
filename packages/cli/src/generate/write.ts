import { drizzleModels } from './drizzle.ts';
import type { Model, Orm } from './model.ts';
import { prismaViews } from './prisma.ts';
import { typeormEntities } from './typeorm.ts';

const WRITERS: Readonly<Record<Orm, (models: readonly Model[]) => string>> = {
  drizzle: drizzleModels,
  typeorm: typeormEntities,
  prisma: prismaViews,
};

/** The models in an ORM's own style: a module of TypeScript, or a file of a Prisma schema. The same models give the same text. */
export function write(orm: Orm, models: readonly Model[]): string {
  return `// Written by "pgstream generate --orm ${orm}" from the database. Run it again rather than change it here.\n${WRITERS[orm](models)}`;
}
