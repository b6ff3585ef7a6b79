import type { WriteTarget } from '../../src/statement/index.ts';
import type { Deed } from './witness.ts';

/** What PostgreSQL does for a statement; the last of these it may leave undone. */
const DEEDS: Readonly<Record<WriteTarget['operation'], readonly Deed['operation'][]>> = {
  // ON CONFLICT DO UPDATE is both.
  insert: ['insert', 'update'],
  update: ['update'],
  delete: ['delete'],
  merge: ['insert', 'update', 'delete'],
  truncate: ['truncate'],
  copy: ['insert'],
  'drop table': ['drop table'],
  'alter table': ['alter table'],
  'drop schema': ['drop table'],
  'alter schema': ['alter table'],
};

const isDoneBy = (target: WriteTarget, { operation, schema, name }: Deed): boolean =>
  DEEDS[target.operation].includes(operation) &&
  (target.operation.endsWith(' schema')
    ? schema === target.name
    : name === target.name && schema === (target.schema ?? 'public'));

/** Where the scanner and PostgreSQL differ: what the one says and the other does not do, and the other way round. */
export function differences(targets: readonly WriteTarget[], deeds: readonly Deed[]): unknown {
  return {
    saidAndNotDone: targets.filter((target) => !deeds.some((deed) => isDoneBy(target, deed))),
    doneAndNotSaid: deeds.filter((deed) => !targets.some((target) => isDoneBy(target, deed))),
  };
}

export const NONE = { saidAndNotDone: [], doneAndNotSaid: [] };
