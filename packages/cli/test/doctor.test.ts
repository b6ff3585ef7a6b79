import { connect, extension, freshDatabase, inItsNames, onPgTrickle, testDatabase, testRole } from '@pgstream/harness';
import type { Pool } from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { poolerFindings } from '../src/doctor/index.ts';
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

  test.skipIf(extension.runsHooksItself)(
    'names roles whose migrations fail, with the GRANTs that let them',
    async () => {
      const { name: owner } = await testRole();
      const { name: member, url } = await testRole();
      await sql(`GRANT ${owner} TO ${member}; CREATE SCHEMA shipping AUTHORIZATION ${owner};
      CREATE TABLE shipping.parcels (id int); ALTER TABLE shipping.parcels OWNER TO ${owner}`);
      const migrator = await connect(url(database.url));
      const migration = 'ALTER TABLE shipping.parcels ADD COLUMN weight int';
      await expect(migrator.query(migration)).rejects.toMatchObject({ code: '42501' });
      const failing = await found('MIGRATIONS_FAIL');
      expect(failing.map(({ message }) => message)).toEqual(
        [owner, member]
          .toSorted()
          .map((role) => expect.stringMatching(`The role "${role}".*owner of shipping.parcels`)),
      );
      for (const { cure } of failing) await sql(cure);
      expect(await found('MIGRATIONS_FAIL')).toEqual([]);
      await migrator.query(migration);
    },
  );

  test.skipIf(extension.runsHooksItself)('names owners of sources who may not change their columns', async () => {
    const { name: owner, url } = await testRole();
    await sql(`GRANT USAGE ON SCHEMA pgstream TO ${owner}; GRANT SELECT ON ALL TABLES IN SCHEMA pgstream TO ${owner};
      ALTER TABLE analytics.hits OWNER TO ${owner}; GRANT USAGE ON SCHEMA analytics TO ${owner}`);
    const migrator = await connect(url(database.url));
    try {
      await expect(migrator.query('ALTER TABLE analytics.hits ALTER COLUMN page TYPE varchar')).rejects.toMatchObject({
        code: '42501',
      });
      expect(await found('MIGRATIONS_FAIL')).toMatchObject([
        { severity: 'warn', message: expect.stringContaining('owner of analytics.hits') },
      ]);
      await sql(`GRANT UPDATE ON ALL TABLES IN SCHEMA pgstream TO ${owner}`);
      expect(await found('MIGRATIONS_FAIL')).toEqual([]);
    } finally {
      await sql('ALTER TABLE analytics.hits OWNER TO CURRENT_USER');
    }
  });

  test('names owners of stream tables who could not create them', async () => {
    const { name: owner, url } = await testRole();
    await sql(`CREATE SCHEMA own AUTHORIZATION ${owner}; CREATE TABLE own.facts (id int PRIMARY KEY, n int);
      ALTER TABLE own.facts OWNER TO ${owner};
      SELECT pgstream.create_stream_table('own.sums', 'SELECT n, count(*) AS c FROM own.facts GROUP BY n', '5m');
      ALTER TABLE own.sums OWNER TO ${owner}`);
    const creator = await connect(url(database.url));
    const create = inItsNames(
      `SELECT pgstream.create_stream_table('own.again', 'SELECT n, count(*) AS c FROM own.facts GROUP BY n', '5m')`,
    );
    try {
      await expect(creator.query(create)).rejects.toMatchObject({ code: '42501' });
      const [lacking] = await found('OWNER_LACKS_RIGHTS');
      expect(lacking).toMatchObject({ severity: 'warn', message: expect.stringContaining('own.sums') });
      await sql(lacking?.cure ?? '');
      expect(await found('OWNER_LACKS_RIGHTS')).toEqual([]);
      await creator.query(create);
    } finally {
      await sql(`DROP SCHEMA own CASCADE`);
    }
  });

  test.skipIf(onPgTrickle)('names who may write to a source, and not to its buffer (pg_stream)', async () => {
    const { name: role, url } = await testRole();
    await sql(
      `GRANT SELECT, INSERT ON public.orders TO ${role}; GRANT USAGE ON SEQUENCE public.orders_id_seq TO ${role}`,
    );
    const writer = await connect(url(database.url));
    const write = 'INSERT INTO public.orders (customer_id, amount) VALUES (1, 1)';
    await expect(writer.query(write)).rejects.toMatchObject({ code: '42501' });
    const [failing] = await found('WRITES_FAIL');
    expect(failing).toMatchObject({ severity: 'error', message: expect.stringContaining('public.orders') });
    await sql((failing?.cure ?? '').replace(/sourceWriterSql.*/, ''));
    expect(await found('WRITES_FAIL')).toEqual([]);
    await writer.query(write);
  });

  test.runIf(extension.checksOuterOwner)('names owners who may not read their sources (pg_trickle 0.87)', async () => {
    const { name: owner } = await testRole();
    await sql(`ALTER TABLE analytics.visits OWNER TO ${owner}`);
    try {
      const blind = (await found('OWNER_LACKS_RIGHTS')).filter(({ severity }) => severity === 'error');
      expect(blind).toMatchObject([{ streamTable: { schema: 'analytics', name: 'visits' } }]);
      await sql(`GRANT SELECT ON analytics.hits TO ${owner}; GRANT USAGE ON SCHEMA analytics TO ${owner}`);
      expect((await found('OWNER_LACKS_RIGHTS')).filter(({ severity }) => severity === 'error')).toEqual([]);
    } finally {
      await sql('ALTER TABLE analytics.visits OWNER TO CURRENT_USER');
    }
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

  test('tells a pooler by two connections that are one session, and what it takes away', async () => {
    const client = await database.connect();
    const lent = Object.assign(client, { release: () => {} });
    const pooler = { connect: () => Promise.resolve(lent) } as unknown as Pool;
    const codes = async (): Promise<string[]> => (await poolerFindings(pooler, extension.name)).map(({ code }) => code);
    const resets = extension.name === 'pg_stream' ? ['POOLER_RESETS'] : [];
    expect(await codes()).toEqual(['TRANSACTION_POOLING', ...resets]);
    await client.query(`SET ${extension.name}.use_prepared_statements = off`);
    expect(await codes()).toEqual(['TRANSACTION_POOLING']);
  });

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
