import { declareStreamTable, type StreamTableOptions } from './declare.ts';

/**
 * Declares a class as a stream table: an entity that is read and never written, with the column decorators of TypeORM.
 * Nothing is created in the database, and schema synchronisation and migrations leave it alone; the extension creates it.
 *
 * A primary column is optional. Declare one (`@PrimaryColumn`) where the defining query has a key, unique and never NULL:
 * TypeORM takes rows of one key for one row. Where there is none, rows are told apart by where they are stored.
 *
 * Throws INVALID_NAME for a column of the extension's own (`__pgs_row_id`, `__pgs_count`).
 *
 * @example
 * @StreamTable({ name: 'order_totals', schema: 'public' })
 * export class OrderTotals extends StreamTableEntity {
 *   @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
 *   @Column('numeric') total!: string;
 * }
 */
export function StreamTable(options?: StreamTableOptions): ClassDecorator;
export function StreamTable(name: string, options?: Omit<StreamTableOptions, 'name'>): ClassDecorator;
export function StreamTable(
  nameOrOptions: string | StreamTableOptions = {},
  options: Omit<StreamTableOptions, 'name'> = {},
): ClassDecorator {
  const said = typeof nameOrOptions === 'string' ? { ...options, name: nameOrOptions } : nameOrOptions;
  return (target) => declareStreamTable(target, said);
}
