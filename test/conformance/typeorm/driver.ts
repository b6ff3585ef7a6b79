import { defineStreamTable } from '@pgstream/typeorm';
import type { ConformanceDriver } from '../driver.ts';
import { allowed } from './allowed.ts';
import { bypasses } from './bypasses.ts';
import { openClient } from './client.ts';
import { readsOf } from './reads/index.ts';
import type { Native } from './session.ts';
import { textsOf } from './texts.ts';
import type { Version } from './version.ts';
import { writesOf } from './writes/index.ts';

export const OVER = 'node-postgres';

/** TypeORM in one of its versions. */
export function typeormDriver(version: Version): ConformanceDriver<Native> {
  return {
    orm: `TypeORM ${version}`,
    over: OVER,
    open: openClient,
    openUnguarded: openClient,
    values: {
      bigint: String,
      numeric: String,
      'double precision': Number,
      boolean: (text) => text === 'true',
      text: String,
      uuid: String,
      bytea: (text) => Buffer.from(text.slice(String.raw`\x`.length), 'hex'),
      date: String,
      // Without a time zone it is taken for the process's own.
      timestamp: (text) => new Date(text),
      timestamptz: (text) => new Date(text),
      jsonb: (text) => JSON.parse(text) as unknown,
      'endless date': endless,
      'endless timestamptz': endless,
    },
    reads: readsOf(version),
    writes: writesOf(version),
    texts: textsOf(version),
    bypasses,
    allowed,
    declareHidden: (column) => defineStreamTable({ name: 'order_totals', columns: { [column]: 'bigint' } }),
    cannot: {
      'writes: every write call fails without the guard, too, and changes no row':
        'There is no stream entity without the guard: it brings the guard to its DataSource. An ordinary entity over the same table is written, if the role may.',
    },
  };
}

function endless(text: string): number {
  return text.startsWith('-') ? -Infinity : Infinity;
}
