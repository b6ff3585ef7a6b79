import { testDatabase } from '@pgstream/harness';
import fc from 'fast-check';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { inlineParameters } from '../../src/statement/index.ts';

const db = testDatabase();
let client: Client;

beforeAll(async () => {
  client = await db.connect();
});

/** What the server makes of the query, its values sent beside it and standing in it. */
async function bothWays(query: string, values: readonly unknown[]): Promise<readonly [unknown, unknown]> {
  const sent = await client.query({ text: query, values: [...values], rowMode: 'array' });
  const inlined = await client.query({ text: inlineParameters(query, values), rowMode: 'array' });
  return [sent.rows, inlined.rows];
}

const TYPES: readonly (readonly [type: string, value: unknown])[] = [
  ['text', `it's "quoted" \\ and $1 -- no comment`],
  ['text', ''],
  ['text', null],
  ['integer', -7],
  ['bigint', 9_007_199_254_740_993n],
  ['numeric', '12.50'],
  ['double precision', 1e300],
  ['double precision', Number.NaN],
  ['double precision', Number.NEGATIVE_INFINITY],
  ['boolean', true],
  ['timestamptz', new Date('2026-03-29T01:30:00.123Z')],
  ['bytea', Buffer.from([0, 39, 92, 255])],
  ['jsonb', { a: [1, "o'clock", null], b: { c: '\\' } }],
  ['text[]', ['a"b', 'c\\d', "e'f", null, 'NULL', '', '{}', 'g,h']],
  [
    'integer[]',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['timestamptz[]', [new Date(0)]],
  ['uuid', '00000000-0000-4000-8000-000000000000'],
  ['interval', '1 day 02:00'],
  ['int4range', '[1,5)'],
];

describe('inlineParameters()', () => {
  it.each(TYPES)('means what the driver sends: %s %o', async (type, value) => {
    const [sent, inlined] = await bothWays(`SELECT $1::${type}, pg_catalog.pg_typeof($1::${type})::text`, [value]);
    expect(inlined).toStrictEqual(sent);
  });

  it.each([
    ['SELECT $1', ['x']],
    ['SELECT n * $1, n = $2 FROM (VALUES (2)) AS v (n)', [3, '2']],
    [
      'SELECT n FROM generate_series(1, 9) AS n WHERE n = ANY ($1) OR n BETWEEN $2 AND $3 ORDER BY n LIMIT $4',
      [[1, 8], 3, 5, 4],
    ],
    ['SELECT j -> $1, j ->> $2 FROM (VALUES (\'{"0": 1, "k": 2}\'::jsonb)) AS v (j)', [0, 'k']],
    ['SELECT n-$1 FROM (VALUES (2)) AS v (n)', [-3]],
    ['SELECT ($1::int[])[1], $2::text||$3', [[5], 'a', 'b']],
    ['SELECT $2::text, $1::text, $2::text', ['a', 'b']],
    ['SELECT $1::text AND_NOT_JOINED, $2::text"quoted"', ['a', 'b']],
    ['SELECT CASE WHEN $1 THEN $2 ELSE $3 END', [false, 'a', 'b']],
    ['SELECT 1 WHERE\n$1\n--$2\nAND $2', [true, true]],
  ])('keeps types as the server infers them, and apart what stands beside: %s', async (query, values) => {
    const [sent, inlined] = await bothWays(query, values);
    expect(inlined).toStrictEqual(sent);
  });

  it('leaves alone what only looks like a parameter', () => {
    const query = `SELECT '$1', "$1", $$ $1 $$, $x$ $1 $x$, E'\\'$1', a$1 -- $1\n/* $1 */ FROM t`;
    expect(inlineParameters(query, [])).toBe(query);
  });

  it('gives back any text, whatever is in it, and never lets it out of its quotes', async () => {
    const text = fc.string({
      unit: fc.constantFrom("'", '\\', '"', '$', '$1', '$$', '--', '/*', ';', '\n', 'ü', 'x', 'E'),
    });
    await fc.assert(
      fc.asyncProperty(text, fc.array(text), fc.boolean(), async (one, several, conforming) => {
        await client.query(`SET standard_conforming_strings = ${conforming ? 'on' : 'off'}`);
        const query = inlineParameters('SELECT $1::text, $2::text[]', [one, several]);
        const { rows } = await client.query({ text: query, rowMode: 'array' });
        expect(rows).toStrictEqual([[one, several]]);
      }),
      { numRuns: 200 },
    );
    await client.query('RESET standard_conforming_strings');
  });

  it.each([
    ['there are 0 values', 'SELECT $1', []],
    ['there is one value', 'SELECT $2', ['secret']],
    ['there is one value', 'SELECT $0', ['secret']],
    ['it is undefined', 'SELECT $1', [undefined]],
    ['it is a function', 'SELECT $1', [() => 'secret']],
    ['it is a symbol', 'SELECT $1', [Symbol('secret')]],
    ['it is a Date that is none', 'SELECT $1', [new Date(Number.NaN)]],
    ['zero character', 'SELECT $1', ['secret\0']],
    ['it is a Map', 'SELECT $1', [new Map([['secret', 1]])]],
    ['it is undefined', 'SELECT $1', [['secret', undefined]]],
  ])('refuses what is no value, by the number of the parameter: %s', (why, query, values) => {
    let message = '';
    expect(() => {
      try {
        inlineParameters(query, values);
      } catch (error) {
        message = (error as Error).message;
        throw error;
      }
    }).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(message).toMatch(/parameter \$\d/);
    expect(message).toContain(why);
    expect(message).not.toContain('secret');
  });
});
