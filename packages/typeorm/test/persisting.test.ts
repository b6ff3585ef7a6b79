import {
  Column,
  DeleteDateColumn,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
} from 'typeorm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StreamTable } from '../src/index.ts';
import { Customer, openDataSource, shopDatabase } from './shop/index.ts';

const database = shopDatabase();

@Entity('notes')
class Note {
  @PrimaryColumn('int') id!: number;
  @Column('text') body!: string;
  @ManyToOne(() => Placed)
  @JoinColumn({ name: 'customer_id' })
  placed?: Placed;
}

@StreamTable('placed')
class Placed {
  @PrimaryColumn('int', { name: 'order_id' }) orderId!: number;
  @OneToMany(() => Note, (note) => note.placed) notes?: Note[];
}

const CONTROL = /^(?:begin|start|commit|rollback|savepoint|release)\b/i;

describe('persisting what leads to a stream table, and writes nothing of it, without a transaction', () => {
  const options = { listeners: false, transaction: false } as const;
  it.each([
    ['save', options],
    ['save', { transaction: false, chunk: 1 }],
    ['save', { ...options, chunk: 1 }],
    ['remove', options],
    ['softRemove', { ...options }],
    ['recover', { ...options, chunk: 2 }],
  ] as const)(
    '%s() with %o sends no transaction of its own, and leaves one of the user’s alone',
    async (call, with_) => {
      @Entity('notes')
      class Kept {
        @PrimaryColumn('int') id!: number;
        @Column('text') body!: string;
        @Column('int', { name: 'customer_id', nullable: true }) customerId!: number | null;
        @ManyToOne(() => Placed)
        @JoinColumn({ name: 'customer_id' })
        placed?: Placed;
        @DeleteDateColumn({ name: 'gone_at', type: 'timestamptz' }) goneAt!: Date | null;
      }
      const dataSource = await openDataSource(database.url, { entities: [Kept, Note, Placed] });
      await dataSource.query('ALTER TABLE notes ADD COLUMN IF NOT EXISTS gone_at timestamptz');
      await dataSource.query(
        `TRUNCATE notes; INSERT INTO notes (id, body, gone_at) VALUES (1, 'a', NULL), (2, 'b', now())`,
      );
      const stored = (): Promise<unknown> => dataSource.query('SELECT id, body, gone_at FROM notes ORDER BY id');
      const before = await stored();
      const runner = dataSource.createQueryRunner();
      onTestFinished(() => runner.release());
      await runner.query('BEGIN');
      const kept = await runner.manager.findOneOrFail(Kept, {
        where: { id: call === 'recover' ? 2 : 1 },
        withDeleted: true,
      });
      kept.body = 'changed';
      const { length } = dataSource.sent;
      const persist = runner.manager as unknown as Record<
        string,
        (entity: object, options: object) => Promise<unknown>
      >;
      await persist[call]!(kept, with_);
      expect(dataSource.sent.slice(length).filter((text) => CONTROL.test(text))).toEqual([]);
      expect(await runner.query('SELECT id, body, gone_at FROM notes ORDER BY id')).not.toEqual(before);
      await runner.query('ROLLBACK');
      expect(await stored()).toEqual(before);
    },
  );
});

it('listeners that are turned off are not heard, and those that are on are heard once', async () => {
  const heard: string[] = [];
  const dataSource = await openDataSource(database.url);
  dataSource.subscribers.push({
    beforeUpdate: () => void heard.push('beforeUpdate'),
    afterUpdate: () => void heard.push('afterUpdate'),
    beforeQuery: ({ query }) => void heard.push(query.split(' ')[0]!),
  });
  const bob = await dataSource.manager.findOneByOrFail(Customer, { id: 2 });
  heard.length = 0;
  await dataSource.manager.save(Object.assign(bob, { region: 'west' }), { listeners: false });
  expect(heard).toEqual(['SELECT', 'START', 'UPDATE', 'COMMIT']);
  heard.length = 0;
  await dataSource.manager.save(Object.assign(bob, { region: 'south' }));
  expect(heard).toEqual(['SELECT', 'START', 'beforeUpdate', 'UPDATE', 'afterUpdate', 'COMMIT']);
});

it('a query runner keeps its manager and its data', async () => {
  const dataSource = await openDataSource(database.url);
  const runner = dataSource.createQueryRunner();
  onTestFinished(() => runner.release());
  const { manager } = runner;
  runner.data = { mine: true };
  const bob = await runner.manager.findOneByOrFail(Customer, { id: 2 });
  await runner.manager.save(Object.assign(bob, { region: 'south' }), { listeners: false, data: { other: true } });
  expect(runner.data).toEqual({ mine: true });
  expect(runner.manager).toBe(manager);
  expect(runner.isTransactionActive).toBe(false);
});

describe('a join table that is a stream table', () => {
  @Entity('customers')
  class Buyer {
    @PrimaryColumn('int') id!: number;
    @Column('text') name!: string;
    @ManyToMany(() => Thing, (thing) => thing.buyers)
    @JoinTable({
      name: 'placed',
      joinColumn: { name: 'customer_id' },
      inverseJoinColumn: { name: 'order_id' },
    })
    things?: Thing[];
    @ManyToMany(() => Thing)
    @JoinTable({ name: 'tagged', joinColumn: { name: 'customer_id' }, inverseJoinColumn: { name: 'total_id' } })
    tagged?: Thing[];
  }
  @Entity('archive')
  class Thing {
    @PrimaryColumn('int', { name: 'customer_id' }) id!: number;
    @ManyToMany(() => Buyer, (buyer) => buyer.things) buyers?: Buyer[];
  }
  const open = () => openDataSource(database.url, { entities: [Buyer, Thing, Placed, Note] });
  const WRITE = /^(?:insert|update|delete)\b/i;

  it.each([{}, { listeners: false }, { transaction: false }, { listeners: false, transaction: false }])(
    'is refused before anything is written, with %o',
    async (options) => {
      const dataSource = await open();
      const thing = Object.assign(new Thing(), { id: 70 });
      const buyer = Object.assign(new Buyer(), { id: 90, name: 'New', things: [thing] });
      await dataSource.manager.save(thing);
      const { length } = dataSource.sent;
      await expect(dataSource.manager.save(buyer, options)).rejects.toMatchObject({
        code: 'READ_ONLY',
        table: 'placed',
      });
      // From the other side, too.
      thing.buyers = [Object.assign(new Buyer(), { id: 1, name: 'Ada' })];
      await expect(dataSource.manager.save(thing, options)).rejects.toMatchObject({
        code: 'READ_ONLY',
        table: 'placed',
      });
      await dataSource.transaction(async (manager) => {
        await expect(manager.save(buyer, options)).rejects.toMatchObject({ code: 'READ_ONLY', table: 'placed' });
        expect(await manager.countBy(Buyer, { id: 90 })).toBe(0);
      });
      expect(dataSource.sent.slice(length).filter((text) => WRITE.test(text))).toEqual([]);
      await dataSource.manager.delete(Thing, { id: 70 });
    },
  );

  it('is read, and another join table of the same entities is written', async () => {
    const dataSource = await open();
    const tag = await dataSource.manager.save(Object.assign(new Thing(), { id: 71 }));
    const buyer = Object.assign(new Buyer(), { id: 91, name: 'New', tagged: [tag] });
    await dataSource.manager.save(buyer);
    const found = await dataSource.manager.findOneOrFail(Buyer, { where: { id: 91 }, relations: { tagged: true } });
    expect(found.tagged).toEqual([{ id: 71 }]);
    await dataSource.manager.save(Object.assign(found, { tagged: [] }));
    await dataSource.manager.delete(Buyer, { id: 91 });
    await dataSource.manager.delete(Thing, { id: 71 });
    expect(await dataSource.manager.find(Buyer, { where: { id: 1 }, relations: { things: true } })).toHaveLength(1);
  });

  it('is left alone by the schema builder', async () => {
    const { driver } = await open();
    const { upQueries } = await driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query).filter((query) => query.includes('"placed"'))).toEqual([]);
  });
});
