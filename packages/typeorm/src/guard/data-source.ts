import { PgStreamError } from '@pgstream/core';
import type {
  DataSource,
  EntityManager,
  EntityMetadata,
  EntitySubscriberInterface,
  EntityTarget,
  ObjectLiteral,
  QueryRunner,
} from 'typeorm';
import { isStreamTable } from '../identity/index.ts';
import { refusingDrops } from './drops.ts';
import { managerGuard } from './manager.ts';
import { keepSchemaBuilderOff, prepareStreamEntity } from './metadata.ts';
import { refusalOf } from './statements.ts';
import { StreamEntities } from './stream-entities.ts';
import { refusingSubscriber } from './subscriber.ts';

/** The parts of a DataSource that a guard goes into. */
type Guarded = {
  -readonly [Key in 'subscribers' | 'createQueryRunner']: DataSource[Key];
} & { readonly manager: EntityManager; buildMetadatas(): Promise<void> };

/**
 * The guard of one DataSource: its methods are replaced, and those of no class, so that other DataSources of the process are
 * as they were.
 */
export class DataSourceGuard {
  readonly #dataSource: DataSource;
  readonly #named = new Set<EntityTarget<ObjectLiteral>>();
  readonly #subscriber: EntitySubscriberInterface;
  /** What `#streams` was made of: TypeORM builds its metadata anew whenever it is initialised. */
  #metadatas: readonly EntityMetadata[] | undefined;
  #streams: StreamEntities;

  /** Throws INVALID_ARGUMENT where a guard would be incomplete. */
  constructor(dataSource: DataSource) {
    refuseUnguardable(dataSource);
    this.#dataSource = dataSource;
    this.#streams = new StreamEntities(dataSource, () => false);
    const streams = (): StreamEntities => this.#streams;
    this.#subscriber = refusingSubscriber(streams);
    this.#replaceMethods(dataSource as unknown as Guarded, streams);
  }

  /** Also guards entities that are stream tables and could not be declared as such. */
  add(targets: readonly EntityTarget<ObjectLiteral>[]): void {
    for (const target of targets) this.#named.add(target);
    this.#metadatas = undefined;
    this.update();
  }

  /** Takes in the metadata that the DataSource has now, which may be none. */
  update(): void {
    const { entityMetadatas } = this.#dataSource;
    if (this.#metadatas === entityMetadatas) return;
    const named = new Set(
      [...this.#named]
        .filter((target) => this.#dataSource.hasMetadata(target))
        .map((target) => this.#dataSource.getMetadata(target)),
    );
    const isDeclared = (metadata: EntityMetadata): boolean => isStreamTable(metadata.target) || named.has(metadata);
    for (const metadata of entityMetadatas.filter(isDeclared)) prepareStreamEntity(this.#dataSource, metadata);
    this.#streams = new StreamEntities(this.#dataSource, isDeclared);
    keepSchemaBuilderOff(entityMetadatas, this.#streams);
    const subscribers = this.#dataSource.subscribers;
    if (!subscribers.includes(this.#subscriber)) subscribers.push(this.#subscriber);
    this.#metadatas = entityMetadatas;
  }

  #replaceMethods(dataSource: Guarded, streams: () => StreamEntities): void {
    const guardManager = managerGuard(streams);
    guardManager(dataSource.manager);

    const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
    const refusing = { stream: refusingStream(streams), ...refusingDrops(this.#dataSource, streams) };
    dataSource.createQueryRunner = (mode) => {
      const runner = createQueryRunner(mode);
      guardManager(runner.manager);
      return Object.assign(runner, refusing);
    };

    // Classes say by themselves that metadata was built; entities that are no class cannot.
    const buildMetadatas = dataSource.buildMetadatas.bind(dataSource);
    dataSource.buildMetadatas = async () => {
      await buildMetadatas();
      this.update();
    };
  }
}

/** A statement whose rows are streamed is told to no subscriber. */
function refusingStream(streams: () => StreamEntities): QueryRunner['stream'] {
  return async function refuseStreams(this: QueryRunner, sql, ...rest) {
    const refused = refusalOf(sql, streams());
    if (refused) throw refused;
    const unguarded = Object.getPrototypeOf(this) as QueryRunner;
    return await unguarded.stream.call(this, sql, ...rest);
  };
}

function refuseUnguardable(dataSource: DataSource): void {
  if (dataSource.options.type !== 'postgres') {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `Stream tables are PostgreSQL's, and this DataSource is of type ${dataSource.options.type}. Leave stream entities out of its entities.`,
    );
  }
  const { broadcaster } = dataSource.createQueryRunner();
  if (!('broadcastBeforeQueryEvent' in broadcaster)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'This TypeORM tells nobody of a statement before it sends it, so that writes to stream tables could not be refused. @pgstream/typeorm needs TypeORM 0.3.18 or later, or 1.x.',
    );
  }
}
