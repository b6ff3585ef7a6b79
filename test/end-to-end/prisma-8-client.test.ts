import { readFileSync } from 'node:fs';
import { fromPrisma, pgStream } from '@pgstream/prisma';
import postgres from '@prisma/orm-postgres/runtime';
import { expect, it } from 'vitest';

const contract = new URL('../conformance/prisma8/v8.0.0-rc.13/generated/contract.json', import.meta.url);

it.each([
  ['pgStream()', (client: unknown) => (pgStream({ models: ['OrderTotals'] }) as (given: unknown) => unknown)(client)],
  ['fromPrisma()', (client: unknown) => fromPrisma(client as never)],
])('%s of @pgstream/prisma names the package that a client of Prisma 8 is for', (_name, use) => {
  const client = postgres({ contractJson: JSON.parse(readFileSync(contract, 'utf8')), url: 'postgres://127.0.0.1:1' });
  const refused = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('@pgstream/prisma8') as string };
  expect(() => use(client)).toThrow(expect.objectContaining(refused) as Error);
});
