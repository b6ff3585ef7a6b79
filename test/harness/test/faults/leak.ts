import { Client } from 'pg';
import { expect, test } from 'vitest';
import { testDatabase } from '../../src/index.ts';

const db = testDatabase();

test('passes, and forgets its connection', async () => {
  const forgotten = new Client({ connectionString: db.url, application_name: 'forgetful' });
  forgotten.on('error', () => {});
  await forgotten.connect();
  expect((await forgotten.query(`SELECT 'the last thing it asked' AS answer`)).rowCount).toBe(1);
});
