import { emulatorSetup, testDatabase } from '@pgstream/emulator/jest';
import { connect, inItsNames, sameExtension } from '@pgstream/harness';
import { Client } from 'pg';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { valueOf } from '../server/database.ts';

// Jest's needs nothing of Jest.
afterEach(async () => {
  await globalThis.pgstreamEmulatorOfJest?.stop();
  globalThis.pgstreamEmulatorOfJest = undefined;
  delete process.env['PGSTREAM_EMULATOR_OF_JEST'];
});

describe('the emulator of a run', () => {
  test('copies what was migrated, though its connection is only closing yet', async () => {
    await emulatorSetup({
      ...sameExtension,
      async migrate(url) {
        const client = await connect(url);
        await client.query(
          inItsNames(`
            CREATE TABLE public.source (id int PRIMARY KEY);
            SELECT pgstream.create_stream_table('public.ids', 'SELECT id FROM public.source', '5m')`),
        );
        setTimeout(() => void client.end(), 200);
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
  });

  test('counts the scheduler for nobody who has migrated', async () => {
    const connected = 'SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()';
    await emulatorSetup({
      ...sameExtension,
      scheduler: true,
      migrate: (url) => vi.waitFor(async () => expect(await valueOf(url, connected)).toBe(2), 10_000),
    })();
    await expect(testDatabase()).resolves.toBeDefined();
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

  // Nobody listens to its errors: ended by the server, it would end this process, and nothing would be said of why.
  test('ends no connection that migrations leave open, and says so', async () => {
    let left: Client | undefined;
    const setup = emulatorSetup({
      async migrate(url) {
        left = new Client(url);
        await left.connect();
      },
    });
    await expect(setup()).rejects.toThrow(/^migrate\(\) has left 1 connection open, and .* await client\.end\(\)/);
    await left?.query('SELECT 1');
    await left?.end();
  });

  test('stops when the connection of migrations that failed is closed', async () => {
    let url = '';
    let left: Client | undefined;
    const setup = emulatorSetup({
      async migrate(of) {
        url = of;
        left = new Client(url);
        await left.connect();
        await left.query('SELECT no_such_column');
      },
    });
    await expect(setup()).rejects.toMatchObject({ code: '42703' });
    await left?.query('SELECT 1');
    await left?.end();
    await vi.waitFor(() => expect(valueOf(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' }), 10_000);
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
