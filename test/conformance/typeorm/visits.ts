import { StreamTable } from '@pgstream/typeorm';
import { BaseEntity, Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryColumn } from 'typeorm';

/** Customers, and a stream entity without a key that has relations from and to them. */
@Entity('customers')
export class Visitor {
  @PrimaryColumn('int') id!: number;
  @Column('text') name!: string;
  @OneToMany(() => Visits, ({ customer }) => customer) visits?: Visits[];
}

@StreamTable('visits')
export class Visits {
  @Column('int', { name: 'customer_id', nullable: true }) customerId!: number | null;
  @Column('text', { nullable: true }) note!: string | null;
  @ManyToOne(() => Visitor, ({ visits }) => visits)
  @JoinColumn({ name: 'customer_id' })
  customer?: Visitor | null;
}

/** Its join column is no property, so that there are rows of which everything that is read is NULL. */
@StreamTable('visits')
export class Notes extends BaseEntity {
  @Column('text', { nullable: true }) note!: string | null;
  @ManyToOne(() => NotedVisitor, ({ notes }) => notes)
  @JoinColumn({ name: 'customer_id' })
  customer?: NotedVisitor | null;
}

@Entity('customers')
export class NotedVisitor {
  @PrimaryColumn('int') id!: number;
  @Column('text') name!: string;
  @OneToMany(() => Notes, ({ customer }) => customer) notes?: Notes[];
}

/** With relations that are loaded when they are asked for. */
@Entity('customers')
export class LazyVisitor {
  @PrimaryColumn('int') id!: number;
  @Column('text') name!: string;
  @OneToMany(() => LazyVisits, ({ customer }) => customer, { lazy: true }) visits!: Promise<LazyVisits[]>;
}

@StreamTable('visits')
export class LazyVisits {
  @Column('text', { nullable: true }) note!: string | null;
  @ManyToOne(() => LazyVisitor, ({ visits }) => visits, { lazy: true })
  @JoinColumn({ name: 'customer_id' })
  customer!: Promise<LazyVisitor | null>;
}

export const visitEntities = [Visitor, Visits, Notes, NotedVisitor, LazyVisitor, LazyVisits];
