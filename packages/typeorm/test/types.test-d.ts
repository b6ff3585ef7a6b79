import type { DataSource, EntityManager, Repository, SelectQueryBuilder } from 'typeorm';
import { describe, expectTypeOf, it } from 'vitest';
import type { RefreshResult, StreamTableStatus } from '@pgstream/core';
import { columnOf, defineStreamTable, fromTypeORM, streamRepository, type StreamRepository } from '../src/index.ts';
import { Customer, OrderTotals, Repeated } from './shop/index.ts';

declare const dataSource: DataSource;
declare const manager: EntityManager;

describe('a stream entity', () => {
  it('is read as what it is', () => {
    expectTypeOf(OrderTotals.find()).toEqualTypeOf<Promise<OrderTotals[]>>();
    expectTypeOf(OrderTotals.findOneBy({ customerId: 7 })).toEqualTypeOf<Promise<OrderTotals | null>>();
    expectTypeOf(OrderTotals.createQueryBuilder('t').getMany()).toEqualTypeOf<Promise<OrderTotals[]>>();
    expectTypeOf(OrderTotals.getRepository()).toEqualTypeOf<StreamRepository<OrderTotals>>();
    void OrderTotals.find({
      where: { customer: { name: 'Ada' } },
      relations: { customer: true },
      select: { total: true },
    });
    // @ts-expect-error no such property
    void OrderTotals.findBy({ nothing: 1 });
    // @ts-expect-error not a number
    void OrderTotals.sum('total');
  });

  it('has the helpers, with their exact types', () => {
    expectTypeOf(OrderTotals.isStale()).toEqualTypeOf<Promise<boolean | null>>();
    expectTypeOf(OrderTotals.isStale({ maxAgeMs: 5_000 })).toEqualTypeOf<Promise<boolean>>();
    expectTypeOf(OrderTotals.isStale({ maxAgeMs: 5_000, on: manager })).toEqualTypeOf<Promise<boolean>>();
    expectTypeOf(OrderTotals.lastRefreshAt({ on: dataSource })).toEqualTypeOf<Promise<Date | null>>();
    expectTypeOf(OrderTotals.stalenessMs()).toEqualTypeOf<Promise<number | null>>();
    expectTypeOf(OrderTotals.status()).toEqualTypeOf<Promise<StreamTableStatus>>();
    expectTypeOf(OrderTotals.refresh({ on: manager.queryRunner, ifBusy: 'skip' })).toEqualTypeOf<
      Promise<RefreshResult>
    >();
    // @ts-expect-error neither a DataSource nor a manager
    void OrderTotals.refresh({ on: 'here' });
    expectTypeOf(OrderTotals.refreshIfStale({ on: manager, maxAgeMs: 1 })).resolves.toHaveProperty('status');
    expectTypeOf(OrderTotals.waitUntilFresh({ on: manager, since: '0/1' })).resolves.toHaveProperty('lastRefreshAt');
    // @ts-expect-error -- neither a Date nor a position in the log
    void OrderTotals.waitUntilFresh({ since: 'yesterday' });
    expectTypeOf(OrderTotals.verify({ on: manager, maxRows: 1 })).resolves.toHaveProperty('status');
    expectTypeOf(
      OrderTotals.refreshAfter(async () => 7, { on: manager, timeoutMs: 1 }),
    ).resolves.toEqualTypeOf<number>();
    // @ts-expect-error -- with braces it gives nothing to wait for
    void OrderTotals.refreshAfter(() => {
      void OrderTotals.count();
    });
    // @ts-expect-error -- a refresh that may have begun before the commit is none to rely on
    void OrderTotals.refreshAfter(async () => 7, { ifBusy: 'skip' });
    // @ts-expect-error not of a model
    void OrderTotals.drop;
  });

  it('is not written, by its class or an instance', () => {
    // @ts-expect-error read-only
    void OrderTotals.save({});
    // @ts-expect-error read-only
    void OrderTotals.insert({});
    // @ts-expect-error read-only
    void OrderTotals.update({}, {});
    // @ts-expect-error read-only
    void OrderTotals.upsert([], []);
    // @ts-expect-error read-only
    void OrderTotals.delete({});
    // @ts-expect-error read-only
    void OrderTotals.clear();
    // @ts-expect-error read-only
    void OrderTotals.softRemove({});
    // @ts-expect-error read-only
    void OrderTotals.createQueryBuilder('t').delete();
    // @ts-expect-error read-only, further on as well
    void OrderTotals.createQueryBuilder('t').where('true').orderBy('t.total').update();
    const totals = {} as OrderTotals;
    // @ts-expect-error read-only
    void totals.save();
    // @ts-expect-error read-only
    void totals.remove();
    expectTypeOf(totals.reload()).toEqualTypeOf<Promise<void>>();
  });
});

describe('a read-only repository', () => {
  const totals = streamRepository(dataSource, OrderTotals);

  it('reads and asks', () => {
    expectTypeOf(totals).toEqualTypeOf<StreamRepository<OrderTotals>>();
    expectTypeOf(totals.find({ order: { total: 'DESC' } })).toEqualTypeOf<Promise<OrderTotals[]>>();
    expectTypeOf(totals.isStale({ maxAgeMs: 1 })).toEqualTypeOf<Promise<boolean>>();
    expectTypeOf(streamRepository(manager, Repeated).find()).toEqualTypeOf<Promise<Repeated[]>>();
    // What takes query builders takes these.
    expectTypeOf(totals.createQueryBuilder()).toExtend<SelectQueryBuilder<OrderTotals>>();
    // Where TypeORM's own repository is a test's double.
    expectTypeOf<Repository<OrderTotals>>().not.toExtend<StreamRepository<OrderTotals>>();
  });

  it('does not write', () => {
    // @ts-expect-error read-only
    void totals.save;
    // @ts-expect-error read-only
    void totals.insert;
    // @ts-expect-error read-only
    void totals.remove;
    // @ts-expect-error read-only
    void totals.clear;
    // @ts-expect-error read-only
    void totals.manager;
    // @ts-expect-error read-only
    void totals.query;
    // @ts-expect-error read-only
    void totals.createQueryBuilder('t').insert();
  });
});

it('columns of defineStreamTable() have the types of their values', () => {
  const Defined = defineStreamTable({
    name: 'defined',
    columns: {
      id: 'int',
      big: 'bigint',
      total: { type: 'numeric', precision: 12, scale: 2 },
      label: { type: 'text', nullable: true },
      open: Boolean,
      at: 'timestamptz',
      day: { type: 'date' },
      tags: { type: 'text', array: true },
      gaps: { type: 'int', array: true, nullable: true },
      bytes: 'bytea',
      doc: 'jsonb',
      typed: columnOf<{ n: number } | null>({ type: 'jsonb', nullable: true }),
    },
    relations: {
      customer: { type: 'many-to-one', target: () => Customer },
      customers: { type: 'many-to-many', target: () => Customer },
      later: { type: 'many-to-one', target: () => Customer, lazy: true },
    },
  });
  type Row = InstanceType<typeof Defined>;
  expectTypeOf<Row['id']>().toEqualTypeOf<number>();
  expectTypeOf<Row['big']>().toEqualTypeOf<string>();
  expectTypeOf<Row['total']>().toEqualTypeOf<string>();
  expectTypeOf<Row['label']>().toEqualTypeOf<string | null>();
  expectTypeOf<Row['open']>().toEqualTypeOf<boolean>();
  expectTypeOf<Row['at']>().toEqualTypeOf<Date>();
  expectTypeOf<Row['day']>().toEqualTypeOf<string>();
  expectTypeOf<Row['tags']>().toEqualTypeOf<string[]>();
  expectTypeOf<Row['gaps']>().toEqualTypeOf<number[] | null>();
  expectTypeOf<Row['bytes']>().toEqualTypeOf<Buffer>();
  expectTypeOf<Row['doc']>().toEqualTypeOf<unknown>();
  expectTypeOf<Row['typed']>().toEqualTypeOf<{ n: number } | null>();
  expectTypeOf<Row['customer']>().toEqualTypeOf<Customer | null | undefined>();
  expectTypeOf<Row['customers']>().toEqualTypeOf<Customer[] | undefined>();
  expectTypeOf<Row['later']>().toEqualTypeOf<Promise<Customer | null> | undefined>();
  expectTypeOf(Defined.findBy({ label: 'x' })).toEqualTypeOf<Promise<Row[]>>();
  expectTypeOf(Defined.isStale()).toEqualTypeOf<Promise<boolean | null>>();
  expectTypeOf(fromTypeORM(dataSource).transaction).toEqualTypeOf<'none' | 'open' | 'unknown'>();
  // @ts-expect-error read-only
  void Defined.save;
  // @ts-expect-error no such option
  defineStreamTable({ name: 'wrong', columns: { id: { type: 'int', nulable: true } } });
  // @ts-expect-error no such type
  defineStreamTable({ name: 'wrong', columns: { id: 'integr' } });
});
