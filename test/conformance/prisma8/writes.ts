import { orm } from '@prisma/orm-postgres/orm-client';
import { withTransaction } from '@prisma/orm-postgres/family-runtime';
import type { WriteCall } from '../driver.ts';
import { LETTERS_NAME, LONGEST_NAME } from '../shop/index.ts';
import type { Collection, Loose, Tx, Write } from './client.ts';
import type { Native } from './session.ts';
import type { InSomeVersions } from './version.ts';

const row = { customerId: 9, total: '1', orders: 1n };
const parent = { id: 70, name: 'Eve', region: 'west' };

/** The writes of a model. */
const CALLS: readonly (readonly [operation: Write, form: string, call: (totals: Collection) => unknown])[] = [
  ['create', '', (t) => t.create(row)],
  [
    'create',
    'with a nested create of an ordinary row',
    (t) => t.create({ total: '1', customer: (c: Loose) => c.create(parent) }),
  ],
  ['createAll', '', (t) => t.createAll([row])],
  ['createAll', 'of nothing', (t) => t.createAll([])],
  ['createAndCount', '', (t) => t.createAndCount([row])],
  ['createAndCount', 'of what is not there', (t) => t.createAndCount([row], { onConflict: 'skip' })],
  ['upsert', '', (t) => t.upsert({ create: row, update: { total: '0' }, conflictOn: { customerId: 9 } })],
  ['update', '', (t) => t.where({ customerId: 1 }).update({ total: '0' })],
  ['update', 'of no row', (t) => t.where({ customerId: 77 }).update({ total: '0' })],
  ['updateAll', '', (t) => t.where({ customerId: 1 }).updateAll({ total: '0' })],
  ['updateAll', 'to nothing', (t) => t.where({ customerId: 1 }).updateAll({})],
  ['updateAndCount', '', (t) => t.where((f: Loose) => f.total.gt('1')).updateAndCount({ total: '0' })],
  ['delete', '', (t) => t.where({ customerId: 1 }).delete()],
  ['deleteAll', '', (t) => t.where({ customerId: 1 }).deleteAll()],
  ['deleteAll', 'with include', (t) => t.where({ customerId: 1 }).include('customer').deleteAll()],
  ['deleteAndCount', '', (t) => t.where({ customerId: 1 }).limit(1).deleteAndCount()],
];

const NAMED = [
  { model: 'TheirOrderTotals', schema: 'analytics', table: 'order_totals' },
  { model: 'Samples', table: 'sample_rows' },
  { model: 'Repeated', table: 'repeated' },
  { model: 'Reserved', table: 'user' },
  { model: 'Letters', table: LETTERS_NAME },
  { model: 'Longest', table: LONGEST_NAME },
  { model: 'Missing', table: 'not_there' },
] as const;

interface Nested {
  readonly name: string;
  readonly operation: string;
  readonly table?: string;
  call(models: Tx['orm']['public']): unknown;
}

const nested = (name: string, operation: string, call: Nested['call'], table?: string): Nested => ({
  name,
  operation,
  call,
  ...(table !== undefined && { table }),
});

const NESTED: readonly Nested[] = [
  nested('create in create', 'create', ({ Customer }) =>
    Customer.create({ ...parent, totals: (t: Loose) => t.create({ total: '1' }) }),
  ),
  nested('create in update', 'create', ({ Customer }) =>
    Customer.where({ id: 1 }).update({ totals: (t: Loose) => t.create({ total: '1' }) }),
  ),
  nested('connect in create', 'connect', ({ Customer }) =>
    Customer.create({ ...parent, totals: (t: Loose) => t.connect({ customerId: 2 }) }),
  ),
  nested('connect in update', 'connect', ({ Customer }) =>
    Customer.where({ id: 1 }).update({ name: 'N', totals: (t: Loose) => t.connect({ customerId: 2 }) }),
  ),
  nested('disconnect in update', 'disconnect', ({ Customer }) =>
    Customer.where({ id: 1 }).update({ totals: (t: Loose) => t.disconnect() }),
  ),
  nested(
    'create of many',
    'create',
    ({ Customer }) => Customer.create({ ...parent, visits: (v: Loose) => v.create([{ note: 'x' }, { note: 'y' }]) }),
    'visits',
  ),
  nested(
    'connect of many',
    'connect',
    ({ Customer }) => Customer.where({ id: 1 }).update({ visits: (v: Loose) => v.connect([{ note: 'rain' }]) }),
    'visits',
  ),
  nested(
    'disconnect of some',
    'disconnect',
    ({ Customer }) => Customer.where({ id: 1 }).update({ visits: (v: Loose) => v.disconnect([{ note: 'tea' }]) }),
    'visits',
  ),
  nested('create where the foreign key is here', 'create', ({ Order }) =>
    Order.create({ id: 90, amount: '1', totals: (t: Loose) => t.create({ total: '1' }) }),
  ),
  nested(
    'connect by a stream table between',
    'connect',
    ({ Customer }) => Customer.where({ id: 1 }).update({ bought: (b: Loose) => b.connect({ name: 'tea' }) }),
    'bought',
  ),
  nested(
    'create by a stream table between',
    'create',
    ({ Product }) => Product.create({ name: 'tea', buyers: (b: Loose) => b.create(parent) }),
    'bought',
  ),
  nested('create, deeper', 'create', ({ Order }) =>
    Order.create({
      id: 90,
      amount: '1',
      customer: (c: Loose) => c.create({ ...parent, totals: (t: Loose) => t.create({ total: '1' }) }),
    }),
  ),
  nested('create, deeper in a list', 'create', ({ Customer }) =>
    Customer.create({
      ...parent,
      orders: (o: Loose) =>
        o.create([
          { id: 91, amount: '1' },
          { id: 92, amount: '1', totals: (t: Loose) => t.create({ total: '1' }) },
        ]),
    }),
  ),
  nested('what its call gives, written out', 'create', ({ Customer }) =>
    Customer.create({ ...parent, totals: () => ({ kind: 'create', data: [{ total: '1' }] }) }),
  ),
  nested('of a getter', 'disconnect', ({ Customer }) =>
    Customer.where({ id: 1 }).update({
      get totals() {
        return (t: Loose) => t.disconnect();
      },
    }),
  ),
];

/** The lanes of the runtime. */
const LANES: readonly (readonly [name: string, operation: string, call: (native: Native) => unknown])[] = [
  [
    'the SQL builder: insert',
    'insert',
    ({ tx }) => tx.execute(tx.sql.public.order_totals.insert([{ customer_id: 9, total: '1' }]).build()),
  ],
  [
    'the SQL builder: insert with returning',
    'insert',
    ({ tx }) =>
      tx.query(
        tx.sql.public.order_totals
          .insert([{ total: '1' }])
          .returning('total')
          .build(),
      ),
  ],
  [
    'the SQL builder: update',
    'update',
    ({ tx }) => tx.execute(tx.sql.public.order_totals.update({ total: '0' }).where(first).build()),
  ],
  ['the SQL builder: delete with returning', 'delete', ({ tx }) => tx.query(deletion(tx).returning('total').build())],
  [
    'runtime().prepare()',
    'update',
    async ({ db }) => {
      const statement = await db.runtime().prepare({ id: 'pg/int4@1' }, ({ id }) =>
        db.sql.public.order_totals
          .update({ total: '0' })
          .where((f: Loose, functions: Loose) => functions.eq(f.customer_id, id))
          .returning('total')
          .build(),
      );
      return await statement.query(db.runtime(), { id: 1 });
    },
  ],
  [
    'runtime().connection()',
    'delete',
    async ({ db }) => {
      const connection = await db.runtime().connection();
      try {
        return await connection.execute(deletion(db).build());
      } finally {
        await connection.release();
      }
    },
  ],
  [
    'a transaction’s execute()',
    'delete',
    ({ db }) => db.transaction(async (tx) => await tx.execute(deletion(tx).build())),
  ],
  [
    'withTransaction(runtime)',
    'delete',
    ({ db }) => withTransaction(db.runtime() as never, async (tx) => await tx.execute(deletion(db).build() as never)),
  ],
  [
    'another orm() over the runtime',
    'insert',
    ({ db }) =>
      (
        orm({ runtime: db.runtime(), context: db.context } as never) as unknown as Tx['orm']
      ).public.OrderTotals.createAndCount([row]),
  ],
  [
    'a statement within a query of the builder',
    'delete',
    ({ tx }) =>
      tx.query(
        tx.sql.public.customers
          .select('x', (_f: Loose, functions: Loose) =>
            functions
              .raw(Object.assign(['(with d as (delete from order_totals returning 1) select 1)'], { raw: [''] }))
              .returns('pg/int4@1'),
          )
          .limit(1)
          .build(),
      ),
  ],
];

function first(f: Loose, functions: Loose): unknown {
  return functions.eq(f.customer_id, 1);
}

/** As 8.0.0-rc.10 has it. */
type PrepareWithSql = (
  params: object,
  plan: (sql: Tx['sql'], params: Readonly<Record<string, unknown>>) => object,
) => ReturnType<Native['db']['prepare']>;

function deletionOf(sql: Tx['sql'], id: unknown): object {
  const where = (f: Loose, functions: Loose): unknown => functions.eq(f.customer_id, id);
  return sql.public.order_totals.delete().where(where).returning('total').build();
}

function deletion({ sql }: Pick<Tx, 'sql'>) {
  return sql.public.order_totals.delete().where(first);
}

/** Every way in which Prisma writes. */
export const writes: readonly (WriteCall<Native> & InSomeVersions)[] = [
  ...CALLS.flatMap(([operation, form, call]): WriteCall<Native>[] => {
    const name = `${operation} ${form}`.trim();
    return [
      { name, operation, call: ({ tx }) => call(tx.orm.public.OrderTotals) },
      {
        name: `${name}, in a transaction`,
        operation,
        call: ({ db }) => db.transaction(async (tx) => await call(tx.orm.public.OrderTotals)),
      },
    ];
  }),
  ...NAMED.flatMap(({ model, ...names }) =>
    (['createAndCount', 'deleteAll'] as const).map((operation): WriteCall<Native> => ({
      ...names,
      name: `${operation} of ${model}`,
      operation,
      call: ({ tx: { orm: models } }) => {
        const ours =
          { ...names }.table === 'order_totals' ? models.analytics.TheirOrderTotals : models.public[model as 'Samples'];
        return operation === 'deleteAll'
          ? ours.where((f: Loose) => f.customerId?.eq(1)).deleteAll()
          : ours.createAndCount([{}]);
      },
    })),
  ),
  ...NESTED.flatMap(({ call, ...write }): WriteCall<Native>[] => [
    { ...write, name: `nested: ${write.name}`, call: ({ tx }) => call(tx.orm.public) },
    {
      ...write,
      name: `nested: ${write.name}, in a transaction`,
      call: ({ db }) => db.transaction(async (tx) => await call(tx.orm.public)),
    },
  ]),
  ...LANES.map(([name, operation, call]): WriteCall<Native> => ({ name, operation, call })),
  {
    name: 'prepare()',
    operation: 'delete',
    since: '8.0.0-rc.13',
    call: async ({ db }) => {
      const statement = await db.prepare({ id: 'pg/int4@1' }, ({ id }) => deletionOf(db.sql, id));
      return await statement.query(db.runtime(), { id: 1 });
    },
  },
  {
    name: 'prepare() with a builder of its own',
    operation: 'delete',
    until: '8.0.0-rc.10',
    call: async ({ db }) => {
      const prepare = db.prepare as unknown as PrepareWithSql;
      const statement = await prepare({ id: 'pg/int4@1' }, (sql, { id }) => deletionOf(sql, id));
      return await statement.query(db.runtime(), { id: 1 });
    },
  },
  {
    name: 'a refined include',
    operation: 'deleteAndCount',
    async call({ tx }) {
      let written: Promise<unknown> | undefined;
      tx.orm.public.Customer.include('totals', (totals: Collection) => {
        written = totals.where({ customerId: 1 }).deleteAndCount();
        return totals;
      });
      return await written;
    },
  },
];
