import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { defineStreamTable, StreamTable, StreamTableEntity } from '../../src/index.ts';

@Entity('customers')
export class Customer {
  @PrimaryColumn('int') id!: number;
  @Column('text') name!: string;
  @Column('text', { nullable: true }) region!: string | null;
  @OneToMany(() => OrderTotals, (totals) => totals.customer) totals?: OrderTotals[];
}

@Entity('orders')
export class Order {
  @PrimaryGeneratedColumn() id!: number;
  @Column('int', { name: 'customer_id' }) customerId!: number;
  @Column('numeric', { precision: 12, scale: 2 }) amount!: string;
}

@Entity('archive')
export class Archive {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('numeric', { nullable: true }) total!: string | null;
}

@StreamTable({ name: 'order_totals', schema: 'public' })
export class OrderTotals extends StreamTableEntity {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('numeric') total!: string;
  @Column('bigint') orders!: string;
  @ManyToOne(() => Customer, (customer) => customer.totals)
  @JoinColumn({ name: 'customer_id' })
  customer?: Customer;
}

/** A GROUP BY of a column that can be NULL: the extension's row id of that row is NULL, too. */
export const RegionTotals = defineStreamTable({
  name: 'region_totals',
  schema: 'analytics',
  columns: { region: { type: 'text', nullable: true }, total: { type: 'bigint', nullable: true }, n: 'bigint' },
});
export type RegionTotals = InstanceType<typeof RegionTotals>;

/** No key at all: equal rows, and rows of NULLs. It extends nothing, in the manner of a data mapper. */
@StreamTable('repeated')
export class Repeated {
  @Column('text', { nullable: true }) region!: string | null;
  @Column('int', { nullable: true }) amount!: number | null;
}

export const entities = [Customer, Order, Archive, OrderTotals, RegionTotals, Repeated];
