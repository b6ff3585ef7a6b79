import { streamAlias } from '@pgstream/drizzle';
import { type SQL, sql } from 'drizzle-orm';
import type { WriteCall } from '../driver.ts';
import { customers, orderTotals, tableBehind } from './models.ts';
import type { Native } from './session.ts';

const x = orderTotals;

/** SQL of one's own with the stream table in it: to PostgreSQL a sub-select, which is no target of anything. */
const TEMPLATES: readonly (readonly [operation: string, template: SQL])[] = [
  ['delete', sql`delete from ${x}`],
  ['delete', sql`delete from only ${x}`],
  ['delete', sql`delete from /* all of it */ ${x} where true`],
  ['delete', sql`delete from ${x} as o using ${customers}`],
  ['insert', sql`insert into ${x} values (9, 1, 1)`],
  ['insert', sql`insert into ${x} default values`],
  ['update', sql`update ${x} set total = 0`],
  ['merge', sql`merge into ${x} using ${customers} on true when matched then delete`],
  ['truncate', sql`truncate ${x}`],
  ['truncate', sql`truncate table only ${x} cascade`],
  ['drop table', sql`drop table ${x}`],
  ['alter table', sql`alter table ${x} rename to gone`],
  ['delete', sql`delete from ${tableBehind(x.total)}`],
  ['delete', sql`delete from ${streamAlias(x, 'a')}`],
  ['delete', sql`with gone as (delete from ${x} returning 1) select * from gone`],
];

/** Each as a call that the guard refuses, and PostgreSQL without one. */
export const templateWrites: readonly WriteCall<Native>[] = TEMPLATES.map(([operation, template]) => ({
  name: `sql\`${textOf(template)}\``,
  operation,
  call: ({ db }) => db.execute(template),
}));

/** The template with `x` for what is filled in. */
export function textOf({ queryChunks }: SQL): string {
  return queryChunks
    .map((chunk) =>
      'value' in (chunk as object) ? [(chunk as { value: string | string[] }).value].flat().join('') : '${x}',
    )
    .join('');
}
