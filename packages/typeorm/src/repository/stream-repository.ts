import type {
  IsStaleOptions,
  RefreshAfterOptions,
  RefreshIfStaleOptions,
  RefreshIfStaleResult,
  RefreshOptions,
  RefreshResult,
  StreamTableStatus,
  VerifyOptions,
  VerifyResult,
  WaitUntilFreshOptions,
  WaitUntilFreshResult,
} from '@pgstream/core';
import {
  type DataSource,
  type EntityTarget,
  type FindManyOptions,
  type FindOneOptions,
  InstanceChecker,
  type ObjectLiteral,
  Repository,
  type SelectQueryBuilder,
} from 'typeorm';
import { type Connection, handleOf, managerOf, type StreamTableHandle } from '../handle/index.ts';
import { withKey } from './select.ts';

/** What reads, by its name: a list of what may be, because new ways to write come with new versions of TypeORM. */
type Read =
  | 'average'
  | 'count'
  | 'countBy'
  | 'exists'
  | 'existsBy'
  | 'find'
  | 'findAndCount'
  | 'findAndCountBy'
  | 'findBy'
  | 'findOne'
  | 'findOneBy'
  | 'findOneByOrFail'
  | 'findOneOrFail'
  | 'getId'
  | 'hasId'
  | 'maximum'
  | 'metadata'
  | 'minimum'
  | 'sum'
  | 'target';

/** What a query builder writes by. */
type Write = 'delete' | 'insert' | 'restore' | 'softDelete' | 'update';

/** A query builder that reads. Its other methods do not compile; past the types they are refused when they are executed. */
export type StreamQueryBuilder<Entity extends ObjectLiteral> = SelectQueryBuilder<Entity> & Record<Write, never>;

/** A repository that reads, with the helpers of the stream table. */
export interface StreamRepository<Entity extends ObjectLiteral>
  extends Pick<Repository<Entity>, Read>, StreamTableHandle {
  createQueryBuilder(...args: Parameters<Repository<Entity>['createQueryBuilder']>): StreamQueryBuilder<Entity>;
  /**
   * The same repository as part of a transaction, by its EntityManager or QueryRunner; or of another DataSource.
   *
   * @example
   * await dataSource.transaction(async (manager) => {
   *   await manager.insert(Order, order);
   *   await this.totals.on(manager).refresh();
   * });
   */
  on(connection: Connection): StreamRepository<Entity>;
}

/**
 * A read-only repository of a stream entity, with `isStale()`, `lastRefreshAt()`, `stalenessMs()`, `status()`, `verify()`,
 * `refresh()`, `refreshIfStale()`, `refreshAfter()` and `waitUntilFresh()`. In a transaction give its EntityManager, and all of it is part of the transaction; given a
 * DataSource, it goes by the `manager` that this one has at each call.
 *
 * At run time it is a Repository of TypeORM, whose write methods reject with `StreamTableReadOnlyError`. Throws
 * INVALID_ARGUMENT for anything but a DataSource, EntityManager or QueryRunner; a stream table that is not in the database is
 * `StreamTableNotFoundError` from the helpers.
 *
 * @example
 * const totals = streamRepository(dataSource, OrderTotals);
 * await totals.refreshIfStale({ maxAgeMs: 60_000 });
 *
 * @example
 * const order = await totals.refreshAfter(() => dataSource.getRepository(Order).save(newOrder));
 *
 * @example
 * await dataSource.transaction((manager) => streamRepository(manager, OrderTotals).refresh());
 */
export function streamRepository<Entity extends ObjectLiteral>(
  connection: Connection,
  target: EntityTarget<Entity>,
): StreamRepository<Entity> {
  const manager = managerOf(connection);
  const isOfDataSource = InstanceChecker.isDataSource(connection);
  const repository: unknown = new HelpfulRepository(target, manager, isOfDataSource ? undefined : manager.queryRunner);
  if (isOfDataSource) followManager(repository as object, connection);
  return repository as StreamRepository<Entity>;
}

/** Reads and helpers alike are part of a transaction that has become the DataSource's own for the time being. */
function followManager(repository: object, dataSource: DataSource): void {
  Object.defineProperty(repository, 'manager', { get: () => dataSource.manager, configurable: true, enumerable: true });
}

/** A class, so that `manager.withRepository()` makes another one whose helpers are part of its transaction. */
class HelpfulRepository<Entity extends ObjectLiteral> extends Repository<Entity> implements StreamTableHandle {
  override async find(options?: FindManyOptions<Entity>): Promise<Entity[]> {
    const read = withKey<FindManyOptions<Entity>, Entity>(this.metadata, options);
    return (await super.find(read.options)).map(read.withoutKey);
  }

  override async findAndCount(options?: FindManyOptions<Entity>): Promise<[Entity[], number]> {
    const read = withKey<FindManyOptions<Entity>, Entity>(this.metadata, options);
    const [entities, count] = await super.findAndCount(read.options);
    return [entities.map(read.withoutKey), count];
  }

  override async findOne(options: FindOneOptions<Entity>): Promise<Entity | null> {
    const read = withKey<FindOneOptions<Entity>, Entity>(this.metadata, options);
    return read.withoutKey(await super.findOne(read.options ?? options));
  }

  override async findOneOrFail(options: FindOneOptions<Entity>): Promise<Entity> {
    const read = withKey<FindOneOptions<Entity>, Entity>(this.metadata, options);
    return read.withoutKey(await super.findOneOrFail(read.options ?? options));
  }

  override async count(options?: FindManyOptions<Entity>): Promise<number> {
    return await super.count(withKey<FindManyOptions<Entity>, Entity>(this.metadata, options).options);
  }

  on(connection: Connection): StreamRepository<Entity> {
    return streamRepository(connection, this.target);
  }

  isStale(options: { readonly maxAgeMs: number }): Promise<boolean>;
  isStale(options?: IsStaleOptions): Promise<boolean | null>;
  async isStale(options?: IsStaleOptions): Promise<boolean | null> {
    return await this.#handle.isStale(options);
  }

  async lastRefreshAt(): Promise<Date | null> {
    return await this.#handle.lastRefreshAt();
  }

  async stalenessMs(): Promise<number | null> {
    return await this.#handle.stalenessMs();
  }

  async status(): Promise<StreamTableStatus> {
    return await this.#handle.status();
  }

  async verify(options?: VerifyOptions): Promise<VerifyResult> {
    return await this.#handle.verify(options);
  }

  async refresh(options?: RefreshOptions): Promise<RefreshResult> {
    return await this.#handle.refresh(options);
  }

  async refreshIfStale(options?: RefreshIfStaleOptions): Promise<RefreshIfStaleResult> {
    return await this.#handle.refreshIfStale(options);
  }

  async waitUntilFresh(options?: WaitUntilFreshOptions): Promise<WaitUntilFreshResult> {
    return await this.#handle.waitUntilFresh(options);
  }

  async refreshAfter<T>(work: () => PromiseLike<T>, options?: RefreshAfterOptions): Promise<T> {
    return await this.#handle.refreshAfter(work, options);
  }

  get #handle(): StreamTableHandle {
    return handleOf(this.manager, this.target);
  }
}
