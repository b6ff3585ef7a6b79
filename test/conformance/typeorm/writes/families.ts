import { defineStreamTable, StreamTable, type StreamEntityClass } from '@pgstream/typeorm';
import {
  Column,
  DeleteDateColumn,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  type ObjectLiteral,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  type RelationOptions,
} from 'typeorm';
import { LONGEST_NAME } from '../../shop/index.ts';
import { Order, OrderTotals } from '../models.ts';

/** An ordinary entity, and the stream entity that writes to it would cascade to. */
interface Family {
  readonly Parent: new () => ObjectLiteral;
  readonly Child: StreamEntityClass<ObjectLiteral>;
}

/** `public.user`: a row of it is an order, of a customer. */
const orderColumns = {
  select: { type: 'int', primary: true },
  customerId: { type: 'int', nullable: true },
  totalAmount: { name: 'Total Amount', type: 'numeric' },
} as const;

interface Relation {
  readonly cascade: NonNullable<RelationOptions['cascade']>;
  readonly orphanedRowAction?: NonNullable<RelationOptions['orphanedRowAction']>;
  /** Whether it is declared that there is always a customer. */
  readonly required?: true;
}

/** Customers and the many stream entities of each. */
function customersWithRows(name: string, { cascade, orphanedRowAction, required }: Relation): Family {
  const Child = defineStreamTable({
    name: 'user',
    className: `${name}Row`,
    columns: { ...orderColumns, ...(required ? { customerId: 'int' } : {}) },
    relations: {
      customer: {
        type: 'many-to-one',
        target: (): Family['Parent'] => Parent,
        inverseSide: 'rows',
        joinColumn: { name: 'customerId' },
        ...(orphanedRowAction ? { orphanedRowAction } : {}),
        ...(required ? { nullable: false } : {}),
      },
    },
  });

  @Entity('customers')
  class Parent {
    @PrimaryColumn('int') id!: number;
    @Column('text') name!: string;
    @OneToMany(() => Child, 'customer', { cascade }) rows?: ObjectLiteral[];
  }
  return { Parent, Child };
}

/** Without cascades: their relations are written all the same. */
export const plain = customersWithRows('Plain', { cascade: false });
export const cascading = customersWithRows('Cascading', { cascade: true });
export const deletingOrphans = customersWithRows('DeletingOrphans', { cascade: true, orphanedRowAction: 'delete' });
export const removing = customersWithRows('Removing', { cascade: ['remove'] });
export const required = customersWithRows('Required', { cascade: false, required: true });

@StreamTable('sample_rows')
class DeletableChild {
  @PrimaryColumn('int') id!: number;
  @DeleteDateColumn({ name: 'instant', type: 'timestamptz' }) deletedAt?: Date | null;
  @ManyToOne(() => DeletableParent, 'rows', { orphanedRowAction: 'soft-delete' })
  @JoinColumn({ name: 'id' })
  sample?: ObjectLiteral;
}

/** What can be deleted softly, and takes its stream entities with it. */
@Entity('samples')
class DeletableParent {
  @PrimaryColumn('int') id!: number;
  @DeleteDateColumn({ name: 'instant', type: 'timestamptz' }) deletedAt?: Date | null;
  @OneToMany(() => DeletableChild, 'sample', { cascade: true }) rows?: ObjectLiteral[];
}
export const deletable: Family = { Parent: DeletableParent, Child: DeletableChild };

/** Of which a stream entity is the one side. */
@Entity('archive')
export class CascadingArchive {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('numeric', { nullable: true }) total!: string | null;
  @ManyToOne(() => OrderTotals, { cascade: true })
  @JoinColumn({ name: 'total' })
  totals?: ObjectLiteral;
}

const OwnedRow = defineStreamTable({
  name: 'user',
  className: 'OwnedRow',
  columns: orderColumns,
  relations: {
    owner: {
      type: 'one-to-one',
      target: (): Family['Parent'] => Owner,
      inverseSide: 'row',
      joinColumn: { name: 'customerId' },
    },
  },
});

/** The side of a one-to-one relation that has no foreign key. */
@Entity('customers')
class Owner {
  @PrimaryColumn('int') id!: number;
  @Column('text') name!: string;
  @OneToOne(() => OwnedRow, 'owner', { cascade: true }) row?: ObjectLiteral | null;
}
export const oneToOne: Family = { Parent: Owner, Child: OwnedRow };

/** An order leads to its customer, and the customer to stream entities. */
@Entity('orders')
export class LeadingOrder {
  @PrimaryColumn('int') id!: number;
  @Column('numeric', { precision: 12, scale: 2 }) amount!: string;
  @ManyToOne(() => cascading.Parent, { cascade: true })
  @JoinColumn({ name: 'customer_id' })
  customer?: ObjectLiteral;
}

/** Many-to-many: to a stream entity by an ordinary table, and to an ordinary entity by a stream table. */
@Entity('customers')
export class JoiningCustomer {
  @PrimaryColumn('int') id!: number;
  @Column('text') name!: string;
  @ManyToMany(() => OrderTotals, { cascade: true })
  @JoinTable({ name: 'payments', joinColumn: { name: 'account' }, inverseJoinColumn: { name: 'amount' } })
  marked?: ObjectLiteral[];
  @ManyToMany(() => Order)
  @JoinTable({ name: LONGEST_NAME, joinColumn: { name: 'customer_id' }, inverseJoinColumn: { name: 'order_id' } })
  orders?: ObjectLiteral[];
}

export const familyEntities: readonly (new () => ObjectLiteral)[] = [
  ...[plain, cascading, deletingOrphans, removing, required, deletable, oneToOne].flatMap(({ Parent, Child }) => [
    Parent,
    Child,
  ]),
  CascadingArchive,
  LeadingOrder,
  JoiningCustomer,
];
