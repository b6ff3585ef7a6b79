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
import type { FindManyOptions, FindOneOptions, FindOptionsWhere, ObjectLiteral, Repository } from 'typeorm';
import { type Connection, handleOf, onlyDataSourceOf, type StreamTableHandle } from '../handle/index.ts';
import { cannotReload } from '../identity/index.ts';
import { type StreamQueryBuilder, type StreamRepository, streamRepository } from '../repository/index.ts';
import { defineRefusedWrites } from './refused-writes.ts';
import type { StreamEntityClass } from './stream-entity-class.ts';

/** Where a helper asks. */
export interface On {
  /**
   * The DataSource, or the EntityManager (or QueryRunner) of the transaction that the call is to be part of. Default: the
   * one DataSource that is initialised and has the entity, outside of any transaction.
   */
  readonly on?: Connection | undefined;
}

type Where<Entity> = FindOptionsWhere<Entity> | FindOptionsWhere<Entity>[];
type NumberKey<Entity extends ObjectLiteral> = Parameters<Repository<Entity>['sum']>[0];

/**
 * What a stream entity extends to be read by its class, in the manner of TypeORM's active record: `OrderTotals.find()`,
 * `OrderTotals.refresh()`. It has all that reads, and nothing that writes; past the types writes reject with
 * `StreamTableReadOnlyError`. Entities that extend nothing are read by `streamRepository()`.
 *
 * Without `on`, all methods use the one DataSource that is initialised and has the entity, and throw INVALID_ARGUMENT if
 * there is none, or more than one. The errors of the helpers are those of `@pgstream/core`: NOT_FOUND
 * (`StreamTableNotFoundError`), EXTENSION_MISSING, PERMISSION_DENIED (naming the GRANTs to run), CONNECTION.
 */
export abstract class StreamTableEntity {
  /** See `StreamTable.isStale` of `@pgstream/core`: the extension's verdict, `null` where it has no bound; or by your own bound. */
  static isStale(this: StreamEntityClass<object>, options: { readonly maxAgeMs: number } & On): Promise<boolean>;
  static isStale(this: StreamEntityClass<object>, options?: IsStaleOptions & On): Promise<boolean | null>;
  static async isStale(
    this: StreamEntityClass<object>,
    { on, ...options }: IsStaleOptions & On = {},
  ): Promise<boolean | null> {
    return await helpersOf(this, on, 'isStale').isStale(options);
  }

  /** When the transaction of the last refresh began (contract A.5); `null` if there was none. */
  static async lastRefreshAt(this: StreamEntityClass<object>, { on }: On = {}): Promise<Date | null> {
    return await helpersOf(this, on, 'lastRefreshAt').lastRefreshAt();
  }

  /** The age of the data in whole milliseconds, by the server's clock; `null` if it was never filled. */
  static async stalenessMs(this: StreamEntityClass<object>, { on }: On = {}): Promise<number | null> {
    return await helpersOf(this, on, 'stalenessMs').stalenessMs();
  }

  /** Everything the catalog knows, in one snapshot (contract A.2). */
  static async status(this: StreamEntityClass<object>, { on }: On = {}): Promise<StreamTableStatus> {
    return await helpersOf(this, on, 'status').status();
  }

  /**
   * Whether the stream table shows what its query says: compares all rows of both, within the bounds that you give, and leaves no
   * trace. `afterRefresh` tells damage from age. See `StreamTable.verify` of `@pgstream/core`.
   *
   * @example
   * const { status } = await OrderTotals.verify({ afterRefresh: true });
   */
  static async verify(
    this: StreamEntityClass<object>,
    { on, ...options }: VerifyOptions & On = {},
  ): Promise<VerifyResult> {
    return await helpersOf(this, on, 'verify').verify(options);
  }

  /**
   * Brings the stream table up to date and loses nobody's change: see `StreamTable.refresh` of `@pgstream/core` for what it
   * waits for, locks and throws. In a transaction (`on`) call it last: it keeps writers out of the sources until the end.
   *
   * @example
   * await dataSource.transaction(async (manager) => {
   *   await manager.insert(Order, order);
   *   await OrderTotals.refresh({ on: manager });
   * });
   */
  static async refresh(
    this: StreamEntityClass<object>,
    { on, ...options }: RefreshOptions & On = {},
  ): Promise<RefreshResult> {
    return await helpersOf(this, on, 'refresh').refresh(options);
  }

  /**
   * Brings the stream table up to date if it is stale, and says which. Calls at the same time, in this process and in others,
   * cause one refresh: see `StreamTable.refreshIfStale` of `@pgstream/core`. Throws INVALID_ARGUMENT where the schedule gives
   * no bound and no `maxAgeMs` is given.
   *
   * @example
   * await OrderTotals.refreshIfStale({ maxAgeMs: 60_000 });
   */
  static async refreshIfStale(
    this: StreamEntityClass<object>,
    { on, ...options }: RefreshIfStaleOptions & On = {},
  ): Promise<RefreshIfStaleResult> {
    return await helpersOf(this, on, 'refreshIfStale').refreshIfStale(options);
  }

  /**
   * Waits until the stream table is fresh, and refreshes nothing: by its schedule, by `maxAgeMs`, or until it has in what was
   * committed before `since`. See `StreamTable.waitUntilFresh` of `@pgstream/core`. Throws TIMEOUT, which says how stale it still
   * is, and why.
   *
   * @example
   * await OrderTotals.waitUntilFresh({ maxAgeMs: 60_000, timeoutMs: 10_000 });
   */
  static async waitUntilFresh(
    this: StreamEntityClass<object>,
    { on, ...options }: WaitUntilFreshOptions & On = {},
  ): Promise<WaitUntilFreshResult> {
    return await helpersOf(this, on, 'waitUntilFresh').waitUntilFresh(options);
  }

  /**
   * Writes, and then brings the stream table up to date: runs `work`, which commits by itself, and refreshes once that is
   * done. Gives what `work` gives. Right under load, where refreshing in each transaction is not: see
   * `StreamTable.refreshAfter` of `@pgstream/core`. An error of `work` passes unchanged; when the refresh fails, the write is
   * committed, and the error says so. With `on` a transaction it is refused (INVALID_ARGUMENT) before `work` is run.
   *
   * @example
   * await OrderTotals.refreshAfter(() => dataSource.getRepository(Order).save(order));
   */
  static async refreshAfter<T>(
    this: StreamEntityClass<object>,
    work: () => PromiseLike<T>,
    { on, ...options }: RefreshAfterOptions & On = {},
  ): Promise<T> {
    return await helpersOf(this, on, 'refreshAfter').refreshAfter(work, options);
  }

  /** The read-only repository of the entity. */
  static getRepository<Entity extends ObjectLiteral>(this: StreamEntityClass<Entity>): StreamRepository<Entity> {
    return repositoryOf(this, '');
  }

  static createQueryBuilder<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    alias?: string,
  ): StreamQueryBuilder<Entity> {
    return repositoryOf(this, '.createQueryBuilder()').createQueryBuilder(alias);
  }

  static async find<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    options?: FindManyOptions<Entity>,
  ): Promise<Entity[]> {
    return await repositoryOf(this, '.find()').find(options);
  }

  static async findBy<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    where: Where<Entity>,
  ): Promise<Entity[]> {
    return await repositoryOf(this, '.findBy()').findBy(where);
  }

  static async findAndCount<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    options?: FindManyOptions<Entity>,
  ): Promise<[Entity[], number]> {
    return await repositoryOf(this, '.findAndCount()').findAndCount(options);
  }

  static async findAndCountBy<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    where: Where<Entity>,
  ): Promise<[Entity[], number]> {
    return await repositoryOf(this, '.findAndCountBy()').findAndCountBy(where);
  }

  static async findOne<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    options: FindOneOptions<Entity>,
  ): Promise<Entity | null> {
    return await repositoryOf(this, '.findOne()').findOne(options);
  }

  static async findOneBy<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    where: Where<Entity>,
  ): Promise<Entity | null> {
    return await repositoryOf(this, '.findOneBy()').findOneBy(where);
  }

  static async findOneOrFail<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    options: FindOneOptions<Entity>,
  ): Promise<Entity> {
    return await repositoryOf(this, '.findOneOrFail()').findOneOrFail(options);
  }

  static async findOneByOrFail<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    where: Where<Entity>,
  ): Promise<Entity> {
    return await repositoryOf(this, '.findOneByOrFail()').findOneByOrFail(where);
  }

  static async count<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    options?: FindManyOptions<Entity>,
  ): Promise<number> {
    return await repositoryOf(this, '.count()').count(options);
  }

  static async countBy<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    where: Where<Entity>,
  ): Promise<number> {
    return await repositoryOf(this, '.countBy()').countBy(where);
  }

  static async exists<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    options?: FindManyOptions<Entity>,
  ): Promise<boolean> {
    return await repositoryOf(this, '.exists()').exists(options);
  }

  static async existsBy<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    where: Where<Entity>,
  ): Promise<boolean> {
    return await repositoryOf(this, '.existsBy()').existsBy(where);
  }

  static async sum<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    column: NumberKey<Entity>,
    where?: Where<Entity>,
  ): Promise<number | null> {
    return await repositoryOf(this, '.sum()').sum(column, where);
  }

  static async average<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    column: NumberKey<Entity>,
    where?: Where<Entity>,
  ): Promise<number | null> {
    return await repositoryOf(this, '.average()').average(column, where);
  }

  static async minimum<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    column: NumberKey<Entity>,
    where?: Where<Entity>,
  ): Promise<number | null> {
    return await repositoryOf(this, '.minimum()').minimum(column, where);
  }

  static async maximum<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    column: NumberKey<Entity>,
    where?: Where<Entity>,
  ): Promise<number | null> {
    return await repositoryOf(this, '.maximum()').maximum(column, where);
  }

  static hasId<Entity extends ObjectLiteral>(this: StreamEntityClass<Entity>, entity: Entity): boolean {
    return repositoryOf(this, '.hasId()').hasId(entity);
  }

  static getId<Entity extends ObjectLiteral>(
    this: StreamEntityClass<Entity>,
    entity: Entity,
  ): ReturnType<Repository<Entity>['getId']> {
    return repositoryOf(this, '.getId()').getId(entity);
  }

  /** Reads the entity's row again, by its key, into the entity. Rejects where the row is gone, or the entity has no key. */
  async reload(): Promise<void> {
    const repository = repositoryOf(this.constructor as StreamEntityClass<this>, '.findOneBy()');
    const id: ObjectLiteral | undefined = repository.metadata.getEntityIdMap(this);
    if (id === undefined || !repository.hasId(this)) throw cannotReload(repository.metadata.name);
    Object.assign(this, await repository.findOneByOrFail(id as FindOptionsWhere<this>));
  }

  /** Whether the entity has a value for its key. */
  hasId(): boolean {
    return repositoryOf(this.constructor as StreamEntityClass<this>, '.hasId()').hasId(this);
  }
}

defineRefusedWrites(StreamTableEntity, repositoryOf);

function repositoryOf<Entity extends ObjectLiteral>(
  entity: StreamEntityClass<Entity>,
  call: string,
): StreamRepository<Entity> {
  const sayIt = `streamRepository(dataSource, ${entity.name})${call}`;
  return streamRepository(onlyDataSourceOf(entity, entity.name, sayIt), entity);
}

function helpersOf(
  entity: StreamEntityClass<object>,
  on: Connection | undefined,
  call: keyof StreamTableHandle,
): ReturnType<typeof handleOf> {
  const sayIt = `${entity.name}.${call}(${call === 'refreshAfter' ? 'work, ' : ''}{ on: dataSource })`;
  return handleOf(on ?? onlyDataSourceOf(entity, entity.name, sayIt), entity);
}
