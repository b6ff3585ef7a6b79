import type { DataSource, EntityMetadata, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { isKeyless } from './place.ts';

interface Builder extends Pick<SelectQueryBuilder<ObjectLiteral>, 'expressionMap' | 'getQuery'> {
  getRawAndEntities(): Promise<{ readonly raw: readonly object[] }>;
}
type Hiding = { createQueryBuilder: (...args: never[]) => Builder; [hides]?: true };

/** On a DataSource: one place for both module formats of this package. */
const hides = Symbol.for('@pgstream/typeorm.hides');

/**
 * Keeps the places of rows out of raw rows. What is asked for no entities is asked for no places either; where TypeORM gives
 * the raw rows beside the entities that it made of them, they are taken out.
 */
export function hidePlaces(dataSource: DataSource): void {
  const hiding = dataSource as unknown as Hiding;
  if (hiding[hides]) return;
  const create = hiding.createQueryBuilder.bind(dataSource);
  hiding.createQueryBuilder = (...args) => {
    const builder = create(...args);
    const getQuery = builder.getQuery.bind(builder);
    builder.getQuery = () =>
      builder.expressionMap.queryEntity
        ? getQuery()
        : withoutPlaces(
            keylessIn(builder).map(([, each]) => each),
            getQuery,
          );
    const getRawAndEntities = builder.getRawAndEntities.bind(builder);
    builder.getRawAndEntities = async () => {
      const found = await getRawAndEntities();
      takeOutPlaces(found.raw, builder, dataSource);
      return found;
    };
    return builder;
  };
  hiding[hides] = true;
}

function keylessIn({ expressionMap }: Builder): readonly (readonly [alias: string, metadata: EntityMetadata])[] {
  return expressionMap.aliases.flatMap((alias) =>
    alias.hasMetadata && isKeyless(alias.metadata) ? [[alias.name, alias.metadata] as const] : [],
  );
}

/** TypeORM selects by a property of the columns: it is another one while it writes the statement, and nothing comes between. */
function withoutPlaces(keyless: readonly EntityMetadata[], getQuery: () => string): string {
  const places = keyless.flatMap(({ primaryColumns }) => primaryColumns);
  for (const place of places) place.isSelect = false;
  try {
    return getQuery();
  } finally {
    for (const place of places) place.isSelect = true;
  }
}

function takeOutPlaces(rows: readonly object[], builder: Builder, { driver }: DataSource): void {
  const places = keylessIn(builder).flatMap(([alias, { primaryColumns }]) =>
    primaryColumns.map(({ databaseName }) => [alias, databaseName] as const),
  );
  if (places.length === 0) return;
  const isShort = places.every((place) => place.join('_').length <= (driver.maxAliasLength ?? Infinity));
  // What is too long for a name is a hash, which only the statement tells.
  const query = isShort ? '' : builder.getQuery();
  const names = places.map((place) => {
    if (isShort) return place.join('_');
    const [, named = ''] = query.split(`${place.map((part) => driver.escape(part)).join('.')} AS "`);
    return named.slice(0, named.indexOf('"'));
  });
  for (const row of rows) for (const name of names) Reflect.deleteProperty(row, name);
}
