import { emulatorSetup, testDatabase } from '@pgstream/emulator/jest';
import { asAsked, connect, inItsNames } from '@pgstream/harness';
import { Client } from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { valueOf } from '../server/database.ts';

// Jest's needs nothing of Jest.
afterEach(async () => {
  await globalThis.pgstreamEmulatorOfJest?.stop();
  globalThis.pgstreamEmulatorOfJest = undefined;
  delete process.env['PGSTREAM_EMULATOR_OF_JEST'];
});

describe('the emulator of a run', () => {
  test('copies what was migrated, though a connection was left open', async () => {
    let left: Client | undefined;
    await emulatorSetup({
      ...asAsked(),
      async migrate(url) {
        left = new Client(url);
        left.on('error', () => {});
        await left.connect();
        await left.query(
          inItsNames(`
            CREATE TABLE public.source (id int PRIMARY KEY);
            SELECT pgstream.create_stream_table('public.ids', 'SELECT id FROM public.source', '5m')`),
        );
      },
    })();
    const [one, other] = [await testDatabase(), await testDatabase()];
    const client = await connect(one.url);
    await client.query(`INSERT INTO source VALUES (1); SELECT pgstream.refresh_stream_table('public.ids')`);
    expect(await valueOf(one.url, 'SELECT count(*)::int FROM ids')).toBe(1);
    expect(await valueOf(other.url, 'SELECT count(*)::int FROM ids')).toBe(0);
    await one.age('ids', 600_000);
    const stale = 'SELECT stale FROM pgstream.stream_tables_info';
    expect([await valueOf(one.url, stale), await valueOf(other.url, stale)]).toEqual([true, false]);
    await left?.end().catch(() => {});
  });

  test.for(['0.67', '0.108'] as const)(
    'may be pg_trickle %s, whose copies are used like any other database',
    async (version) => {
      await emulatorSetup({
        extension: 'pg_trickle',
        version,
        async migrate(url) {
          await valueOf(url, 'CREATE TABLE public.source (id int PRIMARY KEY)');
          await valueOf(
            url,
            `SELECT pgtrickle.create_stream_table('public.ids', 'SELECT id FROM public.source', '5m')`,
          );
        },
      })();
      const { url, age } = await testDatabase();
      await valueOf(url, 'INSERT INTO source VALUES (1)');
      await valueOf(url, `SELECT pgtrickle.refresh_stream_table('public.ids')`);
      expect(await valueOf(url, 'SELECT count(*)::int FROM ids')).toBe(1);
      await age('ids', 600_000);
      expect(await valueOf(url, 'SELECT stale FROM pgtrickle.stream_tables_info')).toBe(true);
    },
  );

  test('stops when migrations fail, whose error it is', async () => {
    let url = '';
    const setup = emulatorSetup({
      migrate(of) {
        url = of;
        throw new RangeError('no such migration');
      },
    });
    await expect(setup()).rejects.toThrow(new RangeError('no such migration'));
    await expect(valueOf(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('takes the place of the one before, while Jest watches', async () => {
    const setup = emulatorSetup();
    await setup();
    const { url } = await testDatabase();
    await setup();
    await expect(valueOf(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await valueOf((await testDatabase()).url, 'SELECT count(*)::int FROM pg_extension')).toBe(2);
  });

  test('is missed in a sentence', async () => {
    await expect(testDatabase()).rejects.toThrow(/^No emulator was started for these tests\. In Jest's configuration/);
  });
});
