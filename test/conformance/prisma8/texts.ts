import type { TextPath } from '../driver.ts';
import { rawOf, templateOf } from './raw.ts';
import type { Native } from './session.ts';

/** Every way in which Prisma sends a text. */
export const texts: readonly TextPath<Native>[] = [
  { name: 'raw.sql that counts rows', send: ({ tx, db }, text) => tx.execute(rawOf(db, text)) },
  {
    name: 'raw.sql that gives rows',
    send: ({ tx, db }, text) => tx.query(db.raw.sql(templateOf(text)).returnsRow({}).build()),
  },
  {
    name: 'a plan written out',
    send: ({ tx, db }, text) => tx.execute({ ...rawOf(db, text), sql: text, params: [] }),
  },
  {
    name: 'a prepared statement',
    async send({ db }, text) {
      const statement = await db.runtime().prepare({}, () => rawOf(db, text));
      return await statement.execute(db.runtime(), {});
    },
  },
  {
    name: 'in a transaction',
    send: ({ db }, text) => db.transaction(async (tx) => await tx.execute(rawOf(db, text))),
  },
];
