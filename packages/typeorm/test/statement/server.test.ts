import { testDatabase } from '@pgstream/harness';
import { beforeAll, describe, expect, it } from 'vitest';
import { type WriteTarget, writeTargets } from '../../src/statement/index.ts';
import { type Case, CASES, named, REFUSED, UNSEEN, UNSEEN_BEHIND_ANOTHER } from './cases/index.ts';
import { type Deed, witnessing } from './witness.ts';

const database = testDatabase();
let deedsOf: (one: Case) => Promise<Deed[]>;

beforeAll(async () => {
  deedsOf = await witnessing(database);
});

/** What PostgreSQL does for a statement; the last of these it may leave undone. */
const DEEDS: Readonly<Record<WriteTarget['operation'], readonly Deed['operation'][]>> = {
  // ON CONFLICT DO UPDATE is both.
  insert: ['insert', 'update'],
  update: ['update'],
  delete: ['delete'],
  merge: ['insert', 'update', 'delete'],
  truncate: ['truncate'],
  copy: ['insert'],
  'drop table': ['drop table'],
  'alter table': ['alter table'],
};

const isDoneBy = (target: WriteTarget, { operation, schema, name }: Deed): boolean =>
  name === target.name && schema === (target.schema ?? 'public') && DEEDS[target.operation].includes(operation);

/** Where the scanner and PostgreSQL differ: what the one says and the other does not do, and the other way round. */
function differences(targets: readonly WriteTarget[], deeds: readonly Deed[]): unknown {
  return {
    saidAndNotDone: targets.filter((target) => !deeds.some((deed) => isDoneBy(target, deed))),
    doneAndNotSaid: deeds.filter((deed) => !targets.some((target) => isDoneBy(target, deed))),
  };
}

const NONE = { saidAndNotDone: [], doneAndNotSaid: [] };

describe.each(CASES)('PostgreSQL writes what the scanner says: $subject', ({ cases }) => {
  it.each(named(cases))('%j', async (sql, one) => {
    expect(differences(writeTargets(sql), await deedsOf(one))).toEqual(NONE);
  });
});

describe('PostgreSQL writes what no text can tell', () => {
  it.each(named([...UNSEEN, ...UNSEEN_BEHIND_ANOTHER]))('%j', async (_, one) => {
    const deeds = await deedsOf(one);
    const written = deeds.map(
      ({ operation, schema, name }) => `${operation} ${schema === 'public' ? '' : `${schema}.`}${name}`,
    );
    expect(new Set(written)).toEqual(new Set(one[1]));
  });
});

it.each(REFUSED)('PostgreSQL refuses %j', async (sql) => {
  await expect(deedsOf([sql, []])).rejects.toMatchObject({ severity: 'ERROR' });
});
