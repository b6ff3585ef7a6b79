import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { getRepositoryToken } from '@nestjs/typeorm';
import { PgStreamError, type StreamRepository } from '@pgstream/typeorm';
import { getStreamRepositoryToken } from '@pgstream/typeorm/nestjs';
import { DataSource, type Repository } from 'typeorm';
import { AppModule } from '../../src/app.module';
import { Customer } from '../../src/customers/customer.entity';
import { migrate } from '../../src/database/database';
import { Order } from '../../src/orders/order.entity';
import { OrdersService } from '../../src/orders/orders.service';
import { OrderTotals } from '../../src/totals/order-totals.entity';

describe('OrdersService over a database', () => {
  const url = process.env['DATABASE_URL'] ?? '';
  let module: TestingModule;
  let totals: StreamRepository<OrderTotals>;

  beforeAll(async () => {
    await migrate(url);
    module = await Test.createTestingModule({ imports: [AppModule.forDatabase(url)] }).compile();
    totals = module.get(getStreamRepositoryToken(OrderTotals), { strict: false });
  });
  afterAll(() => module.close());

  it('places an order and refreshes the totals', async () => {
    const before = await totals.findOneByOrFail({ customerId: 7 });
    const placed = await module.get(OrdersService, { strict: false }).place({ customerId: 7, amount: 2.5 });
    expect(placed.refresh).toBe('refreshed');
    expect(await totals.findOneByOrFail({ customerId: 7 })).toMatchObject({ orders: before.orders + 1 });
    expect(await totals.isStale()).toBe(false);
  });

  it('is over a DataSource that refuses to write to the totals', async () => {
    const writable = totals as unknown as Repository<OrderTotals>;
    await expect(writable.delete({ customerId: 7 })).rejects.toMatchObject({ code: 'READ_ONLY' });
    await expect(OrderTotals.refresh()).resolves.toMatchObject({ status: 'refreshed' });
  });
});

describe('OrdersService by itself', () => {
  const order = { id: 1, customerId: 7, amount: '1.00' };

  /** The service with doubles of what it is given, provided by the tokens of the repositories. */
  async function serviceWith(refreshAfter: StreamRepository<OrderTotals>['refreshAfter']): Promise<OrdersService> {
    const module = await Test.createTestingModule({
      providers: [
        OrdersService,
        { provide: getStreamRepositoryToken(OrderTotals), useValue: { refreshAfter, findOneBy: async () => null } },
        { provide: getRepositoryToken(Order), useValue: { save: async () => order } },
        { provide: getRepositoryToken(Customer), useValue: { findBy: async () => [{ id: 7 }] } },
        { provide: DataSource, useValue: {} },
      ],
    }).compile();
    return module.get(OrdersService);
  }

  it('keeps an order whose refresh is not to be had', async () => {
    const service = await serviceWith(async (save) => {
      await save();
      throw new PgStreamError('SOURCES_BUSY', 'Somebody is writing.');
    });
    expect(await service.place({ customerId: 7, amount: 1 })).toEqual({ order, refresh: 'pending', totals: null });
  });

  it('does not take an order for written that is not', async () => {
    const service = await serviceWith(async () => {
      throw new PgStreamError('SOURCES_BUSY', 'Somebody is writing.');
    });
    await expect(service.place({ customerId: 7, amount: 1 })).rejects.toMatchObject({ code: 'SOURCES_BUSY' });
  });

  it('does not hide what is no matter of time', async () => {
    const service = await serviceWith(async (save) => {
      await save();
      throw new PgStreamError('EXTENSION_MISSING', 'There is no extension.');
    });
    await expect(service.place({ customerId: 7, amount: 1 })).rejects.toMatchObject({ code: 'EXTENSION_MISSING' });
  });
});
