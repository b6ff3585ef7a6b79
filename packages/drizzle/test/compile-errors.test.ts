import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compilerErrors } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

// A compiler runs in it.
vi.setConfig({ hookTimeout: 120_000 });

const WRITES = [
  'db.insert(orderTotals)',
  'db.update(orderTotals)',
  'db.delete(orderTotals)',
  'db.delete(other)',
  'db.refreshMaterializedView(orderTotals)',
];

const SOURCE = `import { pgStreamTable, streamAlias } from '@pgstream/drizzle';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { integer, numeric } from 'drizzle-orm/pg-core';
declare const db: NodePgDatabase;
const orderTotals = pgStreamTable('order_totals', { customerId: integer('customer_id').notNull(), total: numeric() });
const other = streamAlias(orderTotals, 'other');
`;
const FIRST = SOURCE.split('\n').length;

/** What the compiler says of a write, which is the first that somebody hears of it being refused. */
describe('the compiler’s error', () => {
  let folder: string;
  let errors: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(import.meta.dirname, 'run-'));
    await writeFile(join(folder, 'writes.ts'), `${SOURCE}${WRITES.map((write) => `void ${write};`).join('\n')}\n`);
    const said = await compilerErrors(folder, join(import.meta.dirname, '..'), { '@pgstream/drizzle': 'src/index.ts' });
    errors = said.split(/\n(?=\S)/);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(WRITES.map((write, index) => ({ write, line: FIRST + index })))(
    'of $write says that a stream table is read-only',
    ({ line }) => {
      const error = errors.find((each) => each.includes(`writes.ts(${line},`));
      expect(error).toMatch(/error TS2345: .*"order_totals"/);
      expect(error).toMatch(/ is missing in type 'StreamTableIsReadOnly & /);
    },
  );

  it('is one for each of them', () => {
    expect(errors).toHaveLength(WRITES.length);
  });
});
