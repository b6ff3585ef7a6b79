import {
  AfterLoad,
  BaseEntity,
  Column,
  type DataSource,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  type ObjectLiteral,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  type Relation,
  RelationId,
} from 'typeorm';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { StreamTable, StreamTableEntity, streamRepository } from '../src/index.ts';
import { newDataSource, openDataSource, Repeated, type Sent, shopDatabase } from './shop/index.ts';

@Entity('customers')
class Buyer {
  @PrimaryColumn('int') id!: number;
  @Column('text') name!: string;
  @OneToMany(() => Placed, (placed) => placed.buyer) placed?: Placed[];
  @OneToOne(() => Totals, (totals) => totals.buyer) totals?: Relation<Totals> | null;
}

@StreamTable('placed')
class Placed extends StreamTableEntity {
  @Column('int', { name: 'order_id' }) orderId!: number;
  @Column('int', { name: 'customer_id' }) customerId!: number;
  @ManyToOne(() => Buyer, (buyer) => buyer.placed)
  @JoinColumn({ name: 'customer_id' })
  buyer?: Buyer | null;
}

/** Its join column is no property. */
@StreamTable('order_totals')
class Totals extends StreamTableEntity {
  @Column('numeric') total!: string;
  @OneToOne(() => Buyer, (buyer) => buyer.totals)
  @JoinColumn({ name: 'customer_id' })
  buyer?: Buyer | null;
}

@Entity('customers')
class LazyBuyer {
  @PrimaryColumn('int') id!: number;
  @OneToMany(() => LazyPlaced, (placed) => placed.buyer, { lazy: true }) placed!: Promise<LazyPlaced[]>;
}

@StreamTable('shuffled')
class LazyPlaced extends StreamTableEntity {
  @Column('int', { name: 'order_id' }) orderId!: number;
  @ManyToOne(() => LazyBuyer, (buyer) => buyer.placed, { lazy: true })
  @JoinColumn({ name: 'customer_id' })
  buyer!: Promise<LazyBuyer>;
}

/** Saving one goes on to its stream rows. */
@Entity('customers')
class CascadingBuyer {
  @PrimaryColumn('int') id!: number;
  @Column('text') name!: string;
  @OneToMany(() => CascadedPlaced, (placed) => placed.buyer, { cascade: true }) placed!: CascadedPlaced[];
}

@StreamTable('placed')
class CascadedPlaced extends StreamTableEntity {
  @Column('int', { name: 'order_id' }) orderId!: number;
  @ManyToOne(() => CascadingBuyer, (buyer) => buyer.placed)
  @JoinColumn({ name: 'customer_id' })
  buyer?: CascadingBuyer;
}

const database = shopDatabase();
const entities = [Buyer, Placed, Totals, LazyBuyer, LazyPlaced, CascadingBuyer, CascadedPlaced, Repeated];
let dataSource: DataSource & { readonly sent: Sent };
let admin: Client;
beforeAll(async () => {
  admin = await database.connect();
  await admin.query(
    `SELECT pgstream.create_stream_table(name => 'public.shuffled', schedule => '1h', refresh_mode => 'FULL', query =>
      'SELECT id AS order_id, customer_id FROM public.orders')`,
  );
  dataSource = await openDataSource(database.url, { entities });
});

/** By hand, which no trigger is to see: pg_trickle's refuse it. */
const setTotal = (total: string): Promise<unknown> =>
  admin.query(`BEGIN; SET LOCAL session_replication_role = replica;
    UPDATE order_totals SET total = ${total} WHERE customer_id = 4; COMMIT`);

const byOrder = (rows: readonly { orderId: number }[] = []): number[] =>
  rows.map(({ orderId }) => orderId).toSorted((a, b) => a - b);

const read = <T extends ObjectLiteral>(entity: new () => T, relation: string): Promise<T> =>
  dataSource.manager.findOneOrFail(entity, { where: { id: 1 } as object, relations: { [relation]: true } as object });
const keysOf = (row: object): string[] => Reflect.ownKeys(row).map(String).toSorted();
const keys = (rows: readonly object[]): string[] => [...new Set(rows.flatMap(keysOf))].toSorted();

describe.each(['join', 'query'] as const)('relations by %s', (relationLoadStrategy) => {
  it.each(['the find option', 'the DataSource'])('to it and from it, by %s', async (by) => {
    const how = by === 'the DataSource' ? {} : { relationLoadStrategy };
    const { manager } =
      by === 'the DataSource' ? await openDataSource(database.url, { entities, relationLoadStrategy }) : dataSource;

    const buyers = await manager.find(Buyer, { relations: { placed: { buyer: true } }, order: { id: 'ASC' }, ...how });
    expect(buyers.map(({ placed }) => byOrder(placed))).toEqual([[1, 2], [3], [], [4]]);
    expect(buyers[0]?.placed?.map(({ buyer }) => buyer?.name)).toEqual(['Ada', 'Ada']);

    const placed = await manager.find(Placed, { relations: { buyer: true }, order: { orderId: 'ASC' }, ...how });
    expect(placed.map(({ orderId, buyer }) => [orderId, buyer?.name])).toEqual([
      [1, 'Ada'],
      [2, 'Ada'],
      [3, 'Bob'],
      [4, 'Di'],
    ]);
  });

  it('one to one, either way, also where the join column is no property', async () => {
    const { manager } = dataSource;
    const buyers = await manager.find(Buyer, {
      relations: { totals: true },
      order: { id: 'ASC' },
      relationLoadStrategy,
    });
    expect(buyers.map(({ totals }) => totals && totals.total)).toEqual(['15.50', '7.25', null, '1.00']);
    const totals = await manager.find(Totals, {
      relations: { buyer: true },
      order: { total: 'ASC' },
      relationLoadStrategy,
    });
    expect(totals.map(({ total, buyer }) => [total, buyer?.name])).toEqual([
      ['1.00', 'Di'],
      ['7.25', 'Bob'],
      ['15.50', 'Ada'],
    ]);
  });

  it('where nothing of the row but NULLs is read', async () => {
    await setTotal('NULL');
    const di = await dataSource.manager.findOneOrFail(Buyer, {
      where: { id: 4 },
      relations: { totals: true },
      relationLoadStrategy,
    });
    await setTotal('1.00');
    expect(di.totals).toEqual({ total: null });
  });
});

describe('a relation that is loaded later', () => {
  it('from it, and to it', async () => {
    const [row] = await LazyPlaced.find({ where: { orderId: 3 } });
    expect((await row?.buyer)?.id).toBe(2);
    const buyer = await dataSource.manager.findOneByOrFail(LazyBuyer, { id: 1 });
    expect(byOrder(await buyer.placed)).toEqual([1, 2]);
  });

  it('is the one that the row had when it was read, whatever a refresh has stored in its place', async () => {
    const rows = await LazyPlaced.find();
    await admin.query('UPDATE orders SET amount = amount WHERE id <= 2');
    await LazyPlaced.refresh();
    const buyers = await Promise.all(rows.map(async ({ orderId, buyer }) => [orderId, (await buyer).id]));
    expect(buyers.toSorted(([a = 0], [b = 0]) => a - b)).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 4],
    ]);
  });

  it('by a relation query builder, of one row or several', async () => {
    const of = (rows: Placed[] | Placed | Totals, entity: new () => ObjectLiteral = Placed) =>
      dataSource.createQueryBuilder().relation(entity, 'buyer').of(rows);
    const rows = await Placed.find({ order: { orderId: 'ASC' } });
    expect(await of(rows[2]!).loadOne()).toMatchObject({ name: 'Bob' });
    expect(await of(rows).loadMany()).toHaveLength(3);
    expect(await of(await Totals.findOneByOrFail({ total: '7.25' }), Totals).loadOne()).toMatchObject({ name: 'Bob' });
  });

  it('says what to do where the row does not tell', async () => {
    const { relationLoader } = dataSource;
    const relation = dataSource.getMetadata(Totals).findRelationWithPropertyPath('buyer')!;
    await expect(async () => relationLoader.load(relation, new Totals())).rejects.toThrow(
      'Totals.buyer cannot be loaded: Totals has no key to find the row by, and its column "customer_id" was not read.',
    );
  });
});

describe('saving a parent that was read with its rows', () => {
  it.each([
    ['one to many', Buyer, 'placed'],
    ['one to one', Buyer, 'totals'],
  ] as const)('%s, writes the parent alone', async (_, entity, relation) => {
    const parent: ObjectLiteral & { name: string } = await read<Buyer>(entity, relation);
    parent.name = `Ada of ${relation}`;
    await dataSource.manager.save(parent);
    expect(await admin.query('SELECT name FROM customers WHERE id = 1')).toMatchObject({
      rows: [{ name: `Ada of ${relation}` }],
    });
    await admin.query(`UPDATE customers SET name = 'Ada' WHERE id = 1`);
  });

  it.each([
    ['a row is left out', Buyer, (parent: Buyer) => (parent.placed = parent.placed!.slice(1))],
    ['a row is added', Buyer, (parent: Buyer, other: Placed) => parent.placed!.push(other)],
    ['the only row is taken away', Buyer, (parent: Buyer) => (parent.totals = null)],
    // TypeORM goes on with a copy of the row, of which nobody knows where it is from.
    ['there are cascades, though nothing is changed', CascadingBuyer, () => undefined],
    ['a row is changed', CascadingBuyer, (parent: Buyer) => (parent.placed![0]!.orderId = 77)],
    ['a row is new', CascadingBuyer, (parent: Buyer) => parent.placed!.push({ orderId: 78 } as Placed)],
  ] as const)('is refused where %s', async (name, entity, change) => {
    const parent = await read<ObjectLiteral>(entity, name.includes('only') ? 'totals' : 'placed');
    change(parent as Buyer, await Placed.findOneByOrFail({ orderId: 3 }));
    Object.assign(parent, { name: 'forged' });
    const { length } = dataSource.sent;
    await expect(dataSource.manager.save(parent)).rejects.toMatchObject({ code: 'READ_ONLY' });
    expect(dataSource.sent.slice(length).filter((statement) => /^(INSERT|UPDATE|DELETE)/.test(statement))).toEqual([]);
  });
});

describe('the place of a row', () => {
  const long = 'x'.repeat(60);

  it('is in no raw row, alone, joined or streamed', async () => {
    const all = () => dataSource.createQueryBuilder(Placed, 'p').innerJoinAndSelect('p.buyer', 'b');
    const own = ['b_id', 'b_name', 'p_customer_id', 'p_order_id'];
    expect(keys(await all().getRawMany())).toEqual(own);
    expect(keys([(await all().getRawOne())!])).toEqual(own);
    expect(keys(await (await all().stream()).toArray())).toEqual(own);
    const { raw, entities: found } = await all().getRawAndEntities<object>();
    expect([keys(raw), found.length]).toEqual([own, 4]);
    const pages = await all().orderBy('p.orderId').skip(1).take(2).getRawAndEntities<object>();
    expect([keys(pages.raw), byOrder(pages.entities)]).toEqual([own, [2, 3]]);
    const inner = await dataSource
      .createQueryBuilder(Buyer, 'b')
      .leftJoinAndSelect('b.placed', 'p')
      .getRawAndEntities<object>();
    expect(keys(inner.raw)).toEqual(own);
    expect(keys((await dataSource.createQueryBuilder(Placed, long).getRawAndEntities<object>()).raw)).toHaveLength(2);
    expect(all().getQuery()).not.toMatch(/ctid|tableoid/);
  });

  it('is in no entity, nor in what is made of one', async () => {
    const row = await Placed.findOneByOrFail({ orderId: 3 });
    const copy: object = { ...(row as object) };
    const shown = { orderId: 3, customerId: 2 };
    // The compiler makes an own property of the relation.
    const own = ['buyer', 'customerId', 'orderId'];
    expect(keysOf(row)).toEqual(own);
    expect([JSON.parse(JSON.stringify(row)), copy, structuredClone(copy)]).toEqual([shown, shown, shown]);
    const { manager } = dataSource;
    const made = [manager.create(Placed, copy), manager.merge(Placed, new Placed(), row)];
    for (const each of made) expect(keysOf(each)).toEqual(own);
    await expect(manager.preload(Placed, copy)).rejects.toMatch('does not have a primary column');
    expect(await manager.preload(Buyer, { id: 2, name: 'Bo', placed: [row] })).toMatchObject({
      name: 'Bo',
      placed: [shown],
    });
  });

  it('is no id', async () => {
    const row = await Placed.findOneByOrFail({ orderId: 3 });
    expect([row.hasId(), Placed.hasId(row), Placed.getId(row)]).toEqual([false, false, undefined]);
    await expect(row.reload()).rejects.toThrow(
      'This Placed has no value for its key, or no key: read it again with find().',
    );
  });

  it('is no id of TypeORM’s own repository and manager either, nor of one that extends its BaseEntity', async () => {
    @StreamTable('placed')
    class Active extends BaseEntity {
      @Column('int', { name: 'order_id' }) orderId!: number;
    }
    @StreamTable('order_totals')
    class Keyed extends BaseEntity {
      @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
      @Column('numeric') total!: string;
    }
    const own = await openDataSource(database.url, { entities: [Active, Keyed] });
    const row = await Active.findOneByOrFail({ orderId: 3 });
    const repository = own.getRepository(Active);
    expect([repository.getId(row), own.manager.getId(row), Active.getId(row)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([repository.hasId(row), own.manager.hasId(row), Active.hasId(row), row.hasId()]).toEqual(
      Array(4).fill(false),
    );
    const { length } = own.sent;
    await expect(row.reload()).rejects.toThrow(
      'This Active has no value for its key, or no key: read it again with find().',
    );
    expect(own.sent).toHaveLength(length);
    const keyed = await Keyed.findOneByOrFail({ customerId: 2 });
    expect([keyed.hasId(), Keyed.getId(keyed), own.manager.getId(keyed)]).toEqual([true, 2, 2]);
    keyed.total = '0';
    await keyed.reload();
    expect(keyed).toMatchObject({ total: '7.25' });
  });

  it.each(['join', 'query'] as const)(
    'is not needed to select by TypeORM’s own repository, by %s',
    async (relationLoadStrategy) => {
      const own = dataSource.getRepository(Placed);
      const order = { orderId: 'ASC' } as const;
      expect(await own.find({ select: { orderId: true }, order, relationLoadStrategy })).toEqual(
        [1, 2, 3, 4].map((orderId) => ({ orderId })),
      );
      expect(await own.find({ select: { customerId: true }, order, relationLoadStrategy })).toEqual(
        [1, 1, 2, 4].map((customerId) => ({ customerId })),
      );
      expect(
        await own.find({
          select: { orderId: true, customerId: true, buyer: { id: true, name: true } },
          relations: { buyer: true },
          where: { orderId: 3 },
          relationLoadStrategy,
        }),
      ).toEqual([{ orderId: 3, customerId: 2, buyer: { id: 2, name: 'Bob' } }]);
      const buyers = await dataSource.getRepository(Buyer).find({
        select: { id: true, placed: { orderId: true } },
        relations: { placed: true },
        order: { id: 'ASC' },
        relationLoadStrategy,
      });
      expect(buyers.map(({ placed }) => byOrder(placed))).toEqual([[1, 2], [3], [], [4]]);
      expect(JSON.parse(JSON.stringify(buyers[1]))).toEqual({ id: 2, placed: [{ orderId: 3 }] });
    },
  );

  it.each([
    ['TypeORM’s own repository', () => dataSource.getRepository(Placed)],
    ['ours', () => streamRepository(dataSource, Placed)],
  ])('without the join column among what is selected, a second query is refused: %s', async (_, repository) => {
    const options = {
      select: { orderId: true, buyer: { id: true, name: true } },
      relations: { buyer: true },
      where: { orderId: 3 },
    } as const;
    await expect(repository().find({ ...options, relationLoadStrategy: 'query' })).rejects.toThrow(
      `Placed.buyer cannot be loaded: Placed has no key to find the row by, and its column "customer_id" was not read. Read the relation with the row, by a join (relationLoadStrategy: 'join'), or read that column, too.`,
    );
    expect(await repository().find({ ...options, relationLoadStrategy: 'join' })).toEqual([
      { orderId: 3, buyer: { id: 2, name: 'Bob' } },
    ]);
  });

  it('is read of a cache as well', async () => {
    const cached = await openDataSource(database.url, { entities, cache: true });
    await cached.queryResultCache?.synchronize();
    const query = () => cached.createQueryBuilder(Repeated, 'r').cache('repeated', 60_000).getMany();
    await query();
    const { length } = cached.sent;
    expect(await query()).toHaveLength(5);
    expect(cached.sent.slice(length).filter((statement) => statement.includes('FROM "public"."repeated"'))).toEqual([]);
  });
});

describe('listeners', () => {
  it.each(['find', 'page', 'a subscriber'])('see a row as it is, and may freeze it: %s', async (how) => {
    const seen: string[] = [];
    const look = (row: object): void => {
      seen.push(...Reflect.ownKeys(row).map(String));
      Object.freeze(row);
    };
    @StreamTable('repeated')
    class Frozen extends StreamTableEntity {
      @Column('text', { nullable: true }) region!: string | null;
      @Column('int', { nullable: true }) amount!: number | null;
      @AfterLoad() look(): void {
        if (how !== 'a subscriber') look(this);
      }
    }
    const own = await openDataSource(database.url, { entities: [Frozen] });
    if (how === 'a subscriber') own.subscribers.push({ afterLoad: look });
    const rows = await Frozen.find(how === 'page' ? { skip: 1, take: 4, order: { region: 'ASC' } } : {});
    expect(rows).toHaveLength(how === 'page' ? 4 : 5);
    expect(rows.every((row) => Object.isFrozen(row))).toBe(true);
    expect([...new Set(seen)].toSorted()).toEqual(['amount', 'region']);
    expect(await streamRepository(own, Frozen).find({ select: { amount: true } })).toHaveLength(5);
    // What a microtask throws would end the process.
    await new Promise(setImmediate);
  });

  it('may freeze a row that is read with a key that was not asked for', async () => {
    @StreamTable('order_totals')
    class FrozenTotals extends StreamTableEntity {
      @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
      @Column('numeric') total!: string;
      @AfterLoad() look(): void {
        Object.freeze(this);
      }
    }
    await openDataSource(database.url, { entities: [FrozenTotals] });
    expect(await FrozenTotals.find({ select: { total: true }, where: { customerId: 2 } })).toMatchObject([
      { total: '7.25' },
    ]);
  });
});

describe('what would store or show places', () => {
  it.each([
    [
      'a many-to-one relation',
      () => {
        @Entity('notes')
        class Note {
          @PrimaryColumn('int') id!: number;
          @ManyToOne(() => Placed) placed?: Placed;
        }
        return [Note];
      },
      /^The relation Note\.placed leads to the stream entity Placed, which has no key to refer to\. Say which .* referencedColumnName/,
    ],
    [
      'a join table',
      () => {
        @Entity('notes')
        class Note {
          @PrimaryColumn('int') id!: number;
          @ManyToMany(() => Placed) @JoinTable({ name: 'noted' }) placed?: Placed[];
        }
        return [Note];
      },
      /leads to the stream entity Placed/,
    ],
    [
      'ids of it',
      () => {
        @Entity('customers')
        class Asking {
          @PrimaryColumn('int') id!: number;
          @OneToMany(() => Answering, (placed) => placed.asking) placed?: Answering[];
          @RelationId((asking: Asking) => asking.placed) ids!: unknown[];
        }
        @StreamTable('placed')
        class Answering {
          @Column('int', { name: 'order_id' }) orderId!: number;
          @ManyToOne(() => Asking, (asking) => asking.placed) @JoinColumn({ name: 'customer_id' }) asking?: Asking;
        }
        return [Asking, Answering];
      },
      /^Asking\.ids asks by @RelationId for the ids of Answering, a stream entity without a key/,
    ],
  ])('%s is refused before anything is synchronised', async (_, declare, message) => {
    const refused = newDataSource(database.url, { entities: [...entities, ...declare()], synchronize: true });
    await expect(refused.initialize()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message) as unknown,
    });
    expect(refused.isInitialized).toBe(false);
    expect(refused.sent.filter((statement) => /^(ALTER|CREATE)/.test(statement))).toEqual([]);
  });

  it('a relation that says which column it refers to is none of it', async () => {
    @Entity('mentions')
    class Mention {
      @PrimaryColumn('int') id!: number;
      @ManyToOne(() => Placed)
      @JoinColumn({ name: 'order_id', referencedColumnName: 'orderId' })
      placed?: Placed | null;
    }
    const named = await openDataSource(database.url, { entities: [Buyer, Placed, Totals, Mention] });
    await admin.query('CREATE TABLE mentions (id int PRIMARY KEY, order_id int)');
    expect(
      (await named.driver.createSchemaBuilder().log()).upQueries.filter(({ query }) => /mentions/.test(query)),
    ).toEqual([]);
    const placed = await streamRepository(named, Placed).findOneByOrFail({ orderId: 3 });
    await named.manager.save(Mention, { id: 1, placed });
    for (const relationLoadStrategy of ['join', 'query'] as const) {
      expect(await named.manager.find(Mention, { relations: { placed: true }, relationLoadStrategy })).toEqual([
        { id: 1, placed: { orderId: 3, customerId: 2 } },
      ]);
    }
    await named.destroy();
  });
});
