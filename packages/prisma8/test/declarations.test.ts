import { HIDDEN_COLUMN_PREFIXES, isPgStreamError, type PgStreamError } from '@pgstream/core';
import postgres from '@prisma/orm-postgres/runtime';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { streamTables } from '../src/index.ts';
import { type Contract, contractJson, loose, MODELS } from './shop/index.ts';

/** A contract of the shop's with something changed in it. */
function changed(change: (contract: Changeable) => void): object {
  const contract = structuredClone(contractJson) as unknown as Changeable;
  change(contract);
  return contract;
}

interface Changeable {
  readonly domain: { readonly namespaces: Record<string, { readonly models: Record<string, { base?: object }> }> };
  readonly storage: {
    storageHash: string;
    readonly namespaces: Record<string, { readonly entries: { readonly table: Record<string, Table> } }>;
  };
}

interface Table {
  control?: string;
  columns: Record<string, object>;
  foreignKeys: object[];
  uniques: object[];
  primaryKey?: object;
}

function refusalOf(declare: () => unknown): PgStreamError {
  try {
    declare();
  } catch (error) {
    if (isPgStreamError(error)) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

function tableOf(contract: Changeable, schema: string, name: string): Table {
  const table = contract.storage.namespaces[schema]?.entries.table[name];
  if (!table) throw new Error(`There is no ${name}.`);
  return table;
}

describe('streamTables() refuses, and says what to do,', () => {
  const refused: readonly (readonly [what: string, contract: unknown, models: object, message: RegExp])[] = [
    ['what is no contract', { models: {} }, MODELS, /prisma contract emit/],
    ['nothing at all', undefined, MODELS, /contract\.json/],
    ['no models', contractJson, {}, /by their namespaces.*OrderTotals/],
    ['models without a namespace', contractJson, ['OrderTotals'], /by their namespaces/],
    [
      'an unknown model',
      contractJson,
      { public: ['OrderTotal'] },
      /no model "OrderTotal" in the namespace "public"\. It has .*public\.OrderTotals/,
    ],
    ['an unknown namespace', contractJson, { elsewhere: ['OrderTotals'] }, /in the namespace "elsewhere"/],
    ['an ordinary model', contractJson, { public: ['Order'] }, /Prisma looks after.*@@control\(observed\)/],
    [
      'one that Prisma tolerates',
      changed((contract) => {
        tableOf(contract, 'public', 'order_totals').control = 'tolerated';
      }),
      MODELS,
      /@@control\(tolerated\).*alter or drop.*@@control\(observed\)/,
    ],
    [
      'an external one that declares a relation',
      changed((contract) => {
        tableOf(contract, 'public', 'order_totals').control = 'external';
      }),
      MODELS,
      /@@control\(external\).*no foreign key.*@@control\(observed\)/,
    ],
    [
      'an external one with a unique field',
      changed((contract) => {
        tableOf(contract, 'analytics', 'region_totals').uniques.push({ columns: ['region'] });
      }),
      MODELS,
      /unique constraint/,
    ],
    [
      'an external one with an id',
      changed((contract) => {
        tableOf(contract, 'analytics', 'region_totals').primaryKey = { columns: ['region'] };
      }),
      MODELS,
      /primary key/,
    ],
    [
      'an external one whose columns are not null',
      changed((contract) => {
        tableOf(contract, 'analytics', 'region_totals').columns['region'] = { nullable: false };
      }),
      MODELS,
      /NOT NULL \(write a \?/,
    ],
    [
      'the half of a row',
      changed((contract) => {
        const model = contract.domain.namespaces['public']?.models['OrderTotals'];
        if (model) model.base = { namespace: 'public', model: 'Customer' };
      }),
      MODELS,
      /"OrderTotals" is a variant of "Customer"/,
    ],
  ];

  it.each(refused)('%s', (_what, contract, models, message) => {
    const error = refusalOf(() => streamTables(contract, models as typeof MODELS));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', operation: 'streamTables' });
    expect(error.message).toMatch(message);
  });

  it.each(HIDDEN_COLUMN_PREFIXES.map((prefix) => `${prefix}row_id`))('a column %s', (column) => {
    const contract = changed((each) => {
      tableOf(each, 'public', 'order_totals').columns[column] = { nullable: true };
    });
    expect(refusalOf(() => streamTables(contract, MODELS))).toMatchObject({
      code: 'INVALID_NAME',
      schema: 'public',
      table: 'order_totals',
      message: expect.stringContaining(column) as unknown,
    });
  });

  it('and nothing of what may be declared', () => {
    const { middleware } = streamTables(contractJson, MODELS);
    expect(middleware).toMatchObject({ name: '@pgstream/prisma8', familyId: 'sql' });
  });
});

describe('extend() refuses, and says what to do,', () => {
  const guard = streamTables(contractJson, MODELS);

  function client(middleware = [guard.middleware]) {
    const pool = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/nothing' });
    onTestFinished(() => pool.end());
    return postgres<Contract>({ contractJson, pg: pool, middleware });
  }

  it.each([[undefined], [{}], [{ $queryRawUnsafe() {}, $extends() {} }]])('what is no client: %s', (value) => {
    const error = refusalOf(() => loose(guard)['extend' as 'create'](value));
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/Prisma 8.*@pgstream\/prisma\./) as unknown,
    });
  });

  it('a client without the middleware', () => {
    expect(refusalOf(() => guard.extend(client([])))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('middleware: [guard.middleware]') as unknown,
    });
  });

  it('a client with the middleware of another guard', () => {
    const other = streamTables(contractJson, { public: ['OrderTotals'] });
    expect(refusalOf(() => guard.extend(client([other.middleware])))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('a client of another contract', () => {
    const contract = changed((each) => {
      each.storage.storageHash = 'another';
    });
    const other = streamTables(contract, MODELS);
    expect(refusalOf(() => other.extend(client([other.middleware])))).toMatchObject({
      message: expect.stringContaining('another contract') as unknown,
    });
  });

  it('and nothing of a client with it; nothing is sent', () => {
    expect(guard.extend(client()).orm.public.OrderTotals).toHaveProperty('isStale');
  });
});
