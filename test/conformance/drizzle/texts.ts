import { type SQL, sql } from 'drizzle-orm';
import type { TextPath } from '../driver.ts';
import type { Native } from './session.ts';

/** What has a session, which Drizzle's types leave out. */
interface WithSession {
  readonly session: { execute(query: SQL): Promise<unknown> };
}

/** Every way in which Drizzle sends a text. */
export const texts: readonly TextPath<Native>[] = [
  { name: 'db.execute() of a string', send: ({ db }, text) => db.execute(text) },
  { name: 'db.execute() of sql.raw', send: ({ db }, text) => db.execute(sql.raw(text)) },
  { name: 'db.execute() of a template', send: ({ db }, text) => db.execute(sql`${sql.raw(text)}`) },
  {
    name: 'db.execute() of pieces',
    send: ({ db }, text) => db.execute(sql.join(text.split(/(?<=\W)/).map((piece) => sql.raw(piece)))),
  },
  {
    name: 'db.execute() of a wrapper',
    send: ({ db }, text) => db.execute({ getSQL: () => sql.raw(text) }),
  },
  { name: 'db.execute() in a transaction', send: ({ db }, text) => db.transaction((tx) => tx.execute(sql.raw(text))) },
  {
    name: 'db.execute() in a transaction in one',
    send: ({ db }, text) => db.transaction((tx) => tx.transaction((inner) => inner.execute(sql.raw(text)))),
  },
  {
    name: 'the session of a db',
    send: ({ db }, text) => (db as unknown as WithSession).session.execute(sql.raw(text)),
  },
];
