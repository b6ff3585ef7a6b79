import { expect, test } from 'vitest';
import { testDatabase } from '../../src/index.ts';

const db = testDatabase();

test('passes, and awaits nothing before the next query', async () => {
  const client = await db.connect();
  const answers = await Promise.all([1, 2, 3].map((n) => client.query(`SELECT ${n} AS n`)));
  expect(answers.map(({ rows }) => rows[0].n)).toEqual([1, 2, 3]);
});
