import type { QualifiedName } from '@pgstream/core';
import { type NamedTable, type ProtectedTable, type StreamTables, TableNames } from '@pgstream/core/statement';
import { type DataSource, type EntityMetadata, InstanceChecker, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { nameOf } from '../handle/index.ts';
import { relationOfView } from './views.ts';

/**
 * Which of a DataSource's entities are stream tables: those that are declared so, and whatever else is mapped to one; and
 * which are views that pass writes on to one.
 */
export class StreamEntities implements StreamTables {
  readonly #dataSource: DataSource;
  readonly #tables = new TableNames<QualifiedName>();
  /** Tables and views. */
  readonly #writable = new TableNames<ProtectedTable>();
  readonly #byTarget: ReadonlyMap<unknown, ProtectedTable>;
  readonly #leading: ReadonlySet<EntityMetadata>;

  constructor(dataSource: DataSource, isDeclared: (metadata: EntityMetadata) => boolean) {
    const { entityMetadatas } = dataSource;
    this.#dataSource = dataSource;
    for (const table of entityMetadatas.filter(isDeclared).map(nameOf)) {
      this.#tables.set(table, table);
      this.#writable.set(table, table);
    }
    this.#addViews(entityMetadatas);
    this.#byTarget = new Map(
      entityMetadatas.flatMap((metadata) => {
        const table = this.written(metadata);
        return table ? [[metadata.target, table]] : [];
      }),
    );
    this.#leading = leadingTo(entityMetadatas, (metadata) => this.written(metadata) !== undefined);
  }

  /** The stream table that a write to an entity comes to, by what a caller calls it; undefined for other entities. */
  of(target: unknown): ProtectedTable | undefined {
    if (typeof target === 'function') return this.#byTarget.get(target);
    const metadata = this.#metadataOf(target);
    return metadata && this.written(metadata);
  }

  /** The same, by the entity's metadata, which a join table has as well. */
  written({ schema, tableName }: EntityMetadata): ProtectedTable | undefined {
    return this.#find(this.#writable, { schema, name: tableName });
  }

  /**
   * Whether what has that target may be a stream table. It is certain but for join tables, which share an empty target: one
   * of them is, then.
   */
  mayBe(target: unknown): boolean {
    return this.#byTarget.has(target);
  }

  /** Whether an entity is mapped to a stream table itself. */
  isTable({ schema, tableName }: EntityMetadata): boolean {
    return this.table({ schema, name: tableName }) !== undefined;
  }

  /** The stream table of that name. */
  table(named: NamedTable): QualifiedName | undefined {
    return this.#find(this.#tables, named);
  }

  /** The stream table that a write to what has that name comes to. */
  writtenAs(named: NamedTable): ProtectedTable | undefined {
    return this.#find(this.#writable, named);
  }

  /** A stream table that is declared to be in a schema. */
  inSchema(schema: string): QualifiedName | undefined {
    return this.#tables.inSchema(schema);
  }

  /** Whether TypeORM, told to write an entity, may come to write a stream table as well. */
  leadsToOne(target: unknown): boolean {
    const metadata = this.#metadataOf(target);
    return metadata !== undefined && this.#leading.has(metadata);
  }

  /**
   * An unqualified name is one of the default schema, and whatever the search_path makes it: by default that of `public`,
   * and what TypeORM found when it connected.
   */
  #find<T>(names: TableNames<T>, named: NamedTable): T | undefined {
    const { searchSchema } = this.#dataSource.driver as { searchSchema?: string };
    return names.find(named, [schemaOf(this.#dataSource), searchSchema, 'public']);
  }

  #addViews(metadatas: readonly EntityMetadata[]): void {
    const views = new Map(
      metadatas.flatMap((metadata) => {
        const relation = relationOfView(this.#dataSource, metadata);
        return relation ? [[metadata, relation]] : [];
      }),
    );
    // A view may read one that is found after it.
    for (let found = true; found;) {
      found = false;
      for (const [metadata, relation] of views) {
        const table = this.writtenAs(relation);
        if (!table) continue;
        views.delete(metadata);
        if (this.written(metadata)) continue;
        const { schema, name } = table;
        this.#writable.set(nameOf(metadata), { schema, name, view: metadata.tableName });
        found = true;
      }
    }
  }

  #metadataOf(target: unknown): EntityMetadata | undefined {
    const named = InstanceChecker.isEntitySchema(target) || typeof target === 'string' || typeof target === 'function';
    if (!named || !this.#dataSource.hasMetadata(target)) return undefined;
    return this.#dataSource.getMetadata(target as EntityTarget<ObjectLiteral>);
  }
}

/** The schema of entities that name none. */
export function schemaOf({ options }: DataSource): string {
  return (options as { schema?: string }).schema ?? 'public';
}

/** Entities with a relation to a stream table, by one or over one that joins them, and those that cascade to one of them. */
function leadingTo(
  metadatas: readonly EntityMetadata[],
  isStream: (metadata: EntityMetadata) => boolean,
): ReadonlySet<EntityMetadata> {
  const leading = new Set(
    metadatas.filter(({ relations }) =>
      relations.some(
        ({ inverseEntityMetadata, junctionEntityMetadata }) =>
          isStream(inverseEntityMetadata) || (junctionEntityMetadata !== undefined && isStream(junctionEntityMetadata)),
      ),
    ),
  );
  // A set's iteration reaches what is added meanwhile.
  for (const next of leading) {
    for (const metadata of metadatas) {
      if (metadata.relations.some((relation) => cascades(relation) && relation.inverseEntityMetadata === next)) {
        leading.add(metadata);
      }
    }
  }
  return leading;
}

function cascades(relation: EntityMetadata['relations'][number]): boolean {
  return (
    relation.isCascadeInsert ||
    relation.isCascadeUpdate ||
    relation.isCascadeRemove ||
    relation.isCascadeSoftRemove ||
    relation.isCascadeRecover
  );
}
