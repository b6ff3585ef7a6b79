import type { InferSelectViewModel } from 'drizzle-orm';
import { integer } from 'drizzle-orm/pg-core';
import { describe, expectTypeOf, it } from 'vitest';
import { pgStreamTable } from '../src/index.ts';
import type * as shop from './shop/schema.ts';

type OrderTotals = typeof shop.orderTotals;

// What the types of Drizzle 0.45 know, and those of 1.0 do not.
describe('the rows of a stream table', () => {
  it('are those of a view', () => {
    expectTypeOf<InferSelectViewModel<OrderTotals>>().toEqualTypeOf<OrderTotals['$inferSelect']>();
  });
});

describe('columns that cannot be declared', () => {
  it('are those of the extension, by name', () => {
    // @ts-expect-error DrizzleTypeError<'"__pgs_row_id" is a column of the extension's own bookkeeping: leave it out'>
    pgStreamTable('t', { rowId: integer('__pgs_row_id') });
    // @ts-expect-error the same in the other dialect, behind modifiers
    pgStreamTable('t', { rowId: integer('__pgt_row_id').notNull().array() });
    // @ts-expect-error the same in the callback form
    pgStreamTable('t', (t) => ({ rowId: t.integer('__pgs_count') }));
  });
});
