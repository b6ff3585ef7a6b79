import { sql } from 'drizzle-orm';
import { DRIVER_TEXTS, UNSEEN_TEXTS } from '../cases/statements.ts';
import type { Bypass } from '../driver.ts';
import { orderTotals } from './models.ts';
import type { Native } from './session.ts';
import { textOf } from './templates.ts';

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
  ...[sql`lock table ${orderTotals}`, sql`create index on ${orderTotals} (total)`].map((template): Bypass<Native> => ({
    name: `sql\`${textOf(template)}\``,
    asOwner: 'refused',
    call: ({ db }) => db.execute(template),
  })),
];
