import { testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPgStream, type PgStream } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { pooled } from '../refresh/scene.ts';
import { damage } from './damage.ts';

const db = testDatabase();
let admin: Client;

interface Case {
  /** As it is written in CREATE TABLE. */
  readonly type: string;
  /** SQL of a value. */
  readonly value: string;
  /** Of one that PostgreSQL takes for the same, but prints or stores otherwise. */
  readonly same?: string;
  /** Of another one. */
  readonly other: string;
}

const CASES: readonly Case[] = [
  { type: 'int', value: '1', other: '2' },
  { type: 'bigint', value: '9007199254740993', other: '9007199254740992' },
  { type: 'numeric', value: '1.0', same: '1.00', other: '1.01' },
  { type: 'numeric', value: "'NaN'", other: "'Infinity'" },
  { type: 'double precision', value: '0', same: "'-0'", other: '0.001' },
  { type: 'double precision', value: "'NaN'", other: '1' },
  { type: 'double precision', value: "'Infinity'", other: "'-Infinity'" },
  { type: 'double precision', value: '0.1 + 0.2', same: '0.3', other: '0.30001' },
  { type: 'double precision', value: '1e308', same: '1.0000000000001e308', other: "'-1e308'" },
  { type: 'double precision', value: '1e308', other: '5e-324' },
  { type: 'double precision', value: '5e-324', same: '0', other: "'Infinity'" },
  { type: 'double precision', value: '1', other: 'NULL' },
  { type: 'real', value: '0.1', same: '0.100001', other: '0.2' },
  { type: 'real', value: "'NaN'", other: "'Infinity'" },
  { type: 'public.ratio', value: '0.1 + 0.2', same: '0.3', other: '0.4' },
  { type: 'double precision[]', value: "'{0.1,NaN}'", same: "'{0.1,NaN}'", other: "'{0.1,0}'" },
  { type: 'text', value: "''", other: 'NULL' },
  { type: 'text', value: "'a'", other: "'A'" },
  { type: 'text COLLATE public.any_case', value: "'a'", same: "'A'", other: "'b'" },
  { type: 'text COLLATE "C"', value: "'ä'", other: "'Ä'" },
  { type: 'text[]', value: "'{a,NULL}'", other: "'{A,NULL}'" },
  { type: 'varchar(3)', value: "'abc'", other: "'abd'" },
  { type: 'name', value: "'abc'", other: "'abd'" },
  { type: '"char"', value: "'a'", other: "'b'" },
  { type: 'bytea', value: "'\\x00ff'", other: "'\\x00fe'" },
  { type: 'boolean', value: 'true', other: 'false' },
  { type: 'uuid', value: "'00000000-0000-0000-0000-000000000001'", other: "'00000000-0000-0000-0000-000000000002'" },
  { type: 'date', value: "'2026-01-02'", other: "'2026-02-01'" },
  { type: 'timestamptz', value: "'2026-01-02 03:04:05.123456+00'", other: "'2026-01-02 03:04:05.123457+00'" },
  { type: 'interval', value: "'1 day'", same: "'24 hours'", other: "'25 hours'" },
  { type: 'money', value: '1.5', other: '1.6' },
  { type: 'bit varying', value: "'101'", other: "'1010'" },
  { type: 'inet', value: "'10.0.0.1/24'", other: "'10.0.0.1/25'" },
  { type: 'cidr', value: "'10.0.0.0/24'", other: "'10.0.0.0/25'" },
  { type: 'macaddr', value: "'08:00:2b:01:02:03'", other: "'08:00:2b:01:02:04'" },
  { type: 'oid', value: '1', other: '2' },
  { type: 'xid', value: "'1'", other: "'2'" },
  { type: 'regclass', value: "'pg_class'", other: "'pg_type'" },
  { type: 'pg_lsn', value: "'0/1'", other: "'0/2'" },
  { type: 'json', value: '\'{"a": 1}\'', other: '\'{"a":1}\'' },
  { type: 'json[]', value: "ARRAY['1'::json]", other: "ARRAY['2'::json]" },
  { type: 'jsonb', value: '\'{"a": 1.0, "b": 2}\'', same: '\'{"b": 2, "a": 1.00}\'', other: '\'{"a": 2}\'' },
  { type: 'jsonpath', value: "'$.a'", other: "'$.b'" },
  { type: 'xml', value: "'<a/>'", other: "'<b/>'" },
  { type: 'point', value: "'(1,2)'", other: "'(1,2.0000001)'" },
  { type: 'box', value: "'(1,1),(0,0)'", other: "'(2,0.5),(0,0)'" },
  { type: 'polygon', value: "'((0,0),(1,1),(1,0))'", other: "'((0,0),(1,1),(2,0))'" },
  { type: 'tsvector', value: "'a b'", other: "'a c'" },
  { type: 'tsquery', value: "'a & b'", other: "'a | b'" },
  { type: 'int4range', value: "'[1,3)'", same: "'[1,2]'", other: "'[1,4)'" },
  { type: 'nummultirange', value: "'{[1,2),[3,4)}'", same: "'{[1.0,2),[3,4)}'", other: "'{[1,2)}'" },
  { type: 'public.mood', value: "'calm'", other: "'cross'" },
  { type: 'public.mood[]', value: "'{calm}'", other: "'{cross}'" },
  { type: 'public.pair', value: "ROW(1, 'a')::public.pair", other: "ROW(1, 'b')::public.pair" },
  { type: 'public.place', value: "ROW('here', '(1,2)')::public.place", other: "ROW('here', '(1,3)')::public.place" },
  {
    type: 'public.places',
    value: "ARRAY[ROW('here', '(1,2)')::public.place]",
    other: "ARRAY[ROW('here', '(2,2)')::public.place]",
  },
];

beforeAll(async () => {
  admin = await db.connect();
  await admin.query(`
    CREATE COLLATION public.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE DOMAIN public.ratio AS double precision CHECK (VALUE >= 0);
    CREATE TYPE public.mood AS ENUM ('calm', 'cross');
    CREATE TYPE public.pair AS (n int, word text);
    CREATE TYPE public.place AS (called text, at point);
    CREATE DOMAIN public.places AS public.place[]`);
});

let count = 0;

/** A stream table over three rows: two with the value, and one with NULL. */
async function holding(pgstream: PgStream, { type, value }: Case) {
  count += 1;
  const source = `public.source_${count}`;
  await admin.query(`CREATE TABLE ${source} (id int PRIMARY KEY, v ${type});
    INSERT INTO ${source} VALUES (1, ${value}), (2, ${value}), (3, NULL)`);
  const name = `typed_${count}`;
  const query = `SELECT id, v FROM ${source}`;
  return { name: `public.${name}`, table: await pgstream.create({ name, query, refreshMode: 'FULL' }) };
}

describe.each(CASES)('$type: $value', (each) => {
  it('is told from another value, and not from what is the same', async () => {
    const { pgstream } = pooled(db.url);
    const { name, table } = await holding(createPgStream(fromPg(admin)), each);
    const asked = pgstream.table(table.name);
    const right = { status: 'verified', rows: { query: 3, table: 3 } };
    expect(await asked.verify()).toMatchObject(right);
    await damage(admin, `UPDATE ${name} SET v = ${each.same ?? each.value} WHERE id = 1`);
    expect(await asked.verify()).toMatchObject(right);
    await damage(admin, `UPDATE ${name} SET v = ${each.other} WHERE id = 2`);
    const { rows } = await admin.query<{ was: string | null; is: string | null }>(
      `SELECT (SELECT v::text FROM public.source_${count} WHERE id = 2) AS was, v::text AS is FROM ${name} WHERE id = 2`,
    );
    expect(await asked.verify()).toMatchObject({
      status: 'different',
      rows: { query: 3, table: 3 },
      missing: { count: 1, sample: [{ copies: 1, values: { id: '2', v: rows[0]?.was } }] },
      surplus: { count: 1, sample: [{ copies: 1, values: { id: '2', v: rows[0]?.is } }] },
    });
  });
});
