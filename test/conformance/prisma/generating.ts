import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HIDDEN_COLUMN_PREFIXES } from '@pgstream/core';
import { externalTables } from '@pgstream/prisma/config';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endOf } from '../stage.ts';
import type { ConformanceDriver } from '../driver.ts';
import type { Prisma } from './client.ts';
import { prismaGenerate } from './prisma-generate.ts';
import type { Native } from './session.ts';

/** What is decided when the schema is read, by text: lines of the table of their own. */
export function generatingCases({ orm, over }: ConformanceDriver<Native>, prisma: Prisma): void {
  describe(`${orm}, ${over}`, () => {
    describe('hiding', () => {
      describe('`prisma generate` fails, with a sentence', () => {
        it.each(HIDDEN_COLUMN_PREFIXES.map((prefix) => `${prefix}row_id`))('for %s', async (column) => {
          expect(await refusalOf(prisma, { models: totalsWith(column) })).toContain(
            `"OrderTotals" declares "hidden", the column "${column}"`,
          );
        });

        it('and not for what may be declared', async () => {
          const { said } = await generated(prisma, { models: totalsWith('row_id') });
          expect(said).toContain('Generated stream tables of pg_stream');
          expect(said).toContain('pgstream-prisma: 1 stream table: OrderTotals (order_totals)');
        });
      });
    });

    describe('writes', () => {
      describe('`prisma generate` fails where Prisma itself would write a stream table, or a comment declares none', () => {
        it.each([
          ['relationMode = "prisma" /* } */'],
          ['/* no\n foreign keys } */ relationMode = "prisma" // here'],
          ['referentialIntegrity = "prisma"'],
        ])('%s', async (datasource) => {
          expect(await refusalOf(prisma, { models: CASCADING, datasource })).toContain(
            'would write the stream table of "OrderTotals"',
          );
        });

        it.each([
          ['// @streamTable', 'has two slashes'],
          ['/// Totals. @streamTable', 'does not begin with it'],
          ['/// @streamTable\n', 'has no view or model directly below it'],
        ])('%s', async (comment, reason) => {
          const models = totalsWith('row_id').replace('/// @streamTable', comment);
          expect(await refusalOf(prisma, { models })).toContain(reason);
        });

        it('and not where neither is so, in a schema of many files', async () => {
          const { said, schema } = await generated(prisma, { models: CASCADING }, 'models/totals.prisma');
          expect(said).toContain('pgstream-prisma: 1 stream table: OrderTotals (order_totals)');
          expect(externalTables({ schema })).toEqual(['public.order_totals']);
        });

        it('in one of many files', async () => {
          const models = 'view OrderTotals { /// @streamTable\n  customerId Int @unique\n}';
          const error = await endOf(() => generated(prisma, { models }, 'models/totals.prisma'));
          expect(error).toMatchObject({ stderr: expect.stringContaining('is inside the block of view') as unknown });
        });
      });
    });
  });
}

interface Asked {
  readonly models: string;
  /** More of the datasource. */
  readonly datasource?: string;
}

async function refusalOf(prisma: Prisma, asked: Asked): Promise<string> {
  const error = await endOf(() => generated(prisma, asked));
  return String((error as { stderr?: unknown }).stderr).replaceAll(/\s+/g, ' ');
}

/** What `prisma generate` says of a schema, whose models may be in a file of their own. */
async function generated(
  prisma: Prisma,
  { models, datasource = '' }: Asked,
  file?: string,
): Promise<{ said: string; schema: string }> {
  const scratch = await mkdtemp(join(prisma.folder, 'generated', 'scratch-'));
  onTestFinished(() => rm(scratch, { recursive: true }));
  const settings = settingsWith(prisma, datasource);
  const texts =
    file === undefined ? { 'schema.prisma': settings + models } : { 'schema.prisma': settings, [file]: models };
  for (const [name, text] of Object.entries(texts)) {
    await mkdir(dirname(join(scratch, name)), { recursive: true });
    await writeFile(join(scratch, name), text);
  }
  const schema = file === undefined ? join(scratch, 'schema.prisma') : scratch;
  return { said: await prismaGenerate(prisma.folder, schema), schema };
}

function settingsWith({ version }: Prisma, datasource: string): string {
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
  ${datasource}
}
`;
}

function totalsWith(column: string): string {
  return `
/// @streamTable
view OrderTotals {
  customerId Int    @map("customer_id")
  hidden     BigInt @map("${column}")
  @@map("order_totals")
}`;
}

const CASCADING = `
model Customer {
  id     Int          @id
  totals OrderTotals?
}

/// @streamTable
view OrderTotals {
  customerId Int      @unique @map("customer_id")
  customer   Customer @relation(fields: [customerId], references: [id], onDelete: Cascade)
  @@map("order_totals")
}
`;
