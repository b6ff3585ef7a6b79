import { createInsertSchema, createSelectSchema, createUpdateSchema } from 'drizzle-zod';
import { describe, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import * as shop from '../shop/schema.ts';

const { orderTotals, regionTotals } = shop;

describe('drizzle-zod', () => {
  it('makes select schemas of stream tables', () => {
    const schema = createSelectSchema(orderTotals);
    expectTypeOf<z.infer<typeof schema>>().toEqualTypeOf<typeof orderTotals.$inferSelect>();
    const regional = createSelectSchema(regionTotals, { region: (region) => region.min(1) });
    expectTypeOf<z.infer<typeof regional>>().toEqualTypeOf<typeof regionTotals.$inferSelect>();
  });

  it('makes no insert or update schemas of them', () => {
    // @ts-expect-error a stream table is no table
    createInsertSchema(orderTotals);
    // @ts-expect-error a stream table is no table
    createUpdateSchema(orderTotals);
    // @ts-expect-error nor is one of another schema
    createInsertSchema(regionTotals);
  });
});
