import type { ConformanceDriver } from '../driver.ts';

/** What no version of Prisma 8 that was tried can have, each with the reason. */
export const CANNOT: ConformanceDriver<never>['cannot'] = {
  'values: in a session that is not UTC':
    'It gives the text of a timestamptz as PostgreSQL does, in the time zone of the session; of ordinary tables, too.',
  'writes: every write call fails without the guard, too, and changes no row':
    'Its own migrations do without stream tables, and its queries do not: only the guard and the database refuse those.',
  'transactions: a nested one can be rolled back alone': 'Its transactions have no nested ones before 8.0.0-rc.25.',
};
