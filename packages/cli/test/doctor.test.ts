import { extension, freshDatabase, inItsNames, testDatabase } from '@pgstream/harness';
import { beforeAll, describe, expect, test } from 'vitest';
import { runner } from './run.ts';
import { shop } from './shop.ts';

const database = testDatabase();
shop(database);
const run = runner(() => database.url);

let sql: (text: string) => Promise<unknown>;
beforeAll(async () => {
  const client = await database.connect();
  sql = (text) => client.query(inItsNames(text));
});

interface Report {
  readonly status: string;
  readonly findings: readonly { code: string; severity: string; streamTable: unknown; message: string; cure: string }[];
}

async function doctor(...args: readonly string[]): Promise<Report & { readonly code: number }> {
  const { code, out, err } = await run('doctor', '--json', ...args);
  expect(err).toBe('');
  return { code, ...(JSON.parse(out) as Report) };
}

/** What it finds with this code. */
async function found(code: string, ...args: readonly string[]): Promise<Report['findings']> {
  return (await doctor(...args)).findings.filter((finding) => finding.code === code);
}

describe('pgstream doctor', () => {
  test('says what health says', async () => {
    const { findings } = JSON.parse((await run('health', '--json')).out) as Report;
    expect((await doctor()).findings).toEqual(findings);
  });

  test('names roles that may write, by single columns and all of them as well, with what takes that from them', async () => {
    await sql(`DROP ROLE IF EXISTS doctor_app; CREATE ROLE doctor_app`);
    try {
      await sql(
        `GRANT SELECT, INSERT, UPDATE (total) ON public.order_totals TO doctor_app; GRANT DELETE ON analytics.visits TO PUBLIC`,
      );
      expect(await found('WRITABLE')).toEqual([
        {
          code: 'WRITABLE',
          severity: 'warn',
          streamTable: { schema: 'analytics', name: 'visits' },
          message: expect.stringContaining('Every role may write to "analytics"."visits" (DELETE)'),
          cure: 'REVOKE DELETE ON "analytics"."visits" FROM PUBLIC;',
        },
        {
          code: 'WRITABLE',
          severity: 'warn',
          streamTable: { schema: 'public', name: 'order_totals' },
          message: expect.stringContaining('The role "doctor_app" may write'),
          cure: 'REVOKE INSERT, UPDATE ON "public"."order_totals" FROM "doctor_app";',
        },
      ]);
      for (const { cure } of await found('WRITABLE')) await sql(cure);
      expect(await found('WRITABLE')).toEqual([]);
    } finally {
      await sql(`DROP OWNED BY doctor_app; DROP ROLE doctor_app`);
    }
  });

  test('with --try names the stream table whose refresh fails, and changes nothing', async () => {
    await sql('CREATE TABLE public.odd (id int); INSERT INTO public.odd VALUES (1)');
    await sql(
      `SELECT pgstream.create_stream_table('public.divided', 'SELECT 1 / id AS one FROM public.odd', '5m', 'FULL')`,
    );
    try {
      expect(await found('REFRESH_FAILS', '--try')).toEqual([]);
      await sql('UPDATE public.odd SET id = 0');
      await sql('INSERT INTO public.orders (customer_id, amount) VALUES (1, 1)');
      const before = await run('list', '--json');
      expect(await found('REFRESH_FAILS', '--try')).toMatchObject([
        {
          severity: 'error',
          streamTable: { schema: 'public', name: 'divided' },
          message: expect.stringContaining('division by zero'),
        },
      ]);
      const after = await run('list', '--json');
      const states = [before, after].map(({ out }) =>
        (JSON.parse(out) as { lastRefreshAt: string; status: string }[]).map(({ lastRefreshAt, status }) => [
          lastRefreshAt,
          status,
        ]),
      );
      expect(states[1]).toEqual(states[0]);
    } finally {
      await sql(`SELECT pgstream.drop_stream_table('public.divided'); DROP TABLE public.odd`);
    }
  });

  test('names a schedule that is below the minimum of today', async () => {
    const name = extension.name;
    await sql(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET ${name}.min_schedule_seconds = 3600', current_database()); END $$`,
    );
    try {
      const [finding] = await found('SCHEDULE_TOO_SHORT');
      expect(finding).toMatchObject({
        streamTable: { schema: 'public', name: 'order_totals' },
        cure: expect.stringContaining('--schedule 3600s'),
      });
    } finally {
      await sql(
        `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET ${name}.min_schedule_seconds', current_database()); END $$`,
      );
    }
    expect(await found('SCHEDULE_TOO_SHORT')).toEqual([]);
  });

  test('names what the installed release maintains wrongly, with the mode that is right', async () => {
    await sql(`SELECT pgstream.create_stream_table('public.named', 'SELECT o.id, c.id AS other FROM public.orders o
      LEFT JOIN public.orders c ON c.id = o.customer_id', '5m', 'DIFFERENTIAL')`);
    await sql(`SELECT pgstream.create_stream_table('analytics.gone', 'SELECT id FROM public.orders
      EXCEPT SELECT id FROM analytics.hits', '5m', '${extension.version.startsWith('0.108') ? 'FULL' : 'DIFFERENTIAL'}')`);
    try {
      const wrong = await found('MAINTAINED_WRONGLY');
      expect(wrong.map(({ streamTable }) => streamTable)).toEqual(
        [
          { schema: 'analytics', name: 'gone' },
          { schema: 'public', name: 'named' },
        ].filter(({ name }) => extension.name === 'pg_stream' || (name === 'gone' && extension.version === '0.67.0')),
      );
      for (const { cure } of wrong) {
        expect(cure).toMatch(/^pgstream alter '(?:analytics\.gone|named)' --mode FULL/);
        const [, name = ''] = /alter '(.*)' --mode/.exec(cure) ?? [];
        expect((await run('alter', name, '--mode', 'FULL')).code).toBe(0);
      }
      expect(await found('MAINTAINED_WRONGLY')).toEqual([]);
    } finally {
      await sql(
        `SELECT pgstream.drop_stream_table('public.named'); SELECT pgstream.drop_stream_table('analytics.gone')`,
      );
    }
  });

  test.runIf(extension.name === 'pg_stream')(
    'names groups that were created in FULL mode and have no counts (pg_stream)',
    async () => {
      await sql(`SELECT pgstream.create_stream_table('public.by_day', 'SELECT id / 10 AS day, count(*) AS n
        FROM public.orders GROUP BY id / 10', '5m', 'FULL')`);
      try {
        expect(await found('MAINTAINED_WRONGLY')).toEqual([]);
        await sql(`SELECT pgstream.alter_stream_table('public.by_day', refresh_mode => 'DIFFERENTIAL')`);
        expect(await found('MAINTAINED_WRONGLY')).toMatchObject([
          {
            severity: 'error',
            streamTable: { schema: 'public', name: 'by_day' },
            cure: expect.stringContaining('Drop it and create it'),
          },
        ]);
      } finally {
        await sql(`SELECT pgstream.drop_stream_table('public.by_day')`);
      }
    },
  );

  test('ends with 5 where there is no extension, and looks at nothing else', async () => {
    const url = await freshDatabase();
    const bare = runner(() => url);
    const { Client } = await import('pg');
    const client = new Client(url);
    await client.connect();
    await client.query(`DROP EXTENSION ${extension.name} CASCADE`);
    await client.end();
    const { code, out } = await bare('doctor');
    expect(code).toBe(5);
    expect(out).toMatch(/^error .*\n\nerror {2}EXTENSION_MISSING {2}/);
  });
});
