import type { QualifiedName } from '@pgstream/core';
import { type DataSource, type EntityMetadata, InstanceChecker, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { nameOf } from '../handle/index.ts';

/** Which of a DataSource's entities are stream tables: those that are declared so, and whatever else is mapped to one. */
export class StreamEntities {
  readonly #dataSource: DataSource;
  readonly #byTarget: ReadonlyMap<unknown, QualifiedName>;
  readonly #byName: ReadonlyMap<string, QualifiedName>;
  /** Where unqualified names are. */
  readonly #defaultSchema: string;
  readonly #leading: ReadonlySet<EntityMetadata>;

  constructor(dataSource: DataSource, isDeclared: (metadata: EntityMetadata) => boolean) {
    const { entityMetadatas } = dataSource;
    const declared = entityMetadatas.filter(isDeclared).map(nameOf);
    this.#dataSource = dataSource;
    this.#defaultSchema = schemaOf(dataSource);
    this.#byName = new Map(declared.map((name) => [keyOf(name), name]));
    this.#byTarget = new Map(
      entityMetadatas.flatMap((metadata) => {
        const name = this.named(nameOf(metadata));
        return name ? [[metadata.target, name]] : [];
      }),
    );
    this.#leading = leadingTo(entityMetadatas, (metadata) => this.#byTarget.has(metadata.target));
  }

  /** The stream table of an entity, by what TypeORM calls it; undefined for other entities. */
  of(target: unknown): QualifiedName | undefined {
    if (typeof target === 'function') return this.#byTarget.get(target);
    const metadata = this.#metadataOf(target);
    return metadata && this.#byTarget.get(metadata.target);
  }

  /** The stream table of that name, unqualified names being in the default schema. */
  named({
    schema = this.#defaultSchema,
    name,
  }: {
    schema?: string | undefined;
    name: string;
  }): QualifiedName | undefined {
    return this.#byName.get(keyOf({ schema, name }));
  }

  /** Whether TypeORM, told to write an entity, may come to write a stream table as well. */
  leadsToOne(target: unknown): boolean {
    const metadata = this.#metadataOf(target);
    return metadata !== undefined && this.#leading.has(metadata);
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

/** Entities with a relation to a stream table, and those that cascade to one of them. */
function leadingTo(
  metadatas: readonly EntityMetadata[],
  isStream: (metadata: EntityMetadata) => boolean,
): ReadonlySet<EntityMetadata> {
  const leading = new Set(
    metadatas.filter(({ relations }) => relations.some(({ inverseEntityMetadata }) => isStream(inverseEntityMetadata))),
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
