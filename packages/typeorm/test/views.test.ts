import {
  type DataSource,
  Entity,
  EntitySchema,
  ManyToOne,
  JoinColumn,
  PrimaryColumn,
  ViewColumn,
  ViewEntity,
} from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import { Archive, Customer, openDataSource, OrderTotals, shopDatabase } from './shop/index.ts';

const database = shopDatabase();

@ViewEntity({ name: 'by_text', expression: 'SELECT t.customer_id AS id, total FROM order_totals AS t WHERE total > 0' })
class ByText {
  @PrimaryColumn('int') id!: number;
  @ViewColumn() total!: string;
}

@ViewEntity({
  name: 'by_builder',
  expression: ({ manager }: DataSource) =>
    manager.createQueryBuilder(OrderTotals, 't').select('t.customerId', 'id').addSelect('t.total', 'total'),
})
class ByBuilder {
  @PrimaryColumn('int') id!: number;
  @ViewColumn() total!: string;
}

@ViewEntity({ name: 'by_view', dependsOn: ['ByText'], expression: 'SELECT * FROM "by_text"' })
class ByView {
  @PrimaryColumn('int') id!: number;
  @ViewColumn() total!: string;
}

/** Reads an ordinary table, and mentions the stream table. */
@ViewEntity({
  name: 'of_archive',
  expression:
    'SELECT customer_id AS id, total FROM archive WHERE customer_id NOT IN (SELECT customer_id FROM order_totals)',
})
class OfArchive {
  @PrimaryColumn('int') id!: number;
  @ViewColumn() total!: string;
}

/** PostgreSQL writes through no join. */
@ViewEntity({
  name: 'joined',
  expression: 'SELECT c.id, t.total FROM order_totals t JOIN customers c ON c.id = t.customer_id',
})
class Joined {
  @PrimaryColumn('int') id!: number;
  @ViewColumn() total!: string;
}

/** What cannot be asked before the database is there. */
@ViewEntity({
  name: 'failing',
  synchronize: false,
  expression: () => {
    throw new Error('not now');
  },
})
class Failing {
  @PrimaryColumn('int') id!: number;
}

@Entity('notes')
class Noted {
  @PrimaryColumn('int') id!: number;
  @ManyToOne(() => ByText, { cascade: true, createForeignKeyConstraints: false })
  @JoinColumn({ name: 'customer_id' })
  total?: ByText;
}

let dataSource: DataSource;
beforeAll(async () => {
  dataSource = await openDataSource(database.url, {
    entities: [Archive, Customer, OrderTotals, ByText, ByBuilder, ByView, OfArchive, Joined, Failing, Noted],
  });
  // As TypeORM makes them.
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  for (const { query } of upQueries) if (query.startsWith('CREATE VIEW')) await dataSource.query(query);
});

const refused = { code: 'READ_ONLY', schema: 'public', table: 'order_totals' };

describe.each([
  ['a text', ByText, 'by_text'],
  ['a query builder', ByBuilder, 'by_builder'],
  ['a view that reads one', ByView, 'by_view'],
] as const)('a view entity over a stream table, by %s', (_, View, name) => {
  it('is made and read', async () => {
    expect(await dataSource.manager.find(View, { order: { id: 'ASC' } })).toMatchObject([
      { id: 1, total: '15.50' },
      { id: 2 },
      { id: 4 },
    ]);
  });

  it('is refused to be written through, as the stream table is', async () => {
    const { manager } = dataSource;
    const found = await manager.findOneByOrFail(View, { id: 1 });
    for (const call of [
      () => manager.delete(View, { id: 1 }),
      () => manager.update(View, { id: 1 }, { total: '0' }),
      () => manager.save(Object.assign(found, { total: '0' })),
      () => manager.save(Object.assign(found, { total: '0' }), { listeners: false }),
      () => manager.remove(found),
      () => manager.getRepository(View).insert({ id: 9, total: '1' }),
      () => manager.createQueryBuilder().delete().from(View).execute(),
      () => manager.createQueryBuilder().delete().from(View).callListeners(false).execute(),
      () => dataSource.query(`DELETE FROM ${name}`),
      () => dataSource.query(`UPDATE public."${name}" SET total = 0`),
    ]) {
      await expect(call()).rejects.toMatchObject(refused);
    }
    await expect(dataSource.query(`DELETE FROM ${name}`)).rejects.toThrow(`The view "${name}" would pass it on`);
  });

  it('is defined anew as ever', async () => {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`ALTER VIEW ${name} RENAME TO renamed`);
    await runner.query('DROP VIEW renamed CASCADE');
    expect(await runner.hasTable('renamed')).toBe(false);
    await runner.rollbackTransaction();
    await runner.release();
  });
});

it('a cascade to a view over a stream table is refused', async () => {
  const note = Object.assign(new Noted(), { id: 5, total: Object.assign(new ByText(), { id: 9, total: '1' }) });
  await expect(dataSource.manager.save(note, { listeners: false, transaction: false })).rejects.toMatchObject(refused);
  expect(await dataSource.manager.count(Noted)).toBe(0);
});

it('other views are written as ever', async () => {
  const { manager } = dataSource;
  await manager.insert(Archive, { customerId: 3, total: '1' });
  expect(await manager.update(OfArchive, { id: 3 }, { total: '2' })).toMatchObject({ affected: 1 });
  expect(await manager.delete(OfArchive, { id: 3 })).toMatchObject({ affected: 1 });
  await expect(manager.delete(Joined, { id: 1 })).rejects.toThrow('cannot delete from view');
});

it('an EntitySchema of a view is known, too', async () => {
  const Schema = new EntitySchema<{ id: number }>({
    name: 'Schema',
    type: 'view',
    tableName: 'by_text',
    expression: 'SELECT "id" FROM (TABLE nothing) AS "x"',
    columns: { id: { type: 'int', primary: true } },
  });
  const Other = new EntitySchema<{ id: number }>({
    name: 'Other',
    type: 'view',
    tableName: 'by_builder',
    expression: 'TABLE public.order_totals',
    columns: { id: { type: 'int', primary: true } },
  });
  const other = await openDataSource(database.url, { entities: [OrderTotals, Customer, Schema, Other] });
  await expect(other.getRepository('Other').delete({ id: 1 })).rejects.toMatchObject(refused);
});
