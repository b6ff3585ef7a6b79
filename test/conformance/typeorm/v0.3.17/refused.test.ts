import { isPgStreamError, protectStreamTables, StreamTable, StreamTableEntity } from '@pgstream/typeorm';
import { testDatabase } from '@pgstream/harness';
import { Column, DataSource, PrimaryColumn } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { endOf } from '../../stage.ts';
import { loadedVersions } from '../version.ts';

@StreamTable('order_totals')
class OrderTotals extends StreamTableEntity {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('numeric') total!: string;
}

const database = testDatabase();

describe('a TypeORM that tells nobody of its statements, and so cannot be guarded', () => {
  it('is the one that runs', () => {
    expect(loadedVersions()).toEqual(['0.3.17']);
  });

  it.each([
    ['initialize()', (dataSource: DataSource) => dataSource.initialize()],
    ['protectStreamTables()', (dataSource: DataSource) => protectStreamTables(dataSource)],
  ])('is refused by %s, with a sentence that names the versions that can', async (_, call) => {
    const dataSource = new DataSource({ type: 'postgres', url: database.url, entities: [OrderTotals] });
    const error = await endOf(() => call(dataSource));
    expect(error).toSatisfy((value) => isPgStreamError(value, 'INVALID_ARGUMENT'));
    expect((error as Error).message).toContain('@pgstream/typeorm needs TypeORM 0.3.18 or later, or 1.x.');
    expect(dataSource.isInitialized).toBe(false);
  });
});
