import { type DataSource, EntitySchema, type ObjectLiteral } from 'typeorm';
import { OrderTotals } from '../models.ts';
import { row, type Write } from './write.ts';

const columns = {
  customerId: { name: 'customer_id', type: 'int', primary: true },
  total: { type: 'numeric' },
} as const;

/** Views that PostgreSQL would write through. None is there: what is refused is known by their queries. */
export const viewEntities = [
  new EntitySchema<ObjectLiteral>({
    name: 'TotalsByText',
    type: 'view',
    tableName: 'totals_by_text',
    synchronize: false,
    expression: 'SELECT customer_id, t.total FROM public.order_totals AS t WHERE t.total > 5',
    columns,
  }),
  new EntitySchema<ObjectLiteral>({
    name: 'TotalsByBuilder',
    type: 'view',
    tableName: 'totals_by_builder',
    synchronize: false,
    expression: ({ manager }: DataSource) =>
      manager.createQueryBuilder(OrderTotals, 't').select('t.customerId', 'customer_id'),
    columns,
  }),
  new EntitySchema<ObjectLiteral>({
    name: 'TotalsOfTotals',
    type: 'view',
    tableName: 'totals_of_totals',
    schema: 'analytics',
    synchronize: false,
    expression: 'SELECT * FROM totals_by_text',
    columns,
  }),
];

export const viewWrites: readonly Write[] = viewEntities.flatMap((view) => {
  const { name, schema = 'public', tableName } = view.options;
  const writes: readonly Omit<Write, 'name'>[] = [
    { operation: 'insert', call: ({ manager }) => manager.insert(view, row) },
    { operation: 'save', call: ({ manager }) => manager.save(name, row, { listeners: false }) },
    { operation: 'update', call: ({ manager }) => manager.getRepository(view).update({}, { total: '0' }) },
    { operation: 'delete', call: ({ manager }) => manager.createQueryBuilder().delete().from(view).execute() },
    { operation: 'delete', call: ({ dataSource }) => dataSource.query(`DELETE FROM ${schema}.${tableName}`) },
  ];
  return writes.map((write, index): Write => ({
    ...write,
    name: `${write.operation} through the view ${name}, ${index}`,
  }));
});
