import type { EntityMetadata, FindManyOptions, FindOneOptions, ObjectLiteral } from 'typeorm';

/** Options that read the key of each row as well, and what takes it out again where nobody asked for it. */
interface KeyedRead<Options, Entity> {
  readonly options: Options;
  readonly withoutKey: <Found extends Entity | null>(entity: Found) => Found;
}

/**
 * Reads the key beside what is selected. Otherwise TypeORM would drop rows in which everything that is selected is NULL, and
 * 1.x would count equal ones once.
 */
export function withKey<Options extends FindOneOptions<Entity> | FindManyOptions<Entity>, Entity extends ObjectLiteral>(
  { primaryColumns }: EntityMetadata,
  options: Options | undefined,
): KeyedRead<Options | undefined, Entity> {
  const select: unknown = options?.select;
  const selected = selectedOf(select);
  const added = primaryColumns
    .map(({ propertyPath }) => propertyPath)
    .filter((path) => !path.includes('.') && !selected?.has(path));
  if (options === undefined || selected === undefined || added.length === 0) {
    return { options, withoutKey: (entity) => entity };
  }
  const both = Array.isArray(select)
    ? [...(select as string[]), ...added]
    : { ...(select as object), ...Object.fromEntries(added.map((path) => [path, true])) };
  return {
    options: { ...options, select: both },
    withoutKey(entity) {
      // A listener may have frozen it.
      if (entity) for (const path of added) Reflect.deleteProperty(entity, path);
      return entity;
    },
  };
}

/** The properties that are selected; undefined where all are. */
function selectedOf(select: unknown): ReadonlySet<string> | undefined {
  if (Array.isArray(select)) return select.length > 0 ? new Set(select as string[]) : undefined;
  if (typeof select !== 'object' || select === null) return undefined;
  const names = Object.entries(select).flatMap(([name, value]) => (value ? [name] : []));
  return names.length > 0 ? new Set(names) : undefined;
}
