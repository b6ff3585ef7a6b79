import { connect, extension, onPgTrickle, testDatabase, testRole } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { readOnlyRoleSql } from '../../src/index.ts';
import { createScene, pooled, type Scene } from '../refresh/scene.ts';

/** Ways to a stream table that are not a right on it, tried by the role itself: PostgreSQL is what canWrite has to agree with. */

const db = testDatabase();
const dialect = extension.name;
let admin: Client;

beforeAll(async () => {
  admin = await db.connect();
});

interface Place {
  readonly table: string;
  readonly schema: string;
  readonly role: string;
  /** A role that owns what the case gives it. */
  readonly other: string;
}

interface Case {
  /** What the admin has made. */
  readonly made: (place: Place) => string;
  /** The role's attempt. Default: to delete through the view `v`. */
  readonly attempt?: (place: Place) => string;
  /** What the message of readOnlyRoleSql names; undefined if the table can be written directly. */
  readonly through?: string;
}

const view = ({ schema, table }: Place, options = ''): string =>
  `CREATE VIEW ${schema}.v ${options} AS SELECT customer_id, total FROM ${table};`;
const grant = (rights: string, { schema, role }: Place, relation = 'v'): string =>
  `GRANT ${rights} ON ${schema}.${relation} TO ${role};`;
const from =
  (relation: string) =>
  ({ schema }: Place) =>
    `DELETE FROM ${schema}.${relation} WHERE customer_id > 0`;
const trigger = ({ schema, table }: Place, security: string): string => `
  CREATE FUNCTION ${schema}.pass_on() RETURNS trigger LANGUAGE plpgsql ${security}
    AS $$ BEGIN DELETE FROM ${table} WHERE customer_id = OLD.customer_id; RETURN OLD; END $$;
  CREATE TRIGGER pass_on INSTEAD OF DELETE ON ${schema}.v FOR EACH ROW EXECUTE FUNCTION ${schema}.pass_on();`;
const grouped = ({ schema, table }: Place): string =>
  `CREATE VIEW ${schema}.v AS SELECT customer_id, sum(total) AS total FROM ${table} GROUP BY 1;`;

const ways: Record<string, Case> = {
  'DELETE on a view of it': { made: (at) => view(at) + grant('SELECT, DELETE', at), through: 'v' },
  'UPDATE of one column of a view of it': {
    made: (at) => view(at) + grant('UPDATE (total)', at),
    attempt: ({ schema }) => `UPDATE ${schema}.v SET total = 0`,
    through: 'v',
  },
  'INSERT into a view of it': {
    made: (at) => view(at) + grant('INSERT', at),
    attempt: ({ schema }) => `INSERT INTO ${schema}.v VALUES (77, 7)`,
    through: 'v',
  },
  'a right of everybody on a view of it': {
    made: (at) => `${view(at)} GRANT SELECT, DELETE ON ${at.schema}.v TO PUBLIC;`,
    through: 'v',
  },
  'DELETE on a view of a view of it': {
    made: (at) => `${view(at)} CREATE VIEW ${at.schema}.w AS TABLE ${at.schema}.v; ${grant('SELECT, DELETE', at, 'w')}`,
    attempt: from('w'),
    through: 'w',
  },
  'DELETE on a view whose owner may delete from it': {
    made: (
      at,
    ) => `${view(at)} ALTER VIEW ${at.schema}.v OWNER TO ${at.other}; GRANT USAGE ON SCHEMA ${at.schema} TO ${at.other};
      GRANT SELECT, DELETE ON ${at.table} TO ${at.other}; ${grant('SELECT, DELETE', at)}`,
    through: 'v',
  },
  'a rule on a view that PostgreSQL would not update': {
    made: (at) => `${grouped(at)} ${grant('SELECT, DELETE', at)}
      CREATE RULE pass_on AS ON DELETE TO ${at.schema}.v DO INSTEAD DELETE FROM ${at.table} WHERE customer_id = OLD.customer_id`,
    through: 'v',
  },
  'a rule on an ordinary table': {
    made: (at) => `CREATE TABLE ${at.schema}.wishes (customer_id int); ${grant('INSERT', at, 'wishes')}
      CREATE RULE pass_on AS ON INSERT TO ${at.schema}.wishes DO ALSO DELETE FROM ${at.table} WHERE customer_id = NEW.customer_id`,
    attempt: ({ schema }) => `INSERT INTO ${schema}.wishes VALUES (1)`,
    through: 'wishes',
  },
  'an INSTEAD OF trigger with its owner’s rights': {
    made: (at) => view(at) + trigger(at, 'SECURITY DEFINER') + grant('SELECT, DELETE', at),
    through: 'v',
  },
  'a table that it inherits from': {
    made: (
      at,
    ) => `CREATE TABLE ${at.schema}.family (customer_id int); ALTER TABLE ${at.table} INHERIT ${at.schema}.family;
      ${grant('SELECT, DELETE', at, 'family')}`,
    attempt: from('family'),
    through: 'family',
  },
  'TRUNCATE of a table that it inherits from': {
    made: (
      at,
    ) => `CREATE TABLE ${at.schema}.family (customer_id int); ALTER TABLE ${at.table} INHERIT ${at.schema}.family;
      ${grant('TRUNCATE', at, 'family')}`,
    attempt: ({ schema }) => `TRUNCATE ${schema}.family`,
    through: 'family',
  },
  'a role that may write through a view, which it has to become': {
    made: (
      at,
    ) => `${view(at)} GRANT SELECT, DELETE ON ${at.schema}.v TO ${at.other}; GRANT USAGE ON SCHEMA ${at.schema} TO ${at.other};
      GRANT ${at.other} TO ${at.role} WITH INHERIT FALSE`,
    attempt: (at) => `SET ROLE ${at.other}; ${from('v')(at)}`,
    through: 'v',
  },
  'a role that may write to it, which it has to become': {
    made: (
      at,
    ) => `GRANT SELECT, DELETE ON ${at.table} TO ${at.other}; GRANT USAGE ON SCHEMA ${at.schema} TO ${at.other};
      GRANT ${at.other} TO ${at.role} WITH INHERIT FALSE`,
    attempt: (at) => `SET ROLE ${at.other}; ${from('totals')(at)}`,
  },
};

const noWays: Record<string, Case> = {
  'SELECT on a view of it': { made: (at) => view(at) + grant('SELECT', at) },
  'DELETE on a view with security_invoker': {
    made: (at) =>
      view(at, 'WITH (security_invoker = on)') + grant('SELECT, DELETE', at) + grant('SELECT', at, 'totals'),
  },
  'DELETE on a view of a view with security_invoker': {
    made: (at) => `${view(at, 'WITH (security_invoker)')} CREATE VIEW ${at.schema}.w AS TABLE ${at.schema}.v;
      ${grant('SELECT, DELETE', at, 'w')} ${grant('SELECT', at, 'totals')}`,
    attempt: from('w'),
  },
  'DELETE on a view with security_invoker of a view that it may only read': {
    made: (at) => `${view(at)} ${grant('SELECT', at)}
      CREATE VIEW ${at.schema}.w WITH (security_invoker) AS TABLE ${at.schema}.v; ${grant('SELECT, DELETE', at, 'w')}`,
    attempt: from('w'),
  },
  'DELETE on a view whose owner may only read it': {
    made: (
      at,
    ) => `${view(at)} ALTER VIEW ${at.schema}.v OWNER TO ${at.other}; GRANT USAGE ON SCHEMA ${at.schema} TO ${at.other};
      GRANT SELECT ON ${at.table} TO ${at.other}; ${grant('SELECT, DELETE', at)}`,
  },
  'DELETE on a view that PostgreSQL does not update': { made: (at) => grouped(at) + grant('SELECT, DELETE', at) },
  'DELETE on a view whose rule does nothing instead': {
    made: (at) => `${view(at)} ${grant('SELECT, DELETE', at)}
      CREATE RULE nothing AS ON DELETE TO ${at.schema}.v DO INSTEAD NOTHING`,
  },
  'DELETE on a view whose trigger has the role’s rights': {
    made: (at) => view(at) + trigger(at, '') + grant('SELECT, DELETE', at),
  },
  'every right on a table of a view that reads it': {
    made: (at) => `CREATE TABLE ${at.schema}.v (customer_id int); INSERT INTO ${at.schema}.v VALUES (1);
      CREATE VIEW ${at.schema}.joined AS SELECT * FROM ${at.schema}.v JOIN ${at.table} USING (customer_id); ${grant('ALL', at)}`,
  },
};

async function prepare({ made }: Case): Promise<Place & { scene: Scene; url: string }> {
  const scene = await createScene(admin);
  const [{ name: role, url }, { name: other }] = [await testRole(), await testRole()];
  const place = { schema: scene.schema, table: `${scene.schema}.totals`, role, other };
  await admin.query(`GRANT USAGE ON SCHEMA ${scene.schema} TO ${role}`);
  await admin.query(made(place));
  return { ...place, scene, url: url(db.url) };
}

/** Whether the rows are others after the role has tried, or would be, but for pg_trickle's guard against whoever writes. */
async function writes(place: Place & { url: string }, { attempt = from('v') }: Case): Promise<boolean> {
  const client = await connect(place.url);
  const before = await rowsOf(place);
  const error = await client.query(attempt(place)).then(() => undefined, unlessRefused);
  return error === 'P0001' || (await rowsOf(place)) !== before;
}

/** For lack of a right, because the view cannot be written, or by the guard, which a role without the right does not reach. */
function unlessRefused(error: { code?: string }): string {
  if (error.code === '42501' || error.code === '55000') return error.code;
  if (onPgTrickle && error.code === 'P0001') return error.code;
  throw error;
}

async function rowsOf({ table }: Place): Promise<string> {
  const { rows } = await admin.query(`SELECT customer_id, total FROM ${table} ORDER BY 1, 2`);
  return JSON.stringify(rows);
}

describe.each(Object.entries(ways))('a role that has %s', (_, way) => {
  it('can write, and canWrite says so', async () => {
    const place = await prepare(way);
    expect(await pooled(place.url).pgstream.canWrite(place.scene.name)).toBe(true);
    expect(await writes(place, way)).toBe(true);
  });

  it('is refused by readOnlyRoleSql, which names the way', async () => {
    const { scene, role, schema, table } = await prepare(way);
    const named = way.through === undefined ? '' : ` through ${schema}.${way.through}`;
    await expect(admin.query(readOnlyRoleSql(role, [scene.name], { dialect }))).rejects.toMatchObject({
      code: '42501',
      message: `${role} can still write ${table}${named}`,
    });
  });
});

describe.each(Object.entries(noWays))('a role that has %s', (_, way) => {
  it('cannot write, canWrite says so, and readOnlyRoleSql has nothing against it', async () => {
    const place = await prepare(way);
    expect(await pooled(place.url).pgstream.canWrite(place.scene.name)).toBe(false);
    expect(await writes(place, way)).toBe(false);
    await expect(admin.query(readOnlyRoleSql(place.role, [place.scene.name], { dialect }))).resolves.toBeDefined();
  });
});

it('the statement in the hint takes the ways away', async () => {
  const way = {
    made: (at: Place): string => `${view(at)} ${grant('SELECT, DELETE', at)}
      CREATE VIEW ${at.schema}.w AS TABLE ${at.schema}.v; GRANT SELECT, UPDATE ON ${at.schema}.w TO PUBLIC`,
  };
  const place = await prepare(way);
  const sql = readOnlyRoleSql(place.role, [place.scene.name], { dialect });
  const { hint = '' } = await admin.query(sql).then(Object, (error: { hint?: string }) => error);
  const statement = /REVOKE [^;]+;/.exec(hint)?.[0];
  expect(statement).toBe(
    `REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ${place.schema}.v, ${place.schema}.w FROM ${place.role}, PUBLIC;`,
  );
  await admin.query(statement ?? '');
  await admin.query(sql);
  expect(await writes(place, way)).toBe(false);
});

it('a view that only reads it in a condition counts, until it has security_invoker', async () => {
  const place = await prepare({
    made: (at) => `CREATE TABLE ${at.schema}.customers (customer_id int);
      CREATE VIEW ${at.schema}.good AS SELECT customer_id FROM ${at.schema}.customers c WHERE EXISTS (SELECT FROM ${at.table} t WHERE t.customer_id = c.customer_id);
      ${grant('SELECT, DELETE', at, 'good')}`,
  });
  const { pgstream } = pooled(place.url);
  expect(await pgstream.canWrite(place.scene.name)).toBe(true);
  await admin.query(`ALTER VIEW ${place.schema}.good SET (security_invoker = true)`);
  expect(await pgstream.canWrite(place.scene.name)).toBe(false);
});
