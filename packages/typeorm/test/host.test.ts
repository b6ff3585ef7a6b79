import {
  DataSource,
  EntityManager,
  type MigrationInterface,
  type QueryRunner,
  type ReplicationMode,
  TableColumn,
} from 'typeorm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Customer, entities, newDataSource, openDataSource, Order, OrderTotals, shopDatabase } from './shop/index.ts';

const database = shopDatabase();
const refused = { code: 'READ_ONLY', table: 'order_totals' };

/** Replaces a method, as a tracer does, until the test ends. */
function traced(object: object, method: string): unknown[][] {
  const calls: unknown[][] = [];
  const methods = object as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[method]!;
  methods[method] = function trace(this: unknown, ...args) {
    calls.push(args);
    return original.apply(this, args);
  };
  onTestFinished(() => {
    methods[method] = original;
  });
  return calls;
}

describe('a DataSource that makes its own managers', () => {
  class TenantManager extends EntityManager {
    // Its own, in the sense of the language.
    readonly #tenant: string;
    constructor(dataSource: DataSource, runner: QueryRunner | undefined, tenant: string) {
      super(dataSource, runner);
      this.#tenant = tenant;
    }
    get tenant(): string {
      return this.#tenant;
    }
  }
  class TenantDataSource extends DataSource {
    override createEntityManager(runner?: QueryRunner): EntityManager {
      return new TenantManager(this, runner, 'acme');
    }
  }
  const open = async (): Promise<DataSource> => {
    const dataSource = new TenantDataSource({ type: 'postgres', url: database.url, entities });
    await dataSource.initialize();
    onTestFinished(() => dataSource.destroy());
    return dataSource;
  };

  it('goes on making them, and they refuse', async () => {
    const dataSource = await open();
    const tenants = [(dataSource.manager as TenantManager).tenant];
    await dataSource.transaction(async (manager) => {
      tenants.push((manager as TenantManager).tenant);
      await expect(manager.save(OrderTotals, { customerId: 1 })).rejects.toMatchObject(refused);
    });
    const runner = dataSource.createQueryRunner();
    tenants.push((runner.manager as TenantManager).tenant);
    await runner.release();
    expect(tenants).toEqual(['acme', 'acme', 'acme']);
  });

  it('saves without listeners by them, too', async () => {
    const { manager } = await open();
    const ada = await manager.findOneByOrFail(Customer, { id: 1 });
    await manager.save(Object.assign(ada, { region: 'east' }), { listeners: false });
    await manager.save(Object.assign(ada, { region: 'north' }), { listeners: false, transaction: false });
    expect(await manager.countBy(Customer, { id: 1, region: 'north' })).toBe(1);
  });
});

it('a driver whose query runners an application makes goes on so, and they refuse', async () => {
  const dataSource = newDataSource(database.url);
  const { driver } = dataSource;
  const make = driver.createQueryRunner.bind(driver);
  const made: ReplicationMode[] = [];
  driver.createQueryRunner = (mode) => {
    made.push(mode);
    return Object.assign(make(mode), { marked: true });
  };
  await dataSource.initialize();
  const { length } = made;
  const runner = dataSource.createQueryRunner('slave');
  onTestFinished(() => runner.release());
  expect(made.slice(length)).toEqual(['slave']);
  expect(runner).toHaveProperty('marked', true);
  await expect(runner.dropTable('order_totals')).rejects.toMatchObject(refused);
});

describe('what is traced after initialize()', () => {
  it('of managers is called, once for each call', async () => {
    const dataSource = await openDataSource(database.url);
    const saved = traced(EntityManager.prototype, 'save');
    const inserted = traced(EntityManager.prototype, 'insert');
    const { manager } = dataSource;
    const ada = await manager.findOneByOrFail(Customer, { id: 1 });
    await manager.save(ada);
    await dataSource.transaction((inner) => inner.save(ada, { listeners: false }));
    await manager.insert(Order, { customerId: 3, amount: '1' });
    await manager.delete(Order, { customerId: 3 });
    expect(saved.map(([entity]) => entity)).toEqual([ada, ada]);
    expect(inserted).toHaveLength(1);
  });

  it('of query runners is called', async () => {
    const dataSource = await openDataSource(database.url);
    const runner = dataSource.createQueryRunner();
    onTestFinished(() => runner.release());
    // Of TypeORM's class, whatever is between it and the instance.
    let prototype: object = runner;
    while (!Object.hasOwn(prototype, 'dropTable') || !Object.hasOwn(prototype, 'connect')) {
      prototype = Object.getPrototypeOf(prototype) as object;
    }
    const dropped = traced(prototype, 'dropTable');
    await runner.dropTable('not_there', true);
    expect(dropped).toEqual([['not_there', true]]);
  });

  it('of a DataSource is called', async () => {
    const dataSource = await openDataSource(database.url);
    const made = traced(DataSource.prototype, 'createEntityManager');
    await dataSource.createQueryRunner().release();
    expect(made).toHaveLength(1);
  });
});

it('classes are called as ever', async () => {
  const { manager, ...dataSource } = await openDataSource(database.url);
  const runner = manager.connection.createQueryRunner();
  onTestFinished(() => runner.release());
  const plain = new DataSource({ type: 'postgres', url: database.url });
  expect(manager.constructor).toBe(EntityManager);
  expect(runner.manager.constructor).toBe(EntityManager);
  expect(runner.constructor).toBe(plain.createQueryRunner().constructor);
  expect(runner.constructor.name).toBe('PostgresQueryRunner');
  expect(Object.keys(dataSource)).not.toContain('createEntityManager');
});

async function runnerMadeBefore(): Promise<QueryRunner> {
  const dataSource = newDataSource(database.url);
  const runner = dataSource.createQueryRunner();
  await dataSource.initialize();
  onTestFinished(() => runner.release());
  return runner;
}

describe('a query runner that was made before initialize()', () => {
  it.each<readonly [name: string, call: (runner: QueryRunner) => Promise<unknown>]>([
    ['query()', (runner) => runner.query('DELETE FROM order_totals')],
    ['stream()', (runner) => runner.stream('DELETE FROM order_totals RETURNING *')],
    ['save() of its manager', ({ manager }) => manager.save(OrderTotals, { customerId: 9, total: '1' })],
    ['dropTable()', (runner) => runner.dropTable('order_totals')],
    [
      'addColumn() with an enum',
      (runner) => runner.addColumn('order_totals', new TableColumn({ name: 'mood', type: 'enum', enum: ['a'] })),
    ],
  ])('refuses %s', async (_, call) => {
    const runner = await runnerMadeBefore();
    const indexes = `SELECT (SELECT count(*) FROM pg_indexes WHERE tablename = 'order_totals') AS indexes,
                            (SELECT count(*) FROM pg_type WHERE typname = 'order_totals_mood_enum') AS types`;
    const before: unknown = await runner.connection.query(indexes);
    await expect(call(runner)).rejects.toMatchObject(refused);
    expect(await runner.connection.query(indexes)).toEqual(before);
  });

  it('refuses to clear the database', async () => {
    const runner = await runnerMadeBefore();
    await runner.query('SELECT 1');
    await expect(runner.clearDatabase()).rejects.toMatchObject({ code: 'READ_ONLY', operation: 'dropDatabase' });
  });
});

it('a migration is called on its own instance', async () => {
  class Keeping1800000000000 implements MigrationInterface {
    readonly #name = 'kept';
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(`INSERT INTO notes (body) VALUES ('${this.#name}')`);
    }
    async down(runner: QueryRunner): Promise<void> {
      await runner.query(`DELETE FROM notes WHERE body = '${this.#name}'`);
    }
  }
  const dataSource = await openDataSource(database.url, { migrations: [Keeping1800000000000] });
  await dataSource.runMigrations();
  expect(await dataSource.query('SELECT body FROM notes')).toEqual([{ body: 'kept' }]);
  await dataSource.undoLastMigration();
  expect(await dataSource.query('SELECT body FROM notes')).toEqual([]);
});
