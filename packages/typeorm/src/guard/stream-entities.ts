import type { QualifiedName } from '@pgstream/core';
import { type DataSource, type EntityMetadata, InstanceChecker, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { nameOf } from '../handle/index.ts';
import type { ProtectedTable } from './protected-table.ts';
import { relationOfView } from './views.ts';

/** A table by its names in a text or in metadata. */
interface Named {
  /** Undefined where none is said, and PostgreSQL searches its path. */
  readonly schema?: string | undefined;
  readonly name: string;
}

/**
 * Which of a DataSource's entities are stream tables: those that are declared so, and whatever else is mapped to one; and
 * which are views that pass writes on to one.
 */
export class StreamEntities {
  readonly #dataSource: DataSource;
  readonly #tables: ReadonlyMap<string, QualifiedName>;
  /** Tables and views. */
  readonly #writable = new Map<string, ProtectedTable>();
  readonly #byTarget: ReadonlyMap<unknown, ProtectedTable>;
  readonly #leading: ReadonlySet<EntityMetadata>;

  constructor(dataSource: DataSource, isDeclared: (metadata: EntityMetadata) => boolean) {
    const { entityMetadatas } = dataSource;
    this.#dataSource = dataSource;
    this.#tables = new Map(
      entityMetadatas
        .filter(isDeclared)
        .map(nameOf)
        .map((name) => [keyOf(name), name]),
    );
    for (const [key, table] of this.#tables) this.#writable.set(key, table);
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
  table(named: Named): QualifiedName | undefined {
    return this.#find(this.#tables, named);
  }

  /** The stream table that a write to what has that name comes to. */
  writtenAs(named: Named): ProtectedTable | undefined {
    return this.#find(this.#writable, named);
  }

  /** A stream table that is declared to be in a schema. */
  inSchema(schema: string): QualifiedName | undefined {
    return [...this.#tables.values()].find((table) => table.schema === schema);
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
  #find<T>(names: ReadonlyMap<string, T>, { schema, name }: Named): T | undefined {
    if (schema !== undefined) return names.get(keyOf({ schema, name }));
    const { searchSchema } = this.#dataSource.driver as { searchSchema?: string };
    for (const searched of [schemaOf(this.#dataSource), searchSchema, 'public']) {
      const found = searched === undefined ? undefined : names.get(keyOf({ schema: searched, name }));
      if (found) return found;
    }
    return undefined;
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
        this.#writable.set(keyOf(nameOf(metadata)), { schema, name, view: metadata.tableName });
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

function keyOf({ schema, name }: QualifiedName): string {
  return JSON.stringify([schema, name]);
}
