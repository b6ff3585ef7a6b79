import { streamAlias } from '@pgstream/drizzle';
import { type SQL, sql } from 'drizzle-orm';
import type { Bypass } from '../driver.ts';
import { customers, orderTotals } from './models.ts';
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
  sql`delete from ${x.total.table}`,
  sql`delete from ${streamAlias(x, 'a')}`,
  sql`with gone as (delete from ${x} returning 1) select * from gone`,
];

/** Text that names the table: PostgreSQL does what it says, for whoever may. */
const TEXTS: readonly string[] = [
  'insert into order_totals (customer_id, total) values (9, 1)',
  'update order_totals set total = 0',
  'delete from public.order_totals',
  'delete from only order_totals where customer_id = 1',
  'truncate order_totals',
  'merge into order_totals t using customers c on c.id = t.customer_id when matched then delete',
  'with gone as (delete from order_totals returning 1) select * from gone',
  'do $$ begin delete from order_totals; end $$',
];

export const bypasses: readonly Bypass<Native>[] = [
  ...TEXTS.flatMap((text): Bypass<Native>[] => [
    { name: `sql.raw: ${text}`, asOwner: 'writes', call: ({ db }) => db.execute(sql.raw(text)) },
    { name: `the database driver: ${text}`, asOwner: 'writes', call: ({ raw }) => raw(text) },
  ]),
  {
    name: 'sql.identifier',
    asOwner: 'writes',
    call: ({ db }) => db.execute(sql`delete from ${sql.identifier('order_totals')}`),
  },
  {
    name: 'sql.raw in a transaction',
    asOwner: 'writes',
    call: ({ db }) => db.transaction((tx) => tx.execute(sql.raw('delete from order_totals'))),
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
    .map((chunk) => ('value' in (chunk as object) ? (chunk as { value: string[] }).value.join('') : '${x}'))
    .join('');
}
