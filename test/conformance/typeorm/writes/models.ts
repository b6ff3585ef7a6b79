import { StreamTable } from '@pgstream/typeorm';
import { BaseEntity, Column, Entity, EntitySchema, PrimaryColumn } from 'typeorm';

/** A stream entity that extends TypeORM's own active record. */
@StreamTable('order_totals')
export class ActiveTotals extends BaseEntity {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('numeric') total!: string;
  @Column('bigint') orders!: string;
}

/** An entity that is not declared as a stream table, of a table that is. */
@Entity('order_totals', { synchronize: false })
export class OrdinaryTotals {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('numeric') total!: string;
  @Column('bigint') orders!: string;
}

/** The same without a class. */
export const SchemaTotals = new EntitySchema({
  name: 'SchemaTotals',
  tableName: 'order_totals',
  schema: 'public',
  synchronize: false,
  columns: {
    customerId: { name: 'customer_id', type: 'int', primary: true },
    total: { type: 'numeric' },
    orders: { type: 'bigint' },
  },
});

/** An entity that can be deleted softly: a time of the table's is taken for that of its deletion. */
export const DeletableSamples = new EntitySchema({
  name: 'DeletableSamples',
  tableName: 'sample_rows',
  synchronize: false,
  columns: {
    id: { type: 'int', primary: true },
    deletedAt: { name: 'instant', type: 'timestamptz', deleteDate: true },
  },
});

export const writtenEntities = [ActiveTotals, OrdinaryTotals, SchemaTotals, DeletableSamples];
