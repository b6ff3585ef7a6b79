import { StreamTable, StreamTableEntity } from '@pgstream/typeorm';
import { Column, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Customer } from '../customers/customer.entity';
import { wholeNumber } from './whole-number';

/** What each customer has ordered. The extension keeps it; the migration says by which query. */
@StreamTable('order_totals')
export class OrderTotals extends StreamTableEntity {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('bigint', { transformer: wholeNumber }) orders!: number;
  @Column('numeric') total!: string;
  // An ordinary relation. No foreign key is made of it: the extension may empty and fill the table.
  @ManyToOne(() => Customer)
  @JoinColumn({ name: 'customer_id' })
  customer?: Customer;
}
