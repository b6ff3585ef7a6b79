import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FAULTS } from '../../src/maintenance/faults.ts';
import { faultsOf } from '../../src/maintenance/findings.ts';
import { shapesOf } from '../../src/maintenance/shapes.ts';

const PG_STREAM = { name: 'pg_stream', version: '0.1.1' };
const PG_TRICKLE = { name: 'pg_trickle', version: '0.67.0' };

async function outcomes(query: string, release = PG_STREAM, mode = 'DIFFERENTIAL'): Promise<string[]> {
  return faultsOf(release, mode, await shapesOf(query)).map(({ when }) => when);
}

interface Probe {
  readonly steps: readonly {
    readonly sql?: string;
    readonly error?: unknown;
    readonly rows?: readonly { readonly missing?: string; readonly surplus?: string }[];
  }[];
}

function isWrong({ error, rows = [] }: Probe['steps'][number]): boolean {
  return error !== undefined || rows.some(({ missing = '0', surplus = '0' }) => missing !== '0' || surplus !== '0');
}

/** The query of each stream table whose rows were compared on a real server, and whether they were right throughout. */
function observed(file: string): [query: string, isRight: boolean][] {
  const recording = new URL(`../../../emulator/test/probes/recordings/${file}.json`, import.meta.url);
  const probes = Object.entries(JSON.parse(readFileSync(recording, 'utf8')) as Record<string, Probe>);
  return probes
    .filter(([id]) => id.startsWith('A.3/storage-'))
    .map(([, { steps }]) => {
      const [, query = ''] = /create_stream_table\('public\.t', '(.*)'\)/.exec(steps[0]?.sql ?? '') ?? [];
      return [query, !steps.some(isWrong)];
    });
}

describe('what a real server got wrong, and nothing else, is known', () => {
  test.each(observed('pg_stream-0.1.1'))('pg_stream 0.1.1: %s: right: %s', async (query, isRight) => {
    expect((await outcomes(query)).length === 0).toBe(isRight);
  });

  test.each(observed('pg_trickle-0.67.0'))('pg_trickle 0.67.0: %s: right: %s', async (query, isRight) => {
    // Contract B.5: it holds rows that are not in the result; of these rows it held none.
    const isLucky = query.includes('INTERSECT');
    expect((await outcomes(query, PG_TRICKLE)).length === 0).toBe(isRight && !isLucky);
  });
});

describe('what pg_stream 0.1.1 maintains wrongly', () => {
  test.each([
    ['SELECT a.n FROM s.a JOIN s.b ON a.x = b.y', ['inner join']],
    ['SELECT x, n FROM s.a JOIN s.b ON a.x = b.y', ['inner join']],
    ['SELECT a.x AS y, n FROM s.a JOIN s.b ON a.x = b.y', ['inner join']],
    ['SELECT n FROM s.a JOIN s.b USING (x)', ['inner join']],
    ['SELECT a.n FROM s.a, s.b WHERE a.x = b.y', ['inner join']],
    ['SELECT n FROM (SELECT a.n FROM s.a JOIN s.b ON a.x = b.y) j', ['inner join']],
    ['WITH j AS (SELECT n FROM s.a JOIN s.b ON a.x = b.y) SELECT n FROM j', ['inner join']],
    ['SELECT x, y FROM s.a LEFT JOIN s.b ON a.x = b.y', ['outer join']],
    ['SELECT x, y FROM s.a FULL JOIN s.b ON a.x = b.y', ['outer join']],
    ['SELECT x, max(y) FROM s.a GROUP BY x', ['avg, min or max']],
    ['SELECT x, pg_catalog.avg(y) + 1 AS m FROM s.a GROUP BY x', ['avg, min or max']],
    ['SELECT count(*) FROM s.a', ['aggregate without GROUP BY']],
    ['SELECT coalesce(sum(x), 0) FROM s.a WHERE y > 1', ['aggregate without GROUP BY']],
    ['SELECT y, row_number() OVER (PARTITION BY x ORDER BY y) FROM s.a', ['window']],
    ['SELECT y, rank() OVER w FROM s.a WINDOW w AS (PARTITION BY x)', ['window']],
    ['SELECT x, sum(y) OVER (PARTITION BY x % 10) FROM s.a', ['window']],
    ['SELECT x, count(*) FROM s.a GROUP BY x HAVING count(*) > 1', ['HAVING']],
    ['SELECT x FROM s.a UNION SELECT x FROM s.b', ['UNION']],
    ['SELECT x FROM s.a EXCEPT ALL SELECT x FROM s.b', ['INTERSECT or EXCEPT']],
    ['SELECT x FROM s.a UNION ALL (SELECT x FROM s.b INTERSECT SELECT x FROM s.c)', ['INTERSECT or EXCEPT']],
    ['SELECT x AS n FROM s.a UNION ALL SELECT x FROM s.b', ['UNION ALL of other names']],
    ['SELECT x FROM s.a UNION ALL SELECT x FROM s.b UNION ALL SELECT 1', ['UNION ALL of other names']],
    ["SELECT x FROM s.a WHERE at > now() - interval '1 day'", ['current time']],
    ['SELECT x, at < CURRENT_DATE AS old FROM s.a', ['current time']],
  ])('%s', async (query, wrong) => {
    expect(await outcomes(query)).toEqual(wrong);
    expect(await outcomes(query, PG_STREAM, 'FULL')).toEqual([]);
  });

  test.each([
    'SELECT id, x, y + 1 AS z FROM s.a WHERE y > 1 ORDER BY id',
    'SELECT * FROM s.a',
    'SELECT x, sum(y) AS total, count(*) AS n FROM s.a GROUP BY x',
    'SELECT x, count(y) FILTER (WHERE y > 1) AS n FROM s.a GROUP BY 1',
    'SELECT DISTINCT x FROM s.a',
    'SELECT x FROM s.a UNION ALL SELECT x FROM s.b',
    'SELECT x AS n, sum(y) FROM s.a GROUP BY x UNION ALL SELECT z AS n, sum(w) FROM s.b GROUP BY z',
    'SELECT * FROM s.a UNION ALL SELECT x, y FROM s.b',
    'SELECT a.x, b.y, a.n FROM s.a JOIN s.b ON a.x = b.y',
    'SELECT x, n FROM s.a JOIN s.b USING (x)',
    'SELECT a.x, b.y FROM s.a, s.b WHERE a.x = b.y AND a.n > 3',
    'SELECT x, y, row_number() OVER (PARTITION BY x ORDER BY y) AS place FROM s.a',
    'SELECT y, sum(x) OVER () AS total FROM s.a',
    'SELECT x, greatest(y, 1) AS y, mine.max(y) AS m FROM s.a',
    'SELECT x FROM s.a WHERE x IN (SELECT x FROM s.b)',
    "SELECT x, date_trunc('day', at) AS day, sum(y) FROM s.a GROUP BY x, date_trunc('day', at)",
    'WITH big AS (SELECT x, y FROM s.a WHERE y > 9) SELECT x, sum(y) FROM big GROUP BY x',
    'no query at all',
  ])('nothing of %s', async (query) => {
    expect(await outcomes(query)).toEqual([]);
  });
});

describe('what releases of pg_trickle maintain wrongly', () => {
  const EXCEPT = 'SELECT x FROM s.a EXCEPT SELECT x FROM s.b';
  const WINDOW = 'SELECT y, rank() OVER (PARTITION BY x) FROM s.a';
  const EXISTS = 'SELECT x FROM s.a WHERE NOT EXISTS (SELECT FROM s.b WHERE b.x = a.x)';
  test.each([
    [EXCEPT, '0.82.9', ['INTERSECT or EXCEPT']],
    [EXCEPT, '0.83.0', []],
    [WINDOW, '0.67.0', ['window']],
    [WINDOW, '0.89', []],
    [EXISTS, '0.105.2', ['EXISTS']],
    [EXISTS, '0.105.3', []],
    [EXISTS, '1.0.0', []],
    [EXISTS, 'unpackaged', []],
    ['SELECT x, avg(y) FROM s.a LEFT JOIN s.b USING (x) GROUP BY x HAVING count(*) > 1', '0.67.0', []],
  ])('%s, at %s', async (query, version, wrong) => {
    expect(await outcomes(query, { name: 'pg_trickle', version })).toEqual(wrong);
  });

  test('an immediate stream table over another one, until 0.108.1', () => {
    const is = new Set(['reads a stream table'] as const);
    const at = (version: string, mode: string) => faultsOf({ name: 'pg_trickle', version }, mode, is).length;
    expect([at('0.108.0', 'IMMEDIATE'), at('0.108.1', 'IMMEDIATE'), at('0.108.0', 'DIFFERENTIAL')]).toEqual([1, 0, 0]);
  });
});

test('each fault says where it stands in the contract', () => {
  const contract = readFileSync(new URL('../../../../docs/contract.md', import.meta.url), 'utf8');
  for (const { source } of FAULTS) expect(contract).toContain(`<a id="${source}"></a>`);
});
