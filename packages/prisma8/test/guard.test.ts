import { isPgStreamError, type StreamTableReadOnlyError } from '@pgstream/core';
import { orm } from '@prisma/orm-postgres/orm-client';
import { withTransaction } from '@prisma/orm-postgres/family-runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Loose, loose, open, shopDatabase } from './shop/index.ts';

const database = shopDatabase();
const { db, base, sent } = open(database.url);

beforeEach(async () => {
  // What a client sends when it is first used.
  await base.orm.public.Note.first();
  sent.length = 0;
});

async function refusalOf(write: () => unknown): Promise<StreamTableReadOnlyError> {
  let given: unknown;
  try {
    given = await write();
  } catch (error) {
    if (isPgStreamError(error, 'READ_ONLY')) return error as StreamTableReadOnlyError;
    throw error;
  }
  throw new Error(`Nothing was refused: ${String(given)}.`);
}

describe('a write of a stream table’s model', () => {
  const row = { customerId: 9, total: '1' };
  const writes: readonly (readonly [operation: string, write: (totals: Loose) => unknown])[] = [
    ['create', (totals) => totals.create(row)],
    ['createAll', (totals) => totals.createAll([row])],
    ['createAll', (totals) => totals.createAll([])],
    ['createAndCount', (totals) => totals.createAndCount([row], { onConflict: 'skip' })],
    ['upsert', (totals) => totals.upsert({ create: row, update: {}, conflictOn: { customerId: 9 } })],
    ['update', (totals) => totals.where({ customerId: 77 }).update({ total: '0' })],
    ['updateAll', (totals) => totals.where({ customerId: 1 }).updateAll({})],
    ['updateAndCount', (totals) => totals.where({ customerId: 1 }).updateAndCount({ total: '0' })],
    ['delete', (totals) => totals.where({ customerId: 1 }).delete()],
    ['deleteAll', (totals) => totals.where({ customerId: 1 }).include('customer').deleteAll()],
    ['deleteAndCount', (totals) => totals.select('total').where({ customerId: 1 }).limit(1).deleteAndCount()],
  ];

  it.each(writes)('%s is refused, and nothing is sent', async (operation, write) => {
    const error = await refusalOf(() => write(loose(db.orm.public.OrderTotals)));
    expect(error).toMatchObject({ operation, schema: 'public', table: 'order_totals' });
    expect(sent).toEqual([]);
  });

  it('is refused while rows are iterated', async () => {
    const rows = loose(db.orm.public.OrderTotals)
      .where({ customerId: 1 })
      .deleteAll() as unknown as AsyncIterable<unknown>;
    await refusalOf(async () => {
      for await (const _ of rows) throw new Error('It gives no rows.');
    });
    expect(sent).toEqual([]);
  });

  it('is refused in another schema', async () => {
    const error = await refusalOf(() => loose(db.orm.analytics.RegionTotals).createAndCount([{ region: 'x' }]));
    expect(error).toMatchObject({ schema: 'analytics', table: 'region_totals' });
    expect(error.message).toContain('"analytics.region_totals"');
  });

  it('is refused in an include that is refined', async () => {
    const refusals: Promise<StreamTableReadOnlyError>[] = [];
    await loose(db.orm.public.Customer)
      .include('totals', (totals: Loose) => {
        refusals.push(refusalOf(() => totals.where({ customerId: 1 }).deleteAndCount()));
        return totals;
      })
      .all();
    expect(await Promise.all(refusals)).toMatchObject([{ operation: 'deleteAndCount' }]);
    expect(sent).toEqual([expect.stringMatching(/^SELECT/)]);
  });
});

describe('a nested write', () => {
  const parent = { id: 70, name: 'Eve', region: 'west' };
  const refused: readonly (readonly [name: string, operation: string, table: string, write: (db: Loose) => unknown])[] =
    [
      [
        'create in a create',
        'create',
        'order_totals',
        ({ Customer }) => Customer.create({ ...parent, totals: (t: Loose) => t.create({ total: '1' }) }),
      ],
      [
        'connect in a create',
        'connect',
        'order_totals',
        ({ Customer }) => Customer.create({ ...parent, totals: (t: Loose) => t.connect({ customerId: 2 }) }),
      ],
      [
        'disconnect in an update',
        'disconnect',
        'order_totals',
        ({ Customer }) => Customer.where({ id: 1 }).update({ name: 'N', totals: (t: Loose) => t.disconnect() }),
      ],
      [
        'a create where the foreign key is here',
        'create',
        'product_totals',
        ({ Order }) =>
          Order.create({ id: 90, customerId: 1, amount: '1', totals: (t: Loose) => t.create({ product: 'x' }) }),
      ],
      [
        'create, deeper',
        'create',
        'order_totals',
        ({ Order }) =>
          Order.create({
            id: 90,
            amount: '1',
            customer: (c: Loose) => c.create({ ...parent, totals: (t: Loose) => t.create({ total: '1' }) }),
          }),
      ],
      [
        'create, deeper, in a list',
        'create',
        'product_totals',
        ({ Customer }) =>
          Customer.create({
            ...parent,
            orders: (o: Loose) =>
              o.create([
                { id: 91, amount: '1' },
                { id: 92, amount: '1', totals: (t: Loose) => t.create({ product: 'x' }) },
              ]),
          }),
      ],
      [
        'connect by a stream table between',
        'connect',
        'bought',
        ({ Customer }) => Customer.where({ id: 1 }).update({ bought: (b: Loose) => b.connect({ name: 'tea' }) }),
      ],
      [
        'create by a stream table between',
        'create',
        'bought',
        ({ Product }) => Product.create({ name: 'rum', buyers: (b: Loose) => b.create(parent) }),
      ],
      [
        'written out instead of called',
        'create',
        'order_totals',
        ({ Customer }) => Customer.create({ ...parent, totals: () => ({ kind: 'create', data: [{ total: '1' }] }) }),
      ],
      [
        'written out, deeper',
        'create',
        'order_totals',
        ({ Order }) =>
          Order.where({ id: 1 }).update({
            customer: () => ({ kind: 'create', data: [{ ...parent, totals: (t: Loose) => t.create({ total: '1' }) }] }),
          }),
      ],
      [
        'one of several in a list',
        'connect',
        'order_totals',
        ({ Customer }) => Customer.where({ id: 1 }).update({ totals: (t: Loose) => [t.connect({ customerId: 2 })] }),
      ],
      [
        'of a kind that Prisma does not have',
        'updateAll',
        'order_totals',
        ({ Customer }) => Customer.where({ id: 1 }).update({ totals: (t: Loose) => t.updateAll({ total: '0' }) }),
      ],
      [
        'of a kind that Prisma does not have, deeper',
        'update',
        'bought',
        ({ Order }) =>
          Order.where({ id: 1 }).update({ customer: (c: Loose) => c.update({ totals: (t: Loose) => t.disconnect() }) }),
      ],
      [
        'of a kind that Prisma does not have, written out',
        'delete',
        'order_totals',
        ({ Customer }) => Customer.where({ id: 1 }).update({ totals: () => ({ kind: 'delete' }) }),
      ],
      [
        'in rows of a createAll',
        'create',
        'order_totals',
        ({ Customer }) => Customer.createAll([{ ...parent, totals: (t: Loose) => t.create({ total: '1' }) }]),
      ],
      [
        'in the update of an upsert',
        'disconnect',
        'order_totals',
        ({ Customer }) => Customer.upsert({ create: parent, update: { totals: (t: Loose) => t.disconnect() } }),
      ],
    ];

  it.each(refused)('%s is refused, and nothing is sent', async (_name, operation, table, write) => {
    expect(await refusalOf(() => write(loose(db.orm.public)))).toMatchObject({ operation, table });
    expect(sent).toEqual([]);
  });

  it.each(refused)(
    '%s leaves the transaction usable, and nothing is done',
    async (_name, _operation, _table, write) => {
      await db.transaction(async (tx) => {
        await refusalOf(() => write(loose(tx.orm.public)));
        expect(sent).toEqual(['BEGIN']);
        expect(await tx.orm.public.Customer.where({ id: 1 }).first()).toEqual({ id: 1, name: 'Ada', region: 'north' });
      });
    },
  );

  it('cannot be something else when Prisma looks', async () => {
    let asked = 0;
    const data = {
      name: 'Ada',
      get totals() {
        asked += 1;
        return asked === 1 ? undefined : (t: Loose) => t.disconnect();
      },
    };
    await loose(db.orm.public.Customer).where({ id: 1 }).update(data);
    let called = 0;
    const orders = (o: Loose) => {
      called += 1;
      return called === 1
        ? o.connect({ id: 1 })
        : o.create([{ id: 93, amount: '1', totals: (t: Loose) => t.create({ product: 'x' }) }]);
    };
    await loose(db.orm.public.Customer).where({ id: 1 }).update({ orders });
    expect([asked, called]).toEqual([1, 1]);
  });
});

const nested = (orders: unknown) => loose(db.orm.public.Customer).where({ id: 1 }).update({ orders });

describe('what writes other tables alone goes on', () => {
  it('with its nested writes, to a stream table’s row where the foreign key is here', async () => {
    const { public: models } = loose(db.orm);
    await models.Customer.create({
      id: 80,
      name: 'Fay',
      region: 'west',
      orders: (o: Loose) => o.create([{ id: 800, amount: '1' }]),
    });
    await models.Order.where({ id: 800 }).update({ totals: (t: Loose) => t.connect({ product: 'mate' }) });
    await models.Customer.where({ id: 80 }).update({
      orders: () => ({ kind: 'create', data: [{ id: 801, amount: '2' }] }),
    });
    expect(
      await db.orm.public.Order.where({ customerId: 80 })
        .orderBy((o) => o.id.asc())
        .select('id', 'product')
        .all(),
    ).toEqual([
      { id: 800, product: 'mate' },
      { id: 801, product: 'tea' },
    ]);
    await models.Order.where({ id: 801 }).update({
      customer: (c: Loose) => c.connect({ id: 1 }),
      totals: (t: Loose) => t.disconnect(),
    });
    expect(await models.Order.where({ customerId: 80 }).deleteAndCount()).toBe(1);
    expect(await models.Order.where({ id: 801 }).delete()).toMatchObject({ customerId: 1, product: null });
    expect(await models.Customer.where({ id: 80 }).deleteAll()).toHaveLength(1);
  });

  it('and fails as Prisma has it, for what Prisma does not take', async () => {
    await expect(nested(() => 7)).rejects.toMatchObject({ code: 'ORM.RELATION_MUTATION_INVALID' });
    await expect(nested(() => undefined)).rejects.toMatchObject({ code: 'ORM.RELATION_MUTATION_INVALID' });
    await expect(nested((o: Loose) => o.updateAll({ product: 'x' }))).rejects.toThrow('no nested updateAll()');
  });
});

describe('the middleware refuses, and nothing is sent,', () => {
  const totals = base.sql.public.order_totals;
  const deletion = () => totals.delete().where((f, fns) => fns.eq(f.customer_id, 1));
  const lanes: readonly (readonly [lane: string, write: () => unknown])[] = [
    ['the ORM', () => base.orm.public.OrderTotals.createAndCount([{ total: '1' }])],
    [
      'another orm() over the runtime',
      () => orm({ runtime: base.runtime(), context: base.context }).public.OrderTotals.createAndCount([{ total: '1' }]),
    ],
    ['insert of the SQL builder', () => base.runtime().execute(totals.insert([{ total: '1' }]).build())],
    [
      'update of the SQL builder',
      () =>
        base.runtime().execute(
          totals
            .update({ total: '0' })
            .where((f, fns) => fns.eq(f.customer_id, 1))
            .build(),
        ),
    ],
    ['delete of the SQL builder, with rows', () => base.runtime().query(deletion().returning('total').build())],
    [
      'a prepared statement',
      async () => {
        const statement = await base.prepare({ id: 'pg/int4@1' }, ({ id }) =>
          totals
            .delete()
            .where((f, fns) => fns.eq(f.customer_id, id))
            .returning('total')
            .build(),
        );
        return await statement.query(base.runtime(), { id: 1 });
      },
    ],
    [
      'raw SQL that gives a count',
      () => base.runtime().execute(base.raw.sql`delete from order_totals`.affectedCount().build()),
    ],
    [
      'raw SQL that gives rows',
      () =>
        base
          .runtime()
          .query(
            base.raw.sql`with d as (delete from public.order_totals returning total) select total from d`
              .returnsRow({ total: 'pg/numeric@1' })
              .build(),
          ),
    ],
    [
      'raw SQL within a query of the builder',
      () =>
        base.runtime().query(
          base.sql.public.customers
            .select('x', (_f, fns) =>
              fns.raw`(with d as (delete from order_totals returning 1) select 1)`.returns('pg/int4@1'),
            )
            .limit(1)
            .build(),
        ),
    ],
  ];

  it.each(lanes)('%s', async (_lane, write) => {
    expect(await refusalOf(write)).toMatchObject({ table: 'order_totals' });
    expect(sent).toEqual([]);
  });

  it('a connection of the runtime', async () => {
    const connection = await base.runtime().connection();
    await refusalOf(() => connection.execute(deletion().build()));
    await connection.release();
    expect(sent).toEqual([]);
  });

  it.each([
    [
      'a transaction',
      () =>
        base.transaction(async (tx) => {
          await tx.execute(deletion().build());
        }),
    ],
    [
      'a transaction of the runtime',
      () =>
        withTransaction(base.runtime(), async (tx) => {
          await tx.execute(deletion().build());
        }),
    ],
    [
      'a transaction of the guarded client',
      () =>
        db.transaction(async (tx) => {
          await tx.query(deletion().returning('total').build());
        }),
    ],
  ])('%s', async (_lane, write) => {
    await refusalOf(write);
    expect(sent).toEqual(['BEGIN', 'ROLLBACK']);
  });
});

describe('raw SQL', () => {
  it('finds a table without a schema by the search path', async () => {
    const { base: other } = open(database.url, { searchPath: ['analytics', 'public'] });
    const error = await refusalOf(() =>
      other.runtime().execute(other.raw.sql`truncate region_totals`.affectedCount().build()),
    );
    expect(error).toMatchObject({ schema: 'analytics', operation: 'truncate' });
  });
});
