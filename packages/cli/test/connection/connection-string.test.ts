import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { testDatabase } from '@pgstream/harness';
import { describe, expect, test } from 'vitest';
import { readKeywords } from '../../src/connection/connection-string.ts';

/** What the value of application_name is, as psql 15 and 18 have it; null where they refuse the string. */
const CASES: readonly (readonly [text: string, value: string | null])[] = [
  ['application_name=a', 'a'],
  [" application_name = 'a b' ", 'a b'],
  ['application_name\t=\na', 'a'],
  ["application_name='it\\'s'", "it's"],
  ["application_name=it\\'s", "it's"],
  ["application_name=it's", "it's"],
  ["application_name=a'", "a'"],
  ['application_name=a\\ b', 'a b'],
  ['application_name=a\\\\b', 'a\\b'],
  ["application_name='a\\\\b'", 'a\\b'],
  ["application_name='\\a\\n'", 'an'],
  ['application_name=a\\', 'a'],
  ['application_name=a=b', 'a=b'],
  ["application_name='='", '='],
  ["application_name='a'connect_timeout=9", 'a'],
  ['application_name=a application_name=b', 'b'],
  ["application_name='a''b'", null],
  ["application_name='a", null],
  ["application_name='a\\'", null],
  ['application_name', null],
  ['application_name a', null],
];

const database = testDatabase();

describe('a connection string of keywords', () => {
  test.for(CASES)('%j: %j', ([text, value]) => {
    let read: string | null | undefined = null;
    let isRefused = false;
    try {
      read = readKeywords(text)['application_name'];
    } catch (error) {
      isRefused = (error as Error).message.startsWith('The connection string cannot be read. ');
    }
    expect({ read, isRefused }).toEqual({ read: value, isRefused: value === null });
  });

  const isThere = spawnSync('psql', ['--version']).status === 0;
  test.runIf(isThere)(`is what psql reads${isThere ? '' : ' (left out: there is no psql)'}`, async () => {
    const { hostname, port, username, pathname } = new URL(database.url);
    const where = `host=${hostname} port=${port} user=${username} dbname=${pathname.slice(1)}`;
    const seen = await Promise.all(
      CASES.map(async ([text]) => {
        const args = ['-X', '-At', '-d', `${where} ${text}`, '-c', 'SHOW application_name'];
        const { PATH } = process.env;
        const said = await promisify(execFile)('psql', args, { env: { PATH } }).catch(() => null);
        return [text, said?.stdout.replace(/\n$/, '') ?? null];
      }),
    );
    expect(seen).toEqual(CASES);
  });
});
