import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HIDDEN_COLUMN_PREFIXES } from '@pgstream/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endOf } from '../stage.ts';
import type { ConformanceDriver } from '../driver.ts';
import type { Prisma } from './client.ts';
import { prismaGenerate } from './prisma-generate.ts';
import type { Native } from './session.ts';

/** What cannot be declared with Prisma is refused when its schema is read, by text: a line of the table of its own. */
export function hiddenColumnCases({ orm, over }: ConformanceDriver<Native>, prisma: Prisma): void {
  describe(`${orm}, ${over}`, () => {
    describe('hiding', () => {
      describe('`prisma generate` fails, with a sentence', () => {
        it.each(HIDDEN_COLUMN_PREFIXES.map((prefix) => `${prefix}row_id`))('for %s', async (column) => {
          const error = await endOf(() => generate(prisma, column));
          expect(error).toMatchObject({
            stderr: expect.stringContaining(`"OrderTotals" declares "hidden", the column "${column}"`) as unknown,
          });
        });

        it('and not for what may be declared', async () => {
          expect(await generate(prisma, 'row_id')).toContain('Generated stream tables of pg_stream');
        });
      });
    });
  });
}

async function generate(prisma: Prisma, column: string): Promise<string> {
  const scratch = await mkdtemp(join(prisma.folder, 'generated', 'hidden-'));
  onTestFinished(() => rm(scratch, { recursive: true }));
  const schema = join(scratch, 'schema.prisma');
  await writeFile(schema, schemaWith(prisma, column));
  return await prismaGenerate(prisma.folder, schema);
}

function schemaWith({ version }: Prisma, column: string): string {
  return `
generator client {
  provider        = "prisma-client-js"
  output          = "./client"
  engineType      = "client"
  previewFeatures = ["views"]
}
generator pgstream {
  provider = "pgstream-prisma"
  output   = "./pgstream"
}
datasource db {
  provider = "postgresql"
${version.startsWith('6.') ? '  url      = env("DATABASE_URL")' : ''}
}
/// @streamTable
view OrderTotals {
  customerId Int    @map("customer_id")
  hidden     BigInt @map("${column}")
  @@map("order_totals")
}`;
}
