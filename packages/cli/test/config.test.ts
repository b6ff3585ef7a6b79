import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '@pgstream/harness';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pgstream, type Ran } from './run.ts';
import { shop } from './shop.ts';

const database = testDatabase();
shop(database);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgstream-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (file: string, content: string): Promise<void> => writeFile(join(folder, file), content);
const run = (args: readonly string[], env = {}): Promise<Ran> => pgstream(args, { cwd: folder, env });

describe('a configuration file', () => {
  test.for([
    [
      'pgstream.config.ts',
      (url: string) => `const url: string = ${JSON.stringify(url)};\nexport default { url, schema: 'analytics' };`,
    ],
    ['pgstream.config.mjs', (url: string) => `export default { url: ${JSON.stringify(url)}, schema: 'analytics' };`],
    ['pgstream.config.json', (url: string) => JSON.stringify({ url, schema: 'analytics' })],
  ] as const)('%s is read where the command is run', async ([file, content]) => {
    await put(file, content(database.url));
    expect(await run(['list'])).toMatchObject({ code: 0, out: expect.stringMatching(/^visits /m) });
    expect((await run(['list'])).out).not.toContain('order_totals');
    // The command line goes before it.
    expect((await run(['list', '--schema', 'public'])).out).toMatch(/^order_totals /m);
  });

  test('says what options of commands are, unless the command line does', async () => {
    const options = { freshness: { error: '1ms' }, list: { status: 'SUSPENDED' } };
    await put('pgstream.config.json', JSON.stringify({ url: database.url, options }));
    expect(await run(['freshness'])).toMatchObject({ code: 5 });
    expect(await run(['freshness', '--error', '1h'])).toMatchObject({ code: 0 });
    expect(await run(['list'])).toMatchObject({ code: 0, out: 'There are no stream tables.\n' });
  });

  test('goes before DATABASE_URL, and --config names another', async () => {
    await put('other.json', JSON.stringify({ url: database.url }));
    const elsewhere = { DATABASE_URL: 'postgres://127.0.0.1:1/x' };
    expect(await run(['list'], elsewhere)).toMatchObject({ code: 7 });
    expect(await run(['list', '--config', 'other.json'], elsewhere)).toMatchObject({ code: 0 });
  });

  test.for([
    ['pgstream.config.json', '{ "ulr": "x" }', /says "ulr", which means nothing here\. There are url, /],
    ['pgstream.config.json', '[]', /has to give an object/],
    ['pgstream.config.json', '{', /cannot be read: /],
    ['pgstream.config.mjs', 'throw new Error("broken here")', /cannot be read: broken here/],
    ['pgstream.config.ts', 'export default 7;', /has to give an object/],
    ['pgstream.config.json', '{ "options": { "freshness": { "error": "10" } } }', /A duration has a unit/],
    ['pgstream.config.json', '{ "options": { "freshness": { "eror": "10m" } } }', /freshness has no option "eror"/],
    ['pgstream.config.json', '{ "options": { "freshnes": { "error": "10m" } } }', /no command is called "freshnes"/],
  ] as const)('%s %s: a sentence', async ([file, content, says]) => {
    await put(file, content);
    const { code, err } = await run(['freshness'], { DATABASE_URL: database.url });
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(says) });
  });

  test('that is named has to be there', async () => {
    expect(await run(['list', '--config', 'nowhere.json'])).toMatchObject({ code: 2 });
  });
});

describe('--emulator', () => {
  test('starts one with the extension, and leaves nothing running', async () => {
    expect(await run(['list', '--emulator'])).toEqual({ code: 0, out: 'There are no stream tables.\n', err: '' });
    expect(await run(['health', '--emulator', '--extension', 'pg_trickle'])).toMatchObject({
      out: expect.stringMatching(/pg_trickle \d/),
    });
    expect(await run(['list', '--emulator', '--url', 'postgres://h/d'])).toMatchObject({ code: 2 });
  });
});
