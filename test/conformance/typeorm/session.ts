import { createPgStream } from '@pgstream/core';
import { type Connection, fromTypeORM, StreamTableEntity, streamRepository } from '@pgstream/typeorm';
import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { IsNull } from 'typeorm';
import type { Find, Helpers, Session } from '../driver.ts';
import type { Model, Row } from '../shop/index.ts';
import { Customer, models, OrderTotals, Payment, Samples, TheirOrderTotals } from './models.ts';
import { Visitor, Visits } from './visits.ts';

/** For the paths that only TypeORM has. */
export interface Native {
  readonly dataSource: DataSource;
  /** The transaction's in a transaction. */
  readonly manager: EntityManager;
}

const ISOLATION = { 'repeatable read': 'REPEATABLE READ', serializable: 'SERIALIZABLE' } as const;

/** What the cases do, over a DataSource or a transaction of it. */
export function sessionOf(native: Native): Session<Native> {
  const { manager } = native;
  return {
    native,
    find: (model, query = {}) => find(manager, model, query),
    count: (model) => readerOf(manager, model).count(),
    async customersWithTotals({ skip, take }) {
      const customers = await manager.find(Customer, {
        relations: { totals: true },
        order: { id: 'ASC' },
        skip,
        take,
      });
      return customers.map(({ name, totals = [] }) => ({ name, total: totals[0]?.total ?? null }));
    },
    async customersWithVisits({ skip, take }) {
      const found = await manager.find(Visitor, { relations: { visits: true }, order: { id: 'ASC' }, skip, take });
      return found.map(({ name, visits = [] }) => ({ name, notes: visits.map(({ note }) => note) }));
    },
    async visitsWithCustomers() {
      const found = await streamRepository(manager, Visits).find({ relations: { customer: true } });
      return found.map(({ note, customer }) => ({ note, customer: customer?.name ?? null }));
    },
    totalsOfBothSchemas: () =>
      manager
        .createQueryBuilder(OrderTotals, 'ours')
        .innerJoin(TheirOrderTotals, 'theirs', 'theirs.customerId = ours.customerId')
        .select('ours.total', 'ours')
        .addSelect('theirs.total', 'theirs')
        .getRawMany(),
    async textOfBigDoc() {
      const row = await manager
        .createQueryBuilder(Samples, 'sample')
        .select('sample.big_doc::text', 'text')
        .where({ id: 1 })
        .getRawOne<{ text: string }>();
      return row?.text ?? '';
    },
    async pay(account, amount) {
      await manager.insert(Payment, { account, amount });
    },
    helpers: (model) => helpersOf(models[model], manager),
    pgstream: () => createPgStream(fromTypeORM(manager)),
    sql: (text) => manager.query(text),
    transaction: (work, { isolation } = {}) => {
      const inside = (inner: EntityManager) => work(sessionOf({ ...native, manager: inner }));
      return isolation ? manager.transaction(ISOLATION[isolation], inside) : manager.transaction(inside);
    },
  };
}

/** The cases name a model and its properties at run time. */
async function find(
  manager: EntityManager,
  model: Model,
  { select, where = {}, orderBy = [], ...page }: Find,
): Promise<Row[]> {
  return await readerOf(manager, model).find({
    ...page,
    ...(select ? { select: Object.fromEntries(select.map((property) => [property, true])) } : {}),
    where: Object.fromEntries(Object.entries(where).map(([property, value]) => [property, value ?? IsNull()])),
    order: Object.fromEntries(orderBy.map((property) => [property, 'ASC'])),
  });
}

/** As the documentation shows: a repository of ours for stream tables, TypeORM's for others. */
function readerOf(manager: EntityManager, model: Model) {
  const target: EntityTarget<ObjectLiteral> = models[model];
  return model === 'plainSamples' ? manager.getRepository(target) : streamRepository(manager, target);
}

/** By the class where it has them; whatever it is asked for is called on it and says where. */
function helpersOf(model: EntityTarget<ObjectLiteral>, on: Connection): Helpers {
  const [handle, where]: [object, object] = isEntityClass(model) ? [model, { on }] : [streamRepository(on, model), {}];
  return new Proxy(handle, {
    get(_, name) {
      const method: unknown = Reflect.get(handle, name);
      if (typeof method !== 'function') return method;
      // Where is the last of the options; work comes before them.
      return (...parameters: readonly (object | undefined)[]): unknown => {
        const work = parameters.filter((parameter) => typeof parameter === 'function');
        const options = parameters.find((parameter) => typeof parameter === 'object');
        return Reflect.apply(method, handle, [...work, { ...options, ...where }]);
      };
    },
  }) as Helpers;
}

function isEntityClass(model: unknown): model is typeof StreamTableEntity {
  return typeof model === 'function' && model.prototype instanceof StreamTableEntity;
}
