import { describe, expect, it } from 'vitest';
import { externalTables } from '../src/index.ts';
import { streamTables } from './shop/index.ts';

describe('externalTables', () => {
  it('gives the stream tables with their schemas, and no other model', () => {
    expect(externalTables(streamTables).toSorted()).toEqual([
      'analytics.big_orders',
      'analytics.region_totals',
      'public.order_totals',
      'public.product_totals',
    ]);
  });

  it('puts names without a schema into the default one', () => {
    const registry = { A: { streamTable: { name: 'a' } }, B: { streamTable: { schema: 'x', name: 'b' } } };
    expect(externalTables({ registry })).toEqual(['public.a', 'x.b']);
    expect(externalTables({ registry }, { defaultSchema: 'shop' })).toEqual(['shop.a', 'x.b']);
  });

  it('names each once, however many models there are of it', () => {
    const registry = { A: { streamTable: { name: 'a' } }, B: { streamTable: { name: 'a' } } };
    expect(externalTables({ registry })).toEqual(['public.a']);
  });

  it('gives none before there is a module', () => {
    expect(externalTables(undefined)).toEqual([]);
  });
});
