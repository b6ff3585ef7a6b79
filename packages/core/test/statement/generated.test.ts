import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cannotWrite, writeTargets } from '../../src/statement/index.ts';
import { said } from './cases/index.ts';
import { readingTexts, soup, texts, written } from './arbitrary/index.ts';

const saidOf = (sql: string): string[] => writeTargets(sql).map(said);

describe('generated statements', () => {
  it('have the same targets however they are spelled, parted and commented', () => {
    fc.assert(
      fc.property(
        texts.chain(({ tokens, writes }) => written(tokens).map((sql) => ({ sql, writes }))),
        ({ sql, writes }) => {
          expect(saidOf(sql)).toEqual(writes);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('have no target if they only read', () => {
    fc.assert(
      fc.property(
        readingTexts.chain(({ tokens }) => written(tokens)),
        (sql) => {
          expect(saidOf(sql)).toEqual([]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('any text', () => {
  it.each([
    { of: 'any characters', text: fc.string({ unit: 'binary', maxLength: 200 }) },
    { of: 'halves of characters', text: fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes)) },
    { of: 'what begins and ends things', text: soup },
  ])('of $of has an answer, and none where it cannot write', ({ text }) => {
    fc.assert(
      fc.property(text, fc.constantFrom('', 'DELETE FROM ', 'WITH a AS (', 'ALTER TABLE '), (end, start) => {
        const targets = writeTargets(start + end);
        expect(cannotWrite(start + end) ? targets : []).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  // Each of these would take minutes if anything were read again and again, and break a stack that grew with it.
  it.each(
    [
      [
        '(',
        ')',
        '((',
        '/*',
        '*/',
        '/*/',
        '-- ',
        '--\n',
        "'",
        "''",
        "E'\\'",
        "E''\n",
        "'a'\n-- '\n",
        '"',
        '""',
        'U&"a" ',
        'U&""UESCAPE ',
      ],
      [
        '$$',
        '$a$',
        '$a',
        '$',
        ' ',
        '\n',
        '\\',
        'é',
        'a',
        '1',
        '.',
        'a.',
        ',',
        ';',
        '[',
        'WITH a AS (',
        'WITH a AS (SELECT 1), ',
      ],
      [
        'WITH ',
        'AS (',
        'DELETE FROM a;',
        'DELETE FROM ',
        'DELETE FROM (SELECT ',
        'TRUNCATE (SELECT a FROM (SELECT ',
        'UPDATE ONLY (',
        'INSERT INTO a WITH b AS (',
        'EXPLAIN ',
        'EXPLAIN (',
        'EXPLAIN (ANALYZE ',
      ],
      [
        'CREATE ',
        'CREATE FUNCTION ',
        'CREATE FUNCTION a() BEGIN ATOMIC ',
        'BEGIN ',
        'END;',
        'DROP TABLE IF ',
        'ALTER TABLE a ENABLE a,',
        'TRUNCATE a,',
      ],
      ['SEARCH ', 'WITH a AS () CYCLE ', 'PREPARE a AS ', 'COPY ('],
    ].flat(),
  )('of %j again and again is read once', (piece) => {
    const many = piece.repeat(Math.ceil(300_000 / piece.length));
    for (const sql of [many, `DELETE ${many}`, `DELETE FROM "${many}`, `SELECT 1; ${many} DELETE FROM order_totals`]) {
      expect(writeTargets(sql)).toBeInstanceOf(Array);
    }
  });
});
