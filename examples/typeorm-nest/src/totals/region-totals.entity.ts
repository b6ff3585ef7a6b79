import { StreamTable, StreamTableEntity } from '@pgstream/typeorm';
import { Column, PrimaryColumn } from 'typeorm';
import { wholeNumber } from './whole-number';

/** What each region has ordered: a stream table over a stream table. */
@StreamTable('region_totals')
export class RegionTotals extends StreamTableEntity {
  @PrimaryColumn('text') region!: string;
  @Column('bigint', { transformer: wholeNumber }) customers!: number;
  @Column('numeric', { transformer: wholeNumber }) orders!: number;
  @Column('numeric') total!: string;
}
