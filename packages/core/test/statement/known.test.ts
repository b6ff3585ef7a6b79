import fc from 'fast-check';
import { expect, it } from 'vitest';
import { knownTargets, writeTargets } from '../../src/statement/index.ts';
import { texts, written } from './arbitrary/index.ts';

/** As an ORM makes it: the same text is another string each time. */
const anew = (sql: string): string => Buffer.from(sql).toString();

it('of a text that was read before is said what was said then', () => {
  const sql = 'DELETE FROM order_totals WHERE customer_id = 1';
  const first = knownTargets(anew(sql));
  expect(first).toEqual(writeTargets(sql));
  expect(knownTargets(anew(sql))).toBe(first);
});

it('of no text is said what is true of one that looks like it', () => {
  // More than are kept, which differ in one character at any place.
  const alike = Array.from({ length: 3_000 }, (_, n) => {
    const name = `${'t'.repeat(n % 60)}${'abc'[n % 3]}${'t'.repeat(60 - (n % 60))}`;
    return `DELETE FROM ${name} WHERE id = ${n % 7}`;
  });
  for (const sql of [...alike, ...alike.toReversed()]) expect(knownTargets(anew(sql))).toEqual(writeTargets(sql));
});

it('generated texts, each some times and between others, have the targets that they have alone', () => {
  const some = fc.array(
    texts.chain(({ tokens }) => written(tokens)),
    { minLength: 2, maxLength: 6 },
  );
  fc.assert(
    fc.property(some, fc.array(fc.nat(5), { maxLength: 20 }), (all, order) => {
      for (const index of order) {
        const sql = all[index % all.length]!;
        expect(knownTargets(anew(sql))).toEqual(writeTargets(sql));
      }
    }),
    { numRuns: 500 },
  );
});

it.each([0, 1, 15, 16, 17, 31, 32, 3_999, 4_000, 4_001, 100_000])('a text of %i characters is read', (length) => {
  const write = 'DELETE FROM a';
  const sql = write.padEnd(length, ' ');
  expect(knownTargets(sql)).toEqual([{ operation: 'delete', schema: undefined, name: 'a' }]);
  expect(knownTargets(' '.repeat(length))).toEqual([]);
});
