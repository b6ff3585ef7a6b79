import { connect, extension, testDatabase, type TestRole, testRole } from '@pgstream/harness';
import pg, { type Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPgStream, readOnlyRoleSql, refreshFunctionSql } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import {
  advisoryLocks,
  createScene,
  createWarm,
  expectEqualToQuery,
  order,
  pooled,
  totalOf3,
  untilAnyoneWaitsFor,
  type Scene,
} from '../refresh/scene.ts';

const db = testDatabase();
const dialect = extension.name;
let admin: Client;
let writer: Client;

beforeAll(async () => {
  admin = await db.connect();
  writer = await db.connect();
});

// A pg_trickle that asks who has logged in lets no function in: what is skipped for it has no meaning there.

/** A scene, a role that reads it, and a function in the scene's schema through which the role refreshes it. */
async function prepared(): Promise<{ scene: Scene; role: TestRole; via: { schema: string; name: string } }> {
  const scene = await createScene(admin);
  const role = await testRole();
  const via = { schema: scene.schema, name: 'refresh it' };
  await admin.query(readOnlyRoleSql(role.name, [scene.name], { dialect }));
  await admin.query(refreshFunctionSql([scene.name], { function: via, roles: [role.name], dialect }));
  return { scene, role, via };
}

describe.skipIf(extension.checksOuterOwner)('a role that may only read', () => {
  it('reads, asks and refreshes through the function', async () => {
    const { scene, role, via } = await prepared();
    await order(admin, scene, 100);
    const { pool, pgstream } = pooled(role.url(db.url), { max: 1 });
    const table = pgstream.table(scene.name);
    await expect(table.refresh({ via })).resolves.toMatchObject({ status: 'refreshed', shared: false });
    const { rows } = await pool.query(`SELECT total::int AS total FROM ${scene.schema}.totals WHERE customer_id = 3`);
    expect(rows).toEqual([{ total: 100 }]);
    expect(await table.isStale()).toBe(false);
    expect(await pgstream.canWrite(scene.name)).toBe(false);
  });

  it('waits for an open writer, whose change is then there', async () => {
    const { scene, role, via } = await prepared();
    await writer.query('BEGIN');
    await order(writer, scene, 100);
    const refreshed = pooled(role.url(db.url)).pgstream.table(scene.name).refresh({ via, lockTimeoutMs: 20_000 });
    await untilAnyoneWaitsFor(admin, scene.orders);
    await writer.query('COMMIT');
    await refreshed;
    expect(await totalOf3(admin, scene)).toBe(100);
    await expectEqualToQuery(admin, scene);
  });

  it('is refused inside a transaction without losing it', async () => {
    const { scene, role, via } = await prepared();
    await writer.query('BEGIN');
    await order(writer, scene, 100);
    const client = await connect(role.url(db.url));
    await client.query('BEGIN');
    const table = createPgStream(fromPg(client)).table(scene.name);
    await expect(table.refresh({ via })).rejects.toMatchObject({ code: 'SOURCES_BUSY', cause: { code: '55P03' } });
    await expect(client.query('SELECT 1 AS usable')).resolves.toMatchObject({ rows: [{ usable: 1 }] });
    await writer.query('COMMIT');
    await expect(table.refresh({ via })).resolves.toMatchObject({ status: 'refreshed' });
    await client.query('COMMIT');
    expect(await totalOf3(admin, scene)).toBe(100);
  });

  it('leaves no lock behind when the refresh fails', async () => {
    const { scene, role, via } = await prepared();
    const risky = { schema: scene.schema, name: 'risky' };
    await createWarm(admin, risky, `SELECT id, customer_id, 100 / amount AS total FROM ${scene.orders}`);
    await admin.query(refreshFunctionSql([risky], { function: via, roles: [role.name], dialect }));
    await order(admin, scene, 0);
    const client = await connect(role.url(db.url));
    const refreshed = createPgStream(fromPg(client)).table(risky).refresh({ via });
    await expect(refreshed).rejects.toMatchObject({ sqlState: '22012', cause: { message: 'division by zero' } });
    expect(await advisoryLocks(admin)).toEqual([]);
  });

  it('refreshes the named stream tables and no others', async () => {
    const { scene, role, via } = await prepared();
    const other = { schema: scene.schema, name: 'other' };
    await createWarm(admin, other, scene.query);
    const refused = pooled(role.url(db.url)).pgstream.table(other).refresh({ via });
    await expect(refused).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      sqlState: '42501',
      message: expect.stringContaining(`${scene.schema}.other`) as string,
    });
  });

  it('is not fooled by objects of the role in front of PostgreSQL’s own', async () => {
    const { scene, role, via } = await prepared();
    await admin.query(`CREATE SCHEMA trap_${scene.schema} AUTHORIZATION ${role.name}`);
    const client = await connect(role.url(db.url));
    await client.query(`
      CREATE TABLE trap_${scene.schema}.called (x int);
      CREATE FUNCTION trap_${scene.schema}.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql
        AS $$ BEGIN INSERT INTO trap_${scene.schema}.called VALUES (1); RETURN pg_catalog.clock_timestamp(); END $$;
      SET search_path = trap_${scene.schema}, pg_catalog`);
    await createPgStream(fromPg(client)).table(scene.name).refresh({ via });
    const { rows } = await client.query(`SELECT FROM trap_${scene.schema}.called`);
    expect(rows).toEqual([]);
  });
});

describe.skipIf(extension.checksOuterOwner)('a role that was not let in', () => {
  it('is refused by the function, and told the GRANTs that let it', async () => {
    const { scene, via } = await prepared();
    const stranger = await testRole();
    const { pgstream } = pooled(stranger.url(db.url));
    for (let step = 0; step < 2; step += 1) {
      const error: unknown = await pgstream
        .table(scene.name)
        .refresh({ via })
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'PERMISSION_DENIED', sqlState: '42501' });
      const [usage, execute] = (error as Error).message.match(/GRANT [^;]+;/g) ?? [];
      await admin.query(((step === 0 ? usage : execute) ?? '').replace('<role>', stranger.name));
    }
    await expect(pgstream.table(scene.name).refresh({ via })).resolves.toMatchObject({ status: 'refreshed' });
  });

  it('gets a sentence when there is no such function', async () => {
    const { scene } = await prepared();
    for (const via of ['nope', { schema: 'nowhere', name: 'nope' }]) {
      await expect(pooled(db.url).pgstream.table(scene.name).refresh({ via })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('refreshFunctionSql') as string,
      });
    }
  });
});

describe('a role that refreshes by itself', () => {
  it.skipIf(extension.checksOuterOwner)(
    'is told the GRANT of a missing MAINTAIN, with the source it is missing on, and refreshes when it has it',
    async () => {
      const scene = await createScene(admin);
      const role = await testRole();
      const { name } = role;
      await admin.query(`
      GRANT USAGE ON SCHEMA pgstream, pgstream_changes, ${scene.schema} TO ${name};
      GRANT CREATE ON SCHEMA ${scene.schema} TO ${name};
      GRANT ALL ON ALL TABLES IN SCHEMA pgstream, pgstream_changes TO ${name};
      GRANT ALL ON ALL SEQUENCES IN SCHEMA pgstream TO ${name};
      GRANT SELECT ON ${scene.orders} TO ${name};
      ALTER TABLE ${scene.schema}.totals OWNER TO ${name}`);
      await order(admin, scene, 100);
      const table = pooled(role.url(db.url)).pgstream.table(scene.name);
      const error: unknown = await table.refresh().catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'PERMISSION_DENIED',
        cause: { message: 'permission denied for table orders' },
      });
      const grant = /GRANT MAINTAIN ON TABLE [^;]+;/.exec((error as Error).message)?.[0];
      expect(grant).toBe(`GRANT MAINTAIN ON TABLE ${scene.schema}.orders TO ${name};`);
      await admin.query(grant ?? '');
      await table.refresh();
      expect(await totalOf3(admin, scene)).toBe(100);
    },
  );
});

describe('refreshFunctionSql', () => {
  it.skipIf(extension.checksOuterOwner)(
    'quotes every name, whatever it holds, and lets nobody in by itself',
    async () => {
      const scene = await createScene(admin);
      const schema = `Fn "$pgstream$" \\ schema`;
      const via = { schema, name: `it's "refresh"; --$pgstream$` };
      await admin.query(`CREATE SCHEMA ${pg.escapeIdentifier(schema)}`);
      await admin.query(refreshFunctionSql([scene.name, `it's \\ "odd"`], { function: via, dialect }));
      await order(admin, scene, 100);
      await pooled(db.url).pgstream.table(scene.name).refresh({ via });
      expect(await totalOf3(admin, scene)).toBe(100);
      const { rows } = await admin.query(
        `SELECT prosecdef, proconfig, proacl::text ~ '[{,]=' AS everybody FROM pg_proc WHERE proname = $1`,
        [via.name],
      );
      expect(rows).toEqual([{ prosecdef: true, proconfig: ['search_path=pg_catalog, pg_temp'], everybody: false }]);
    },
  );

  it.skipIf(extension.checksOuterOwner)('can be run again, to name other stream tables', async () => {
    const { scene, role, via } = await prepared();
    const other = { schema: scene.schema, name: 'other' };
    await createWarm(admin, other, scene.query);
    await admin.query(refreshFunctionSql([scene.name, other], { function: via, roles: [role.name], dialect }));
    const { pgstream } = pooled(role.url(db.url));
    await expect(pgstream.table(other).refresh({ via })).resolves.toMatchObject({ status: 'refreshed' });
  });

  it('is sound PL/pgSQL in the names of the other dialect, too, and of that one alone', async () => {
    const { schema } = await createScene(admin);
    const text = refreshFunctionSql(['totals'], { function: { schema, name: 'f' }, dialect: 'pg_trickle' });
    // Parsed when it is created, down to each statement.
    await expect(admin.query(text)).resolves.toBeDefined();
    const foreign = [...text.matchAll(/\bpgstream\.|\bpgs_|\bpg_stream\b/g)].map(([name]) => name);
    expect(foreign).toEqual([]);
    expect(text).toContain('PERFORM pgtrickle.refresh_stream_table(');
    expect(text).toContain('pg_try_advisory_xact_lock');
  });
});
