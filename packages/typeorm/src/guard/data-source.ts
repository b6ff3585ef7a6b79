import { PgStreamError } from '@pgstream/core';
import type {
  DataSource,
  EntityManager,
  EntityMetadata,
  EntitySubscriberInterface,
  EntityTarget,
  ObjectLiteral,
} from 'typeorm';
import { isStreamTable, refuseReferencesToPlaces } from '../identity/index.ts';
import { refusingManagers } from './manager.ts';
import { keepSchemaBuilderOff, prepareStreamEntity } from './metadata.ts';
import { refusingRunners } from './runner.ts';
import { StatementGuard } from './statements.ts';
import { StreamEntities } from './stream-entities.ts';
import { refusingSubscriber } from './subscriber.ts';

/** The parts of a DataSource that a guard goes into. */
type Guarded = {
  -readonly [Key in 'subscribers' | 'createEntityManager']: DataSource[Key];
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
  #statements: StatementGuard;

  /** Throws INVALID_ARGUMENT where a guard would be incomplete. */
  constructor(dataSource: DataSource) {
    refuseUnguardable(dataSource);
    this.#dataSource = dataSource;
    this.#streams = new StreamEntities(dataSource, () => false);
    this.#statements = new StatementGuard(this.#streams);
    this.#subscriber = refusingSubscriber(
      () => this.#streams,
      () => this.#statements,
    );
    this.#replaceMethods(dataSource as unknown as Guarded);
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
    refuseReferencesToPlaces(entityMetadatas);
    this.#streams = new StreamEntities(this.#dataSource, isDeclared);
    this.#statements = new StatementGuard(this.#streams);
    keepSchemaBuilderOff(entityMetadatas, this.#streams);
    const subscribers = this.#dataSource.subscribers;
    if (!subscribers.includes(this.#subscriber)) subscribers.push(this.#subscriber);
    this.#metadatas = entityMetadatas;
  }

  #replaceMethods(dataSource: Guarded): void {
    const streams = (): StreamEntities => this.#streams;
    const { driver } = this.#dataSource;
    const Runner = refusingRunners(this.#dataSource, { streams, statements: () => this.#statements });
    driver.createQueryRunner = (mode) => new Runner(driver, mode);

    const Manager = refusingManagers(dataSource.manager, streams);
    dataSource.createEntityManager = (runner) => new Manager(this.#dataSource, runner);
    // This one was made before, and may be known to others already.
    Object.setPrototypeOf(dataSource.manager, Manager.prototype as object);

    // Classes say by themselves that metadata was built; entities that are no class cannot.
    const buildMetadatas = dataSource.buildMetadatas.bind(dataSource);
    dataSource.buildMetadatas = async () => {
      await buildMetadatas();
      this.update();
    };
  }
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
