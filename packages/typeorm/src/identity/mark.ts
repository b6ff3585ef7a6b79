import type { RefreshMode, ScheduleInput } from '@pgstream/core';
import type { DataSource } from 'typeorm';

/** On the class of a stream entity: one place for both module formats of this package. */
const mark = Symbol.for('@pgstream/typeorm.streamTable');

/** What TypeORM calls an entity by when it is a class. */
// oxlint-disable-next-line typescript/no-unsafe-function-type -- TypeORM's own type of a target
export type EntityFunction = Function;

/** What a query builder of TypeORM is asked for. */
export interface SelectQuery {
  getQueryAndParameters(): [query: string, parameters: unknown[]];
}

/** What a stream entity says of how its stream table is made. */
export interface StreamTableMaking {
  /** The defining query: one SELECT as text, or what the DataSource's query builder makes of one. */
  readonly query?: string | ((dataSource: DataSource) => string | SelectQuery) | undefined;
  /** How often it is refreshed. Default: `'1m'`; null follows what it reads. */
  readonly schedule?: ScheduleInput | undefined;
  /** Default: `'DIFFERENTIAL'`. */
  readonly refreshMode?: RefreshMode | undefined;
  /**
   * A view to read it by: a name that stays for readers when the next version of the stream table, under another name, takes its
   * place. In the same schema. Default: none.
   */
  readonly view?: string | undefined;
}

/** Remembers that a class is declared as a stream table, and how that is made. */
export function markStreamTable(target: EntityFunction, making: StreamTableMaking): void {
  Object.defineProperty(target, mark, { value: making });
}

/** Whether a class itself is declared as a stream table; one that extends such a class is not. */
export function isStreamTable(target: unknown): boolean {
  return typeof target === 'function' && Object.hasOwn(target, mark);
}

/** How the stream table of a class is made; undefined for other classes. */
export function makingOf(target: unknown): StreamTableMaking | undefined {
  return isStreamTable(target) ? (target as { [mark]?: StreamTableMaking })[mark] : undefined;
}
