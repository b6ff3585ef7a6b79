import { PgStreamError } from '@pgstream/core';
import type {
  DataSource,
  EntityManager,
  EntityMetadata,
  EntitySubscriberInterface,
  EntityTarget,
  MigrationInterface,
  ObjectLiteral,
  QueryRunner,
} from 'typeorm';
import { isStreamTable, refuseReferencesToPlaces } from '../identity/index.ts';
import { AskingRunners } from './asking.ts';
import { type Layers, type OwnMethods, wrap } from './layer.ts';
import { refusingManagers } from './managers.ts';
import { keepSchemaBuilderOff, prepareStreamEntity } from './metadata.ts';
import { askingMigrations } from './migrations.ts';
import { refusingRunners } from './runners.ts';
import { StatementGuard, textOf } from './statements.ts';
import { StreamEntities } from './stream-entities.ts';
import { refusingSubscriber } from './subscriber.ts';

/**
 * The guard of one DataSource: it stands before methods of that DataSource, its driver, and the managers and query runners
 * that they make, and calls those in their turn, whoever they are of. No class is changed, so that other DataSources of the
 * process are as they were.
 */
export class DataSourceGuard {
  readonly #dataSource: DataSource;
  readonly #named = new Set<EntityTarget<ObjectLiteral>>();
  readonly #subscriber: EntitySubscriberInterface;
  readonly #asking = new AskingRunners(() => this.#statements);
  readonly #managers: Layers<EntityManager>;
  readonly #runners: OwnMethods<QueryRunner>;
  /** What `#streams` was made of: TypeORM builds its metadata anew whenever it is initialised. */
  #metadatas: readonly EntityMetadata[] | undefined;
  #migrations: readonly MigrationInterface[] | undefined;
  #streams: StreamEntities;
  #statements: StatementGuard;

  /** Throws INVALID_ARGUMENT where a guard would be incomplete. */
  constructor(dataSource: DataSource) {
    refuseUnguardable(dataSource);
    this.#dataSource = dataSource;
    this.#streams = new StreamEntities(dataSource, () => false);
    this.#statements = new StatementGuard(this.#streams, this.#asking);
    const streams = (): StreamEntities => this.#streams;
    const statements = (): StatementGuard => this.#statements;
    this.#managers = refusingManagers(streams);
    this.#runners = refusingRunners(dataSource, { streams, statements, asking: this.#asking });
    this.#subscriber = refusingSubscriber({ streams, statements, meet: (runner) => this.#meet(runner) });
    this.#wrapMethods();
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
    this.#statements = new StatementGuard(this.#streams, this.#asking);
    keepSchemaBuilderOff(entityMetadatas, this.#streams);
    this.#letMigrationsAsk();
    // TypeORM makes the list anew as well.
    const subscribers: EntitySubscriberInterface[] = this.#dataSource.subscribers;
    if (!subscribers.includes(this.#subscriber)) subscribers.push(this.#subscriber);
    this.#metadatas = entityMetadatas;
  }

  #wrapMethods(): void {
    const { driver, manager } = this.#dataSource;
    wrap(
      driver,
      'createQueryRunner',
      (original) =>
        (...args) =>
          this.#runners.addTo(original.apply(driver, args) as QueryRunner),
    );
    // Streamed statements are told to no subscriber.
    wrap(
      driver,
      'loadStreamDependency',
      (original) =>
        (...args) =>
          new Proxy(original.apply(driver, args) as StreamClass, {
            construct: (Stream, given: [statement: unknown, ...rest: unknown[]]) => {
              this.#statements.check(textOf(given[0]));
              return new Stream(...given);
            },
          }),
    );
    wrap(
      this.#dataSource,
      'createEntityManager',
      (original) =>
        (...args) =>
          this.#managers.under(original.apply(this.#dataSource, args) as EntityManager),
    );
    // Classes say by themselves that metadata was built; entities that are no class cannot.
    wrap(this.#dataSource, 'buildMetadatas', (original) => async (...args) => {
      await original.apply(this.#dataSource, args);
      this.update();
    });
    // This one was made before, and may be known to others already.
    this.#managers.under(manager);
  }

  #letMigrationsAsk(): void {
    const { migrations } = this.#dataSource;
    if (migrations === this.#migrations) return;
    this.#migrations = askingMigrations(migrations, this.#asking);
    Object.assign(this.#dataSource, { migrations: this.#migrations });
  }

  /** One that was made before the guard came is guarded from its first statement on. */
  #meet(runner: QueryRunner): void {
    this.#runners.addTo(runner);
    // The driver's own one, which finds out what it is connected to, has none.
    const { manager } = runner as { manager?: EntityManager };
    if (manager) this.#managers.under(manager);
  }
}

/** The class of what a streamed statement is given to `pg` as. */
type StreamClass = new (...args: unknown[]) => object;

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
