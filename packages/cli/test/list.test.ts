import { testDatabase } from '@pgstream/harness';
import { describe, expect, test } from 'vitest';
import { runner } from './run.ts';

const database = testDatabase();
const run = runner(() => database.url);

describe('pgstream list', () => {
  test('says that there is nothing', async () => {
    expect(await run('list')).toEqual({ code: 0, out: 'There are no stream tables.\n', err: '' });
    expect(JSON.parse((await run('list', '--json')).out)).toEqual([]);
  });
});

describe('pgstream status', () => {
  test('of a name that is not there ends with 3 and says so', async () => {
    const { code, out, err } = await run('status', 'nope');
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^pgstream: There is no stream table "nope" in schema "public"/);
  });
});
