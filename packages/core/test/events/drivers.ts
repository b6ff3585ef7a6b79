import { Client } from 'pg';
import postgres from 'postgres';
import type { Listener } from '../../src/index.ts';
import { listenWithPg } from '../../src/pg.ts';
import { listenWithPostgresJs } from '../../src/postgres-js.ts';

/** What listens, by its driver. Its connections are called `listener`, so that they can be found on the server. */
export const LISTENERS: readonly (readonly [driver: string, listen: (url: string) => Listener])[] = [
  ['pg', (url) => listenWithPg(() => new Client({ connectionString: url, application_name: 'listener' }))],
  [
    'postgres.js',
    (url) =>
      listenWithPostgresJs(() =>
        postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: 'listener' } }),
      ),
  ],
];
