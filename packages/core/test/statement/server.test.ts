import { testDatabase } from '@pgstream/harness';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeTargets } from '../../src/statement/index.ts';
import { differences, NONE } from './agreement.ts';
import { CASES, named, OVERSTATED, REFUSED, UNSEEN, UNSEEN_BEHIND_ANOTHER } from './cases/index.ts';
import { type Witness, witnessing } from './witness.ts';

const database = testDatabase();
let postgres: Witness;

beforeAll(async () => {
  postgres = await witnessing(database);
});

describe.each(CASES)('PostgreSQL writes what the scanner says: $subject', ({ cases }) => {
  it.each(named(cases))('%j', async (sql, one) => {
    expect(differences(writeTargets(sql), await postgres.deedsOf(one))).toEqual(NONE);
  });
});

describe('PostgreSQL writes what no text can tell', () => {
  it.each(named([...UNSEEN, ...UNSEEN_BEHIND_ANOTHER]))('%j', async (_, one) => {
    const deeds = await postgres.deedsOf(one);
    const written = deeds.map(
      ({ operation, schema, name }) => `${operation} ${schema === 'public' ? '' : `${schema}.`}${name}`,
    );
    expect(new Set(written)).toEqual(new Set(one[1]));
  });
});

describe('PostgreSQL does not run what it alone knows not to', () => {
  it.each(named(OVERSTATED))('%j', async (_, one) => {
    expect(await postgres.deedsOf(one)).toEqual([]);
  });
});

it.each(REFUSED)('PostgreSQL refuses %j', async (sql) => {
  await expect(postgres.deedsOf([sql, []])).rejects.toMatchObject({ severity: 'ERROR' });
});
