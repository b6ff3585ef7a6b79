import { EntitySchema, type Repository } from 'typeorm';
import { describe, expectTypeOf, it } from 'vitest';
import type { StreamRepository } from '../../src/index.ts';
import { getStreamRepositoryToken, InjectStreamRepository, StreamTablesModule } from '../../src/nestjs.ts';
import { OrderTotals, RegionTotals } from '../shop/index.ts';

describe('injecting', () => {
  it('decorates parameters and properties', () => {
    class Service {
      @InjectStreamRepository(RegionTotals, 'archive') readonly regions!: StreamRepository<RegionTotals>;
      readonly totals: StreamRepository<OrderTotals>;
      constructor(@InjectStreamRepository(OrderTotals) totals: StreamRepository<OrderTotals>) {
        this.totals = totals;
      }
    }
    expectTypeOf<Service['totals']['findOneBy']>().returns.resolves.toEqualTypeOf<OrderTotals | null>();
  });

  it('is of a repository that does not write', () => {
    expectTypeOf<StreamRepository<OrderTotals>>().not.toExtend<Repository<OrderTotals>>();
    expectTypeOf<StreamRepository<OrderTotals>>().not.toHaveProperty('save');
    expectTypeOf<StreamRepository<OrderTotals>>().not.toHaveProperty('delete');
  });

  it('takes entities, and not their names', () => {
    StreamTablesModule.forFeature([OrderTotals, RegionTotals, new EntitySchema({ name: 'e', columns: {} })], 'archive');
    expectTypeOf(getStreamRepositoryToken).returns.toBeSymbol();
    // @ts-expect-error A name is no entity.
    StreamTablesModule.forFeature(['OrderTotals']);
    // @ts-expect-error A name is no entity.
    InjectStreamRepository('OrderTotals');
  });
});
