import { testDatabase } from '@pgstream/harness';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { writeTargets } from '../../src/statement/index.ts';
import { differences, NONE } from './agreement.ts';
import { soup, texts, written } from './arbitrary/index.ts';
import { type Witness, witnessing } from './witness.ts';

const database = testDatabase();
let postgres: Witness;

beforeAll(async () => {
  postgres = await witnessing(database);
});

it('PostgreSQL writes what the scanner says of generated statements', async () => {
  await fc.assert(
    fc.asyncProperty(
      texts.chain(({ tokens }) => written(tokens)),
      async (sql) => {
        expect(differences(writeTargets(sql), await postgres.deedsOf([sql, []]))).toEqual(NONE);
      },
    ),
    { numRuns: 300 },
  );
});

it('PostgreSQL writes what the scanner says of what it does not refuse of any text', async () => {
  const ran = { all: 0, writing: 0 };
  await fc.assert(
    fc.asyncProperty(soup, async (sql) => {
      const writes = await postgres.writesOf(sql);
      if (!writes) return;
      ran.all += 1;
      if (writes.length > 0) ran.writing += 1;
      expect(differences(writeTargets(sql), writes)).toEqual(NONE);
    }),
    { numRuns: 4000 },
  );
  // Enough of both kinds for the sentence to mean something: they are about 1100 and 70.
  expect(ran.all).toBeGreaterThan(200);
  expect(ran.writing).toBeGreaterThan(10);
});
