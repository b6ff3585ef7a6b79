import { describe, expect, it } from 'vitest';
import { cannotWrite, writeTargets } from '../../src/statement/index.ts';
import {
  CASES,
  named,
  OVERSTATED,
  QUERIES_WRITTEN,
  REFUSED,
  said,
  UNSEEN,
  UNSEEN_BEHIND_ANOTHER,
} from './cases/index.ts';

const saidOf = (sql: string): string[] => writeTargets(sql).map(said);

describe.each(CASES)('$subject', ({ cases }) => {
  it.each(named(cases))('%j', (sql, [, writes]) => {
    expect(saidOf(sql)).toEqual(writes);
  });
});

describe('what a text writes without saying so is not seen', () => {
  it.each(named(UNSEEN))('%j', (sql) => {
    expect(saidOf(sql)).toEqual([]);
  });

  it.each(named(UNSEEN_BEHIND_ANOTHER))('%j', (sql, [, writes]) => {
    const unnamed = writes.filter((write) => write.includes('order_totals'));
    expect(saidOf(sql)).toHaveLength(1);
    expect(saidOf(sql)).not.toEqual(expect.arrayContaining(unnamed));
  });
});

describe('what only the server knows that it will not run is a write', () => {
  it.each(named(OVERSTATED))('%j', (sql, [, writes]) => {
    expect(saidOf(sql)).toEqual(writes);
  });
});

it.each(QUERIES_WRITTEN)('%j, which PostgreSQL refuses, writes what its query reads', (sql, operation) => {
  expect(saidOf(sql)).toEqual(operation === '' ? [] : [`${operation} public.order_totals`]);
});

it.each(REFUSED)('%j, which PostgreSQL refuses, has some answer', (sql) => {
  expect(saidOf(sql)).toBeInstanceOf(Array);
});

describe('what cannot write is decided without reading it', () => {
  it.each([
    'SELECT "o"."updatedAt", o.deleted_at FROM "orders" "o" WHERE o."isAltered" AND o.copying',
    'START TRANSACTION',
    'COMMIT',
    'SELECT * FROM insertions, "updates", drop_ins',
  ])('%j', (sql) => {
    expect(cannotWrite(sql)).toBe(true);
  });

  it.each(['delete', '"update"', "'MERGE'", '(truncate)', 'é drop', 'a$copy', ';Alter'])(
    '%j may write and must be read',
    (sql) => {
      expect(cannotWrite(sql)).toBe(false);
    },
  );
});
