import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('orders')
export class Order {
  @PrimaryGeneratedColumn() id!: number;
  @Column('int', { name: 'customer_id' }) customerId!: number;
  @Column('numeric', { precision: 12, scale: 2 }) amount!: string;
  @CreateDateColumn({ name: 'placed_at', type: 'timestamptz' }) placedAt!: Date;
}
