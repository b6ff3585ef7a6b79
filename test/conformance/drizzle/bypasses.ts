import { streamAlias } from '@pgstream/drizzle';
import { type SQL, sql } from 'drizzle-orm';
import { DRIVER_TEXTS, UNSEEN_TEXTS } from '../cases/statements.ts';
import type { Bypass } from '../driver.ts';
import { customers, orderTotals, tableBehind } from './models.ts';
import type { Native } from './session.ts';

const x = orderTotals;

/** SQL of one's own with the stream table in it: to PostgreSQL a sub-select, which is no target of anything. */
const TEMPLATES: readonly SQL[] = [
  sql`delete from ${x}`,
  sql`delete from only ${x}`,
  sql`delete from /* all of it */ ${x} where true`,
  sql`delete from ${x} as o using ${customers}`,
  sql`insert into ${x} values (9, 1, 1)`,
  sql`insert into ${x} default values`,
  sql`update ${x} set total = 0`,
  sql`merge into ${x} using ${customers} on true when matched then delete`,
  sql`truncate ${x}`,
  sql`truncate table only ${x} cascade`,
  sql`drop table ${x}`,
  sql`alter table ${x} rename to gone`,
  sql`lock table ${x}`,
  sql`delete from ${tableBehind(x.total)}`,
  sql`delete from ${streamAlias(x, 'a')}`,
  sql`with gone as (delete from ${x} returning 1) select * from gone`,
];

export const bypasses: readonly Bypass<Native>[] = [
  ...UNSEEN_TEXTS.map(([name, text]): Bypass<Native> => ({
    name: `${name}, by db.execute()`,
    asOwner: 'writes',
    call: ({ db }) => db.execute(sql.raw(text)),
  })),
  ...DRIVER_TEXTS.map((text): Bypass<Native> => ({
    name: `the database driver: ${text}`,
    asOwner: 'writes',
    call: ({ raw }) => raw(text),
  })),
  {
    name: 'a function in a condition of a query builder',
    asOwner: 'writes',
    call: ({ db }) =>
      db
        .select()
        .from(orderTotals)
        .where(sql`wipe_totals() IS NULL`),
  },
  ...TEMPLATES.map((template): Bypass<Native> => ({
    name: `sql\`${textOf(template)}\``,
    asOwner: 'refused',
    call: ({ db }) => db.execute(template),
  })),
];

/** The template with `x` for what is filled in. */
function textOf({ queryChunks }: SQL): string {
  return queryChunks
    .map((chunk) =>
      'value' in (chunk as object) ? [(chunk as { value: string | string[] }).value].flat().join('') : '${x}',
    )
    .join('');
}
