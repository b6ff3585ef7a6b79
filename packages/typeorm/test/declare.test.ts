import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryColumn } from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import { columnOf, defineStreamTable, StreamTable, StreamTableEntity, streamRepository } from '../src/index.ts';
import { Customer as OfTheShop, openDataSource, shopDatabase } from './shop/index.ts';

const database = shopDatabase();

describe('a column of the extension’s own', () => {
  const declarations: readonly [name: string, declare: () => unknown][] = [
    [
      'as a property',
      () => {
        @StreamTable()
        class Wrong {
          @Column('bigint') __pgs_row_id!: string;
        }
        return Wrong;
      },
    ],
    [
      'by its name in the database',
      () => {
        @StreamTable()
        class Wrong extends StreamTableEntity {
          @PrimaryColumn('bigint', { name: '__pgt_row_id' }) rowId!: string;
        }
        return Wrong;
      },
    ],
    [
      'in a class that it extends',
      () => {
        class Base {
          @Column('bigint', { name: '__pgs_count' }) count!: string;
        }
        @StreamTable()
        class Wrong extends Base {}
        return Wrong;
      },
    ],
    ['without decorators', () => defineStreamTable({ name: 'wrong', columns: { __pgs_count: 'bigint' } })],
  ];

  it.each(declarations)('%s is refused where it is declared', (_, declare) => {
    expect(declare).toThrow(
      expect.objectContaining({
        code: 'INVALID_NAME',
        message: expect.stringMatching(/cannot be declared with "__pg[st]_(row_id|count)"/) as unknown,
      }),
    );
  });

  it('that only the naming strategy makes is refused by initialize()', async () => {
    @StreamTable('order_totals')
    class Odd {
      @PrimaryColumn('int') row_id!: number;
    }
    const { DefaultNamingStrategy } = await import('typeorm');
    const namingStrategy = Object.assign(new DefaultNamingStrategy(), {
      columnName: (name: string) => `__pgs_${name}`,
    });
    const opening = openDataSource(database.url, { entities: [Odd], namingStrategy });
    await expect(opening).rejects.toThrow('cannot be declared with "__pgs_row_id"');
  });
});

describe('a name with a dot, which TypeORM takes for that of a schema', () => {
  const declarations: readonly [name: string, declare: () => unknown][] = [
    [
      'with decorators',
      () => {
        @StreamTable('analytics.region_totals')
        class Wrong extends StreamTableEntity {
          @PrimaryColumn('text') region!: string;
        }
        return Wrong;
      },
    ],
    ['without', () => defineStreamTable({ name: 'analytics.region_totals', columns: { region: 'text' } })],
    ['in the schema', () => defineStreamTable({ name: 'totals', schema: 'shop.eu', columns: { region: 'text' } })],
  ];

  it.each(declarations)('is refused where it is declared, %s', (_, declare) => {
    expect(declare).toThrow(
      expect.objectContaining({
        code: 'INVALID_NAME',
        message: expect.stringMatching(/: give the schema by itself, \{ schema: '\w+', name: '\w+' \}\.$/) as unknown,
      }),
    );
  });
});

describe('defineStreamTable()', () => {
  const Totals = defineStreamTable({
    name: 'order_totals',
    schema: 'public',
    columns: {
      customerId: { type: 'int', name: 'customer_id', primary: true },
      total: columnOf<number>({ type: 'numeric', transformer: { from: Number, to: String } }),
    },
    relations: { customer: { type: 'many-to-one', target: () => Customer, joinColumn: { name: 'customer_id' } } },
    orderBy: { total: 'DESC' },
  });
  let dataSource: DataSource;
  beforeAll(async () => {
    dataSource = await openDataSource(database.url, { entities: [Totals, Customer, OfCustomer] });
  });

  @Entity('customers')
  class Customer {
    @PrimaryColumn('int') id!: number;
    @Column('text') name!: string;
  }

  @StreamTable('order_totals')
  class OfCustomer {
    @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  }

  it('makes an entity that is read by its class, its repository and its name', async () => {
    expect(Totals.name).toBe('OrderTotals');
    const [first] = await Totals.find({ relations: { customer: true }, take: 1 });
    expect(first).toBeInstanceOf(Totals);
    expect(first).toEqual({ customerId: 1, total: 15.5, customer: { id: 1, name: 'Ada' } });
    expect(await streamRepository(dataSource, Totals).count()).toBe(3);
    expect(await dataSource.getRepository('OrderTotals').countBy({ customerId: 2 })).toBe(1);
    expect(await Totals.isStale()).toBe(false);
  });

  it('names its class after the table, unless told otherwise', () => {
    const columns = { id: 'int' } as const;
    expect(defineStreamTable({ name: 'sales_by_region_2', columns }).name).toBe('SalesByRegion2');
    expect(defineStreamTable({ name: '1st_größe$', columns }).name).toBe('1stGröße');
    expect(defineStreamTable({ name: 'a', className: 'Other', columns }).name).toBe('Other');
    expect(() => defineStreamTable({ columns } as never)).toThrow('takes the name of the stream table');
  });

  it('takes relations of every kind', async () => {
    const Wide = defineStreamTable({
      name: 'order_totals',
      className: 'Wide',
      columns: { customerId: { type: 'int', name: 'customer_id', primary: true } },
      relations: {
        placed: { type: 'one-to-many', target: () => Placed, inverseSide: 'wide' },
        same: { type: 'one-to-one', target: () => Customer, joinColumn: { name: 'customer_id' } },
        readings: {
          type: 'many-to-many',
          target: () => Customer,
          joinTable: { name: 'tagged', joinColumn: { name: 'total_id' }, inverseJoinColumn: { name: 'customer_id' } },
        },
      },
    });
    @StreamTable('placed')
    class Placed {
      @PrimaryColumn('int', { name: 'order_id' }) orderId!: number;
      @ManyToOne(() => Wide, 'placed')
      wide?: InstanceType<typeof Wide>;
    }
    const joined = { name: 'customer_id' };
    const { JoinColumn } = await import('typeorm');
    JoinColumn(joined)(Placed.prototype, 'wide');
    const admin = await database.connect();
    await admin.query('INSERT INTO tagged VALUES (2, 1)');
    const other = await openDataSource(database.url, { entities: [Wide, Placed, Customer] });
    const found = await Wide.findOneOrFail({
      where: { customerId: 1 },
      relations: { placed: true, same: true, readings: true },
      order: { placed: { orderId: 'ASC' } },
    });
    expect(found).toEqual({
      customerId: 1,
      placed: [{ orderId: 1 }, { orderId: 2 }],
      same: { id: 1, name: 'Ada' },
      readings: [{ id: 2, name: 'Bob' }],
    });
    await expect(other.getRepository(Placed).clear()).rejects.toMatchObject({ code: 'READ_ONLY' });
  });
});

describe('a class that is no active record', () => {
  @StreamTable({ name: 'order_totals' })
  class Plainest {
    @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
    @OneToMany(() => Reader, (reader) => reader.totals) readers?: Reader[];
  }
  @Entity('notes')
  class Reader {
    @PrimaryColumn('int') id!: number;
    @ManyToOne(() => Plainest, (totals) => totals.readers)
    totals?: Plainest;
  }

  it('guards its DataSource all the same', async () => {
    const { manager } = await openDataSource(database.url, { entities: [Plainest, Reader] });
    await expect(manager.delete(Plainest, { customerId: 1 })).rejects.toMatchObject({ operation: 'delete' });
    expect(() => (Plainest as unknown as { save(): void }).save()).toThrow('does not extend StreamTableEntity');
  });

  it('of which another class is made is an ordinary entity', async () => {
    @Entity('archive')
    class Kept extends Plainest {}
    const { manager } = await openDataSource(database.url, { entities: [Kept, Plainest, Reader] });
    await manager.insert(Kept, { customerId: 77 });
    expect(await manager.delete(Kept, { customerId: 77 })).toMatchObject({ affected: 1 });
    await expect(manager.insert(Plainest, { customerId: 77 })).rejects.toMatchObject({ code: 'READ_ONLY' });
  });

  it('that extends TypeORM’s BaseEntity keeps what that does, but writes', async () => {
    const { BaseEntity } = await import('typeorm');
    @StreamTable('order_totals')
    class Active extends BaseEntity {
      @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
    }
    await openDataSource(database.url, { entities: [Active] });
    const found = await Active.findOneByOrFail({ customerId: 1 });
    await expect(found.remove()).rejects.toMatchObject({ code: 'READ_ONLY', operation: 'remove' });
  });
});

it('an ordinary class gets no static of ours', () => {
  expect(Object.getOwnPropertyNames(OfTheShop)).not.toContain('useDataSource');
});
