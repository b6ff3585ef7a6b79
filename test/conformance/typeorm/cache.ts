import type { DataSource } from 'typeorm';

type Cache = NonNullable<DataSource['queryResultCache']>;
type Cached = Parameters<Cache['storeInCache']>[0];

const nothing = (): Promise<void> => Promise.resolve();

/** TypeORM's cache of results in memory: its own would be one more table. */
export function memoryCache(): Cache {
  const results = new Map<string | undefined, Cached>();
  return {
    connect: nothing,
    disconnect: nothing,
    synchronize: nothing,
    getFromCache: ({ identifier }) => Promise.resolve(results.get(identifier)),
    storeInCache: (cached) => Promise.resolve(void results.set(cached.identifier, cached)),
    isExpired: () => false,
    clear: () => Promise.resolve(results.clear()),
    remove: (identifiers) => Promise.resolve(identifiers.forEach((identifier) => results.delete(identifier))),
  };
}
