import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { prismaGenerate } from '../conformance/prisma/prisma-generate.ts';

const HEAD = `
generator client {
  provider        = "prisma-client"
  output          = "./client"
  previewFeatures = ["views"]
}

generator pgstream {
  provider = "pgstream-prisma"
  output   = "./pgstream"
}

datasource db {
  provider = "postgresql"
}
`;

/** A generated client and our module beside it, until it is disposed of. */
export interface GeneratedPrisma extends AsyncDisposable {
  readonly folder: string;
  /** A file of it, as the types say that it is. */
  load<Module>(file: string): Promise<Module>;
}

/** Generates a client of the models that are given. */
export async function generatePrisma(name: string, models: string): Promise<GeneratedPrisma> {
  const folder = join(import.meta.dirname, 'generated', name);
  const schema = join(folder, 'schema.prisma');
  await mkdir(folder, { recursive: true });
  await writeFile(schema, HEAD + models);
  await prismaGenerate(join(import.meta.dirname, '..'), schema);
  return {
    folder,
    load: async (file) => await import(pathToFileURL(join(folder, file)).href),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
