import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readDbt } from '../../src/generate/index.ts';

let target: string;
beforeEach(async () => {
  target = await mkdtemp(join(tmpdir(), 'pgstream-dbt-'));
});
afterEach(() => rm(target, { recursive: true }));

/** A manifest as dbt-core 1.11 writes it (schema v12), down to what is read of it. */
async function project(manifest: object): ReturnType<typeof readDbt> {
  await writeFile(join(target, 'manifest.json'), JSON.stringify(manifest));
  return await readDbt(target);
}

const MODEL = { resource_type: 'model', schema: 'public', alias: 'totals', name: 'st_totals', description: '' };

function dbtTest(name: string, kwargs: object, more: object = {}): object {
  const enabled = { severity: 'ERROR', where: null, enabled: true };
  return {
    resource_type: 'test',
    schema: 'public_dbt_test__audit',
    alias: 'audit',
    attached_node: 'model.p.st_totals',
    test_metadata: { name, kwargs },
    config: enabled,
    ...more,
  };
}

describe('what a dbt project says', () => {
  test('is found by the name in the database, and not by the one in dbt', async () => {
    const dbt = await project({ nodes: { 'model.p.st_totals': { ...MODEL, description: 'Totals' } } });
    expect(dbt('public', 'totals')?.comment).toBe('Totals');
    expect(dbt('public', 'st_totals')).toBeUndefined();
    expect(dbt('other', 'totals')).toBeUndefined();
    expect(dbt('public_dbt_test__audit', 'audit')).toBeUndefined();
  });

  test('of columns: descriptions, tests and constraints', async () => {
    const columns = {
      customer_id: {
        name: 'customer_id',
        description: 'Whose',
        constraints: [{ type: 'not_null' }, { type: 'check' }],
      },
      'Region Name': { name: 'Region Name', description: '' },
    };
    const constraints = [{ type: 'primary_key', columns: ['customer_id', 'day'] }];
    const dbt = await project({
      nodes: {
        'model.p.st_totals': { ...MODEL, columns, constraints },
        'test.p.1': dbtTest('unique', { column_name: 'customer_id' }),
        // dbt gives the column of a quoted one with its quotes.
        'test.p.2': dbtTest('not_null', { column_name: '"Region Name"' }, { column_name: '"Region Name"' }),
        'test.p.3': dbtTest('unique_combination_of_columns', {
          combination_of_columns: ['customer_id', '"Region Name"'],
        }),
      },
    });
    expect(dbt('public', 'totals')).toEqual({
      comment: null,
      comments: { customer_id: 'Whose' },
      notNull: ['customer_id', 'day', 'Region Name'],
      unique: [['customer_id', 'day'], ['customer_id'], ['customer_id', 'Region Name']],
    });
  });

  test.each([
    ['only warns', { config: { severity: 'warn', where: null, enabled: true } }],
    ['looks at some of the rows', { config: { severity: 'ERROR', where: 'x > 1', enabled: true } }],
    ['is turned off', { config: { severity: 'ERROR', where: null, enabled: false } }],
    ['is of another model', { attached_node: 'model.p.other' }],
  ])('does not count where a test %s', async (_, more) => {
    const columns = { customer_id: { name: 'customer_id' } };
    const dbt = await project({
      nodes: {
        'model.p.st_totals': { ...MODEL, columns, primary_key: ['customer_id'] },
        'test.p.1': dbtTest('not_null', { column_name: 'customer_id' }, more),
        'test.p.2': dbtTest('unique', { column_name: 'customer_id' }, more),
      },
    });
    expect(dbt('public', 'totals')).toMatchObject({ notNull: [], unique: [] });
  });

  test('of a source, whose tests are attached to nothing', async () => {
    const dbt = await project({
      nodes: {
        'test.p.1': dbtTest(
          'unique',
          { column_name: 'id' },
          { attached_node: null, depends_on: { nodes: ['source.p.shop.t'] } },
        ),
      },
      sources: { 'source.p.shop.t': { resource_type: 'source', schema: 'app', name: 't', identifier: 'totals' } },
    });
    expect(dbt('app', 'totals')?.unique).toEqual([['id']]);
  });
});
