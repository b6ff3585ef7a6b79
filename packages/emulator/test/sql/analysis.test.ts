import { onEmulator, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';

const database = testDatabase();
let client: Client;

beforeAll(async () => {
  client = await database.connect();
  await client.query('CREATE TABLE t (id int PRIMARY KEY, a int, b text); CREATE TABLE u (id int PRIMARY KEY, a int)');
});

describe.runIf(onEmulator)('the analysis of a query (emulator only)', () => {
  test(
    'reads the tree of every system view, and finds what the server says the view depends on',
    { timeout: 60_000 },
    async () => {
      // Dependencies on the catalog's own tables are not recorded, those on other views are.
      const { rows } = await client.query(`
      SELECT v.oid::regclass::text AS view, d.refobjid::regclass::text AS missing
        FROM pg_class v JOIN pg_rewrite w ON w.ev_class = v.oid
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
       WHERE v.relkind = 'v' AND d.refobjid <> v.oid
         AND d.refobjid NOT IN (SELECT r.relid FROM pgstream._relations(pgstream._view_tree(v.oid)) r)`);
      expect(rows).toEqual([]);
      const { rows: unread } = await client.query(`
      SELECT v.oid::regclass::text AS view FROM pg_class v
       WHERE v.relkind = 'v' AND pgstream._view_tree(v.oid) -> 'node' IS DISTINCT FROM '["QUERY"]'`);
      expect(unread).toEqual([]);
    },
  );

  test.for([
    ['the key of one table', 'SELECT b, id FROM t', 'key', ['id']],
    ['a key under another name', 'SELECT id AS "The Id" FROM t', 'key', ['The Id']],
    ['a key that is computed with', 'SELECT id + 1 AS id FROM t', 'rows', []],
    ['both keys of a join', 'SELECT t.id, u.id AS u FROM t LEFT JOIN u USING (a)', 'key', ['id', 'u']],
    ['one key of a join', 'SELECT t.id FROM t JOIN u USING (a)', 'rows', []],
    ['both sides of a self join', 'SELECT x.id, y.id AS y FROM t x JOIN t y ON x.a = y.a', 'key', ['id', 'y']],
    ['one side of a self join, twice', 'SELECT x.id, x.id AS y FROM t x JOIN t y ON x.a = y.a', 'rows', []],
    ['a subquery', 'SELECT id FROM (SELECT id FROM t) x', 'rows', []],
    ['a set-returning function', 'SELECT id, generate_series(1, 2) AS n FROM t', 'rows', []],
    ['groups', 'SELECT a, b, count(*) FROM t GROUP BY b, a', 'group', ['a', 'b']],
    ['groups that are not all shown', 'SELECT a, count(*) FROM t GROUP BY b, a', 'rows', []],
    ['grouping sets', 'SELECT a, b FROM t GROUP BY CUBE (a, b)', 'rows', []],
    ['one row', 'SELECT count(*) FROM t', 'one', []],
    ['having alone', 'SELECT 1 AS one FROM t HAVING true', 'one', []],
    ['distinct rows', 'SELECT DISTINCT a, b FROM t', 'all', ['a', 'b']],
    ['union', 'SELECT a FROM t UNION SELECT a FROM u', 'all', ['a']],
    ['union all', 'SELECT a FROM t UNION ALL SELECT a FROM u', 'rows', []],
    ['union all of a union', '(SELECT a FROM t UNION SELECT a FROM u) UNION ALL SELECT a FROM u', 'rows', []],
  ] as const)('tells rows apart: %s', async ([, query, by, columns]) => {
    await client.query('BEGIN');
    const { rows } = await client.query(
      "SELECT i ->> 'by' AS by, i -> 'columns' AS columns FROM pgstream._row_identity(pgstream._analyse($1)) i",
      [query],
    );
    await client.query('ROLLBACK');
    expect(rows).toEqual([{ by, columns }]);
  });

  test.for([
    ['SELECT id FROM t', 'i'],
    ['SELECT id, now() FROM t', 's'],
    ['SELECT id, current_date FROM t', 's'],
    ['SELECT id FROM t WHERE id > random()', 'v'],
    ['SELECT id FROM t ORDER BY random()', 'v'],
    ["SELECT id FROM t WHERE id IN (SELECT nextval('s') FROM u)", 'v'],
    ['SELECT max(a) OVER (ORDER BY clock_timestamp()) FROM t', 'v'],
  ] as const)('knows how steady a query is: %s', async ([query, volatility]) => {
    await client.query('BEGIN; CREATE SEQUENCE s');
    const { rows } = await client.query("SELECT pgstream._volatility(pgstream._analyse($1) -> 'tree') AS volatility", [
      query,
    ]);
    await client.query('ROLLBACK');
    expect(rows).toEqual([{ volatility }]);
  });

  test.for([
    [
      `SELECT 'it''s' "a ""b""", E'\\'' -- '\n, $x$ $y$ ' $x$ /* ( */ FROM t`,
      ['SELECT', "'it''s'", '"a ""b"""', ',', `E'\\''`, ',', "$x$ $y$ ' $x$", 'FROM', 't'],
    ],
    [
      'a.b[1] <= $1::numeric(3,2)',
      ['a', '.', 'b', '[', '1', ']', '<', '=', '$', '1', ':', ':', 'numeric', '(', '3', ',', '2', ')'],
    ],
    ["U&'d' b'1' größe 1.5e3", ["U&'d'", "b'1'", 'größe', '1.5e3']],
    ["'never ends", ["'", 'never', 'ends']],
  ] as const)('reads words: %s', async ([query, words]) => {
    const { rows } = await client.query<{ word: string; found: string }>(
      'SELECT word, substr($1, start, length(word)) AS found FROM pgstream._words($1) ORDER BY n',
      [query],
    );
    expect(rows.map(({ word }) => word)).toEqual(words);
    expect(rows.every(({ word, found }) => word === found)).toBe(true);
  });
});
