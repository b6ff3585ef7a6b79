import { defineStreamTable, StreamTable, StreamTableEntity } from '@pgstream/typeorm';
import {
  Column,
  Entity,
  EntitySchema,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  RelationId,
} from 'typeorm';
import { HOSTILE_NAME, LETTERS_NAME, LONGEST_NAME, type Model } from '../shop/index.ts';
import { visitEntities, Visits } from './visits.ts';

@Entity('customers')
export class Customer {
  @PrimaryColumn('int') id!: number;
  @Column('text') name!: string;
  @Column('text', { nullable: true }) region!: string | null;
  @OneToMany(() => OrderTotals, ({ customer }) => customer) totals?: OrderTotals[];
  @OneToMany(() => Order, ({ customer }) => customer, { cascade: true }) orders?: Order[];
}

/** With what TypeORM loads of relations beside join and sub-query, and a relation by a key of its own. */
@Entity('customers')
export class LinkedCustomer {
  @PrimaryColumn('int') id!: number;
  @Column('text') name!: string;
  @OneToMany(() => LinkedTotals, ({ customer }) => customer, { lazy: true }) totals!: Promise<LinkedTotals[]>;
  @RelationId(({ totals }: LinkedCustomer) => totals) totalIds?: number[];
  @OneToOne(() => OrderTotals, { eager: true })
  @JoinColumn({ name: 'id' })
  own?: OrderTotals;
  /** By an ordinary table: account is the customer, amount the total's. */
  @ManyToMany(() => OrderTotals)
  @JoinTable({ name: 'payments', joinColumn: { name: 'account' }, inverseJoinColumn: { name: 'amount' } })
  marked?: OrderTotals[];
}

@Entity('orders')
export class Order {
  @PrimaryColumn('int') id!: number;
  @Column('int', { name: 'customer_id' }) customerId!: number;
  @Column('numeric', { precision: 12, scale: 2 }) amount!: string;
  @ManyToOne(() => Customer, ({ orders }) => orders)
  @JoinColumn({ name: 'customer_id' })
  customer?: Customer;
}

@Entity('payments')
export class Payment {
  @PrimaryGeneratedColumn() id!: number;
  @Column('int') account!: number;
  @Column('int') amount!: number;
}

@Entity('archive')
export class Archive {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('numeric', { nullable: true }) total!: string | null;
  @ManyToOne(() => OrderTotals)
  @JoinColumn({ name: 'customer_id' })
  totals?: OrderTotals;
}

/** Decorated, in the manner of active record. */
@StreamTable({ name: 'order_totals', schema: 'public' })
export class OrderTotals extends StreamTableEntity {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('numeric') total!: string;
  @Column('bigint') orders!: string;
  @ManyToOne(() => Customer, ({ totals }) => totals)
  @JoinColumn({ name: 'customer_id' })
  customer?: Customer | null;
}

export const LinkedTotals = defineStreamTable({
  name: 'order_totals',
  className: 'LinkedTotals',
  columns: {
    customerId: { name: 'customer_id', type: 'int', primary: true },
    total: 'numeric',
  },
  relations: {
    customer: {
      type: 'many-to-one',
      target: (): typeof LinkedCustomer => LinkedCustomer,
      inverseSide: 'totals',
      joinColumn: { name: 'customer_id' },
      lazy: true,
    },
  },
});
export type LinkedTotals = InstanceType<typeof LinkedTotals>;

/** Decorated, in the manner of a data mapper, and without a key. */
@StreamTable('repeated')
export class Repeated {
  @Column('text', { nullable: true }) region!: string | null;
  @Column('int', { nullable: true }) amount!: number | null;
}

@StreamTable({ name: 'account_totals' })
class AccountTotals extends StreamTableEntity {
  @PrimaryColumn('int') account!: number;
  @Column('bigint') paid!: string;
  @Column('bigint') payments!: string;
}

export const TheirOrderTotals = defineStreamTable({
  name: 'order_totals',
  schema: 'analytics',
  className: 'TheirOrderTotals',
  columns: { customerId: { name: 'customer_id', type: 'int' }, total: 'numeric' },
});

const sampleColumns = {
  id: { type: 'int', primary: true },
  big: { type: 'bigint', nullable: true },
  long: { type: 'numeric', nullable: true },
  ratio: { type: 'double precision', nullable: true },
  flag: { type: 'boolean', nullable: true },
  label: { type: 'text', nullable: true },
  uid: { type: 'uuid', nullable: true },
  bytes: { type: 'bytea', nullable: true },
  day: { type: 'date', nullable: true },
  local: { type: 'timestamp', nullable: true },
  instant: { type: 'timestamptz', nullable: true },
  endless_day: { type: 'date', nullable: true },
  endless: { type: 'timestamptz', nullable: true },
  tags: { type: 'text', array: true, nullable: true },
  gaps: { type: 'text', array: true, nullable: true },
  ids: { type: 'bigint', array: true, nullable: true },
  doc: { type: 'jsonb', nullable: true },
  big_doc: { type: 'jsonb', nullable: true },
} as const;

/** An EntitySchema, which cannot say that it is a stream table: `protectStreamTables()` says it. */
export const Samples = new EntitySchema({
  name: 'Samples',
  tableName: 'sample_rows',
  synchronize: false,
  columns: sampleColumns,
});

const PlainSamples = new EntitySchema({ name: 'PlainSamples', tableName: 'samples', columns: sampleColumns });

const ofCustomer = { customerId: { name: 'customer_id', type: 'int' } } as const;

export const models = {
  orderTotals: OrderTotals,
  theirOrderTotals: TheirOrderTotals,
  samples: Samples,
  plainSamples: PlainSamples,
  repeated: Repeated,
  visits: Visits,
  reserved: defineStreamTable({
    name: 'user',
    columns: { customerId: 'int', totalAmount: { name: 'Total Amount', type: 'numeric' }, select: 'int' },
  }),
  letters: defineStreamTable({
    name: LETTERS_NAME,
    className: 'Letters',
    columns: { ...ofCustomer, Ärger: 'numeric' },
  }),
  longest: defineStreamTable({ name: LONGEST_NAME, className: 'Longest', columns: ofCustomer }),
  accountTotals: AccountTotals,
  theirAccountTotals: defineStreamTable({
    name: 'account_totals',
    schema: 'analytics',
    className: 'TheirAccountTotals',
    columns: { account: { type: 'int', primary: true }, paid: 'bigint' },
  }),
  neverFilled: defineStreamTable({ name: 'never_filled', columns: ofCustomer }),
  byCron: defineStreamTable({ name: 'by_cron', columns: ofCustomer }),
  calculated: defineStreamTable({ name: 'calculated', columns: ofCustomer }),
  missing: defineStreamTable({ name: 'not_there', columns: ofCustomer }),
  hostile: defineStreamTable({ name: HOSTILE_NAME, className: 'Hostile', columns: ofCustomer }),
} satisfies Record<Model, unknown>;

export const entities = [
  ...new Set([
    Customer,
    LinkedCustomer,
    LinkedTotals,
    Order,
    Payment,
    Archive,
    ...visitEntities,
    ...Object.values(models),
  ]),
];
