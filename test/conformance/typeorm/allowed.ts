import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import type { ReadPath } from '../driver.ts';
import { Archive, Customer, LinkedCustomer, Order, OrderTotals } from './models.ts';
import { ada, bob, di } from './reads/read.ts';
import type { Native } from './session.ts';
import { NotedVisitor, Visitor } from './visits.ts';

/** Rolls back what the work did, and gives what it found. */
async function undone({ manager }: Native, work: (inner: EntityManager) => Promise<unknown>): Promise<unknown> {
  const done = Symbol('done');
  let found: unknown;
  try {
    await manager.transaction(async (inner) => {
      found = await work(inner);
      throw done;
    });
  } catch (error) {
    if (error !== done) throw error;
  }
  return found;
}

const adaTheCustomer = { id: 1, name: 'Ada', region: 'north' };

type Allowed = readonly [name: string, call: (inner: EntityManager) => Promise<unknown>, gives: unknown];

const ALLOWED: readonly Allowed[] = [
  [
    'INSERT … SELECT from a stream table',
    async (inner) => {
      await inner.query('INSERT INTO archive SELECT customer_id, total FROM order_totals');
      return await inner.count(Archive);
    },
    3,
  ],
  [
    'INSERT of what a CTE reads of a stream table',
    async (inner) => {
      await inner.query(
        'WITH t AS (SELECT customer_id, total FROM public.order_totals) INSERT INTO archive SELECT * FROM t WHERE total > 5',
      );
      return await inner.count(Archive);
    },
    2,
  ],
  [
    'UPDATE … FROM a stream table',
    (inner) =>
      inner.query(
        'UPDATE customers c SET region = t.total FROM order_totals t WHERE t.customer_id = c.id AND t.total > 10 RETURNING c.region',
      ),
    [[{ region: '15.50' }], 1],
  ],
  [
    'DELETE … USING a stream table',
    (inner) =>
      inner.query('DELETE FROM orders o USING order_totals t WHERE t.customer_id = o.customer_id AND o.id = 1'),
    [[], 1],
  ],
  [
    'MERGE from a stream table',
    (inner) =>
      inner
        .query(
          'MERGE INTO archive a USING order_totals t ON a.customer_id = t.customer_id WHEN NOT MATCHED THEN INSERT VALUES (t.customer_id, t.total)',
        )
        .then(() => inner.count(Archive)),
    3,
  ],
  [
    'TRUNCATE of another table',
    async (inner) => {
      await inner.query('/* not order_totals */ TRUNCATE archive');
      return await inner.count(Archive);
    },
    0,
  ],
  [
    'a query builder that updates by a sub-query of a stream entity',
    async (inner) => {
      const large = inner.createQueryBuilder(OrderTotals, 't').select('t.customerId').where('t.total > 10').getQuery();
      const { affected } = await inner
        .createQueryBuilder()
        .update(Customer)
        .set({ region: 'large' })
        .where(`id IN (${large})`)
        .execute();
      return affected;
    },
    1,
  ],
  [
    'saving an entity that references a stream row',
    async (inner) => {
      const totals = await inner.findOneByOrFail(OrderTotals, { customerId: 2 });
      await inner.save(inner.create(Archive, { customerId: 2, total: '1', totals }));
      return await inner.find(Archive, { relations: { totals: true } });
    },
    [{ customerId: 2, total: '1', totals: bob }],
  ],
  [
    'saving an entity that is related to by a stream entity',
    async (inner) => {
      await inner.save(Object.assign(new Customer(), { ...adaTheCustomer, region: 'west' }));
      return await inner.findOneBy(Customer, { id: 1 });
    },
    { ...adaTheCustomer, region: 'west' },
  ],
  [
    'saving a parent with its unchanged stream entities',
    async (inner) => {
      const customer = await inner.findOneOrFail(Customer, { where: { id: 1 }, relations: { totals: true } });
      customer.region = 'west';
      await inner.save(customer);
      return await inner.find(Customer, { where: { id: 1 }, relations: { totals: true } });
    },
    [{ ...adaTheCustomer, region: 'west', totals: [ada] }],
  ],
  [
    'a cascade to another entity, beside stream entities',
    async (inner) => {
      const customer = await inner.findOneOrFail(Customer, {
        where: { id: 2 },
        relations: { totals: true, orders: true },
      });
      customer.orders?.push(inner.create(Order, { id: 99, amount: '3' }));
      await inner.save(customer);
      return await inner.findBy(Order, { id: 99 });
    },
    [{ id: 99, customerId: 2, amount: '3.00' }],
  ],
  [
    'the same without listeners, and in chunks',
    async (inner) => {
      const customer = await inner.findOneOrFail(Customer, { where: { id: 2 }, relations: { orders: true } });
      customer.orders?.push(inner.create(Order, { id: 98, amount: '3' }));
      await inner.save([customer, inner.create(Archive, { customerId: 8 })], { listeners: false, chunk: 1 });
      return [await inner.countBy(Order, { id: 98 }), await inner.countBy(Archive, { customerId: 8 })];
    },
    [1, 1],
  ],
  [
    'removing an entity that a stream entity is related to',
    async (inner) => {
      await inner.remove(Object.assign(new Customer(), { id: 3 }));
      return await inner.countBy(Customer, { id: 3 });
    },
    0,
  ],
  [
    'a many-to-many relation to a stream entity, whose table is an ordinary one',
    async (inner) => {
      const marked = inner.createQueryBuilder().relation(LinkedCustomer, 'marked').of(3);
      await marked.add(4);
      const added: unknown = await marked.loadMany();
      await marked.remove(4);
      return [added, await marked.loadMany()];
    },
    [[di], []],
  ],
  [
    'saving such a relation',
    async (inner) => {
      const customer = await inner.findOneByOrFail(LinkedCustomer, { id: 2 });
      customer.marked = await inner.findBy(OrderTotals, { customerId: 4 });
      await inner.save(customer);
      return await inner.createQueryBuilder().relation(LinkedCustomer, 'marked').of(2).loadMany();
    },
    [di],
  ],
  [
    'saving what a relation of its own leads to a stream entity by',
    async (inner) => {
      const customer = await inner.findOneByOrFail(LinkedCustomer, { id: 1 });
      customer.name = 'Ada L.';
      await inner.save(customer);
      return (await inner.findOneByOrFail(LinkedCustomer, { id: 1 })).name;
    },
    'Ada L.',
  ],
  ...(['visits', 'notes'] as const).map((relation): Allowed => [
    `saving what was read with its rows without a key, ${relation}`,
    async (inner) => {
      const Parent: EntityTarget<ObjectLiteral> = relation === 'visits' ? Visitor : NotedVisitor;
      const parent = await inner.findOneOrFail(Parent, { where: { id: 1 }, relations: { [relation]: true } });
      parent['name'] = 'Ada L.';
      await inner.save(parent);
      const saved = await inner.findOneOrFail(Parent, { where: { id: 1 }, relations: { [relation]: true } });
      return { name: saved['name'] as string, rows: (saved[relation] as unknown[]).length };
    },
    { name: 'Ada L.', rows: 4 },
  ]),
];

/** Each in a transaction that is rolled back, and so is nobody else's. */
export const allowed: readonly ReadPath<Native>[] = ALLOWED.map(([name, call, gives]) => ({
  name,
  call: (native) => undone(native, call),
  gives,
}));
