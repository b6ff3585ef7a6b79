import { describe, expect, test } from 'vitest';
import { shapeOf } from '../../src/generate/query.ts';

describe('what the text of a query says of its rows', () => {
  test.each([
    ['the columns that it groups by', 'SELECT b, a, sum(c) FROM t GROUP BY a, b', [1, 0]],
    ['by their place', 'SELECT a, count(*) FROM t GROUP BY 1', [0]],
    [
      'an expression that is written alike',
      "SELECT date_trunc( 'day', at) AS day, n FROM t GROUP BY date_trunc('day', at), n",
      null,
    ],
    ['an expression without a function', 'SELECT a % 2 = 0, count(*) FROM t GROUP BY a % 2 = 0', [0]],
    ['whatever is grouped', 'WITH x AS (SELECT 1 AS a) SELECT a, max(b) FROM x LEFT JOIN y ON true GROUP BY a', [0]],
    ['none where one of them is not shown', 'SELECT a, sum(c) FROM t GROUP BY a, b', null],
    // A column of t may be called so, and then it is that which is grouped by.
    ['none by a name that it gives itself', 'SELECT a + 1 AS b, sum(c) FROM t GROUP BY b', null],
    ['none where a function may give several rows', 'SELECT a, unnest(array_agg(b)) FROM t GROUP BY a', null],
    ['none behind a star', 'SELECT t.*, count(*) FROM t GROUP BY t.a', null],
    ['none of a union', 'SELECT a FROM t GROUP BY a UNION ALL SELECT a FROM t GROUP BY a', null],
    ['none without groups', 'SELECT sum(a) FROM t', null],
  ])('grouped by: %s', async (_, query, columns) => {
    expect((await shapeOf(query))?.groupedBy).toEqual(columns);
  });

  test.each([
    ['SELECT a FROM t', true],
    ['SELECT * FROM s.t WHERE a > 1 ORDER BY b LIMIT 3', true],
    ['SELECT a, coalesce(b, 0), b + 1 FROM t', true],
    ['SELECT a, unnest(b) FROM t', false],
    ['SELECT a FROM t, u', false],
    ['SELECT a FROM t JOIN u USING (a)', false],
    ['SELECT a FROM (SELECT a FROM t) x', false],
    ['WITH t AS (SELECT a FROM u, v) SELECT a FROM t', false],
    ['SELECT a FROM t UNION ALL SELECT a FROM t', false],
    ['SELECT a FROM t GROUP BY a', false],
  ])('%s: each row is one of a relation: %s', async (query, isOne) => {
    expect((await shapeOf(query))?.isOneRelation).toBe(isOne);
  });

  test.each([
    ['SELECT a FROM t JOIN u USING (a)', false],
    ['SELECT a FROM t CROSS JOIN u', false],
    ['SELECT a FROM t LEFT JOIN u USING (a)', true],
    ['SELECT a FROM (SELECT * FROM t FULL JOIN u USING (a)) x', true],
    ['WITH x AS (SELECT * FROM t RIGHT JOIN u USING (a)) SELECT a FROM x', true],
    ['SELECT a, count(*) FROM t GROUP BY ROLLUP (a)', true],
    ['SELECT a, count(*) FROM t GROUP BY GROUPING SETS ((a), ())', true],
  ])('%s: may make nulls: %s', async (query, adds) => {
    expect((await shapeOf(query))?.addsNulls).toBe(adds);
  });

  test.each([
    ['SELECT a, count(*), pg_catalog.count(b) FILTER (WHERE c), sum(d) FROM t GROUP BY a', [1, 2]],
    ['SELECT a, mine.count(b), nullif(count(*), 0) FROM t GROUP BY a', []],
    ['SELECT t.*, count(*) OVER () FROM t', []],
  ])('%s: numbers of rows are %j', async (query, counts) => {
    expect((await shapeOf(query))?.counts).toEqual(counts);
  });

  test.each(['SELEC', '', 'INSERT INTO t VALUES (1)', 'VALUES (1)'])('%j: nothing', async (query) => {
    const shape = await shapeOf(query);
    expect([undefined, null]).toContain(shape?.groupedBy);
    expect([undefined, false]).toContain(shape?.isOneRelation);
  });
});
