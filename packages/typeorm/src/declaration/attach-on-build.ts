import type { DataSource } from 'typeorm';
import { protectStreamTables } from '../guard/index.ts';
import { noteDataSource } from '../handle/index.ts';
import type { EntityFunction } from '../identity/index.ts';

/** What TypeORM looks for before it tells a class its DataSource: the statics of its own BaseEntity. */
interface TellableClass {
  hasId?: unknown;
  save?: unknown;
  useDataSource?: (this: unknown, dataSource: DataSource) => void;
}

/**
 * Lets a DataSource be guarded as soon as it knows the entity: TypeORM calls `useDataSource` of each class that looks like
 * a BaseEntity whenever it has built its metadata, so also when it is initialised again, and before it synchronises or
 * migrates anything.
 */
export function attachOnBuild(target: EntityFunction): void {
  const inherited = target as unknown as TellableClass;
  const { useDataSource } = inherited;
  defineStatic(target, 'useDataSource', function attach(this: unknown, dataSource: DataSource): void {
    useDataSource?.call(this, dataSource);
    noteDataSource(target, dataSource);
    protectStreamTables(dataSource);
  });
  for (const looked of ['hasId', 'save'] as const) {
    if (typeof inherited[looked] !== 'function') defineStatic(target, looked, neverCalled);
  }
}

function defineStatic(target: EntityFunction, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

/** Classes of the data mapper pattern have no such method; TypeORM only looks whether it is there. */
function neverCalled(): never {
  throw new TypeError('This entity does not extend StreamTableEntity: use a repository, streamRepository() gives one.');
}
