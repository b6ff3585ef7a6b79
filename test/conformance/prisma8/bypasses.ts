import { DRIVER_TEXTS, UNSEEN_TEXTS } from '../cases/statements.ts';
import type { Bypass } from '../driver.ts';
import type { Loose } from './client.ts';
import { rawOf, templateOf } from './raw.ts';
import type { Native } from './session.ts';

export const bypasses: readonly Bypass<Native>[] = [
  ...UNSEEN_TEXTS.map(([name, text]): Bypass<Native> => ({
    name: `${name}, by raw.sql`,
    asOwner: 'writes',
    call: ({ tx, db }) => tx.execute(rawOf(db, text)),
  })),
  ...DRIVER_TEXTS.map((text): Bypass<Native> => ({
    name: `the database driver: ${text}`,
    asOwner: 'writes',
    call: ({ pool }) => pool.query(text),
  })),
  {
    name: 'a function in a query of the SQL builder',
    asOwner: 'writes',
    call: ({ tx }) =>
      tx.query(
        tx.sql.public.customers
          .select('gone', (_f: Loose, functions: Loose) =>
            functions.raw(templateOf('wipe_totals()')).returns('pg/int8@1'),
          )
          .limit(1)
          .build(),
      ),
  },
];
