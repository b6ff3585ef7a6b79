// What an application of NestJS exports of its stream tables, without a word of what its types are.
import { Injectable } from '@nestjs/common';
import {
  defineStreamTable,
  fromTypeORM,
  StreamTable,
  StreamTableEntity,
  streamRepository,
  type StreamRepository,
} from '@pgstream/typeorm';
import { getStreamRepositoryToken, InjectStreamRepository, StreamTablesModule } from '@pgstream/typeorm/nestjs';
import { Column, type DataSource, PrimaryColumn } from 'typeorm';

@StreamTable({ name: 'order_totals' })
export class OrderTotals extends StreamTableEntity {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('bigint') orders!: string;
}

export const Customers = defineStreamTable({
  name: 'customers',
  columns: { id: 'int', tags: { type: 'text', array: true } },
  relations: { totals: { type: 'one-to-many', target: () => OrderTotals } },
});

@Injectable()
export class Totals {
  constructor(@InjectStreamRepository(OrderTotals) readonly totals: StreamRepository<OrderTotals>) {}

  refresh() {
    return this.totals.refresh();
  }

  async status() {
    return await this.totals.status();
  }

  async schedule() {
    const { schedule, refreshMode, status } = await this.totals.status();
    return { schedule, refreshMode, status };
  }

  best() {
    return this.totals.createQueryBuilder('t').orderBy('t.orders').getManyAndCount();
  }
}

export const refresh = (on: DataSource) => OrderTotals.refresh({ on, ifBusy: 'skip' });
export const status = async () => await OrderTotals.status();
export const schedule = async () => (await OrderTotals.status()).schedule;
export const isStale = () => [OrderTotals.isStale(), OrderTotals.isStale({ maxAgeMs: 1 })] as const;
export const refreshWith = (...args: Parameters<StreamRepository<OrderTotals>['refresh']>) => args;
export const staleWith = (...args: Parameters<StreamRepository<OrderTotals>['isStale']>) => args;
export const customers = (dataSource: DataSource) => streamRepository(dataSource, Customers);
export const executor = (dataSource: DataSource) => fromTypeORM(dataSource);
export const rows = async (dataSource: DataSource) => await fromTypeORM(dataSource).query('SELECT 1');
export const transaction = (dataSource: DataSource) => fromTypeORM(dataSource).transaction;
export const token = getStreamRepositoryToken(OrderTotals);
export const feature = StreamTablesModule.forFeature([OrderTotals, Customers]);
