import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '@pgstream/harness';
import { expect, onTestFinished, test } from 'vitest';
import { project } from '../project/project.ts';
import { pgstream } from '../run.ts';
import { shop } from '../shop.ts';

const database = testDatabase();
shop(database);

const planned = async (cwd: string, file: string): ReturnType<typeof pgstream> =>
  await pgstream(['plan', file], { cwd, env: { DATABASE_URL: database.url } });

const ENTITIES = `
  import 'reflect-metadata';
  import { StreamTable, StreamTableEntity } from '@pgstream/typeorm';
  import { Column, DataSource } from 'typeorm';
  @StreamTable({ name: 'rich', query: 'SELECT customer_id, total FROM order_totals WHERE total > 100' })
  export class Rich extends StreamTableEntity {
    @Column({ name: 'customer_id' }) customerId!: number;
    @Column('numeric') total!: string;
  }
  export const dataSource = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL!, entities: [Rich] });`;

test('of an ORM are read with their decorators, and what they leave open keeps nobody waiting', async () => {
  const folder = await project('typeorm', {
    'src/entities.ts': ENTITIES,
    // The types of columns are those of TypeScript, and the connection stays open.
    'pgstream.definitions.ts': `
      import { streamTableDefinitions } from '@pgstream/typeorm';
      import { dataSource } from './src/entities';
      setInterval(() => {}, 1_000);
      export default dataSource.initialize().then(streamTableDefinitions);`,
  });
  expect(await planned(folder, 'pgstream.definitions.ts')).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^\+ create public\.rich$/m),
  });
});

test('with decorators, where there is no compiler for them, say what there is to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pgstream-modules-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(
    join(folder, 'models.ts'),
    `const column = () => () => {};
    class Totals {
      @column() total!: string;
    }
    export default [{ name: Totals.name.toLowerCase(), query: 'SELECT id FROM orders' }];`,
  );
  expect(await planned(folder, 'models.ts')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/^pgstream: models\.ts cannot be read: it has decorators.*typescript@6/),
  });
});
