import { Injectable } from '@nestjs/common';
import { createPgStream, type Health, type PgStream, type RefreshResult, type StreamTableStatus } from '@pgstream/core';
import { fromTypeORM } from '@pgstream/typeorm';
import { DataSource } from 'typeorm';

/** How it is with a stream table. */
export type Staleness = Pick<StreamTableStatus, 'name' | 'status' | 'isStale' | 'lastRefreshAt' | 'stalenessMs'> & {
  readonly schedule: string | null;
};

/** Every stream table of the database, declared as an entity or not. */
@Injectable()
export class StreamTablesService {
  private readonly pgstream: PgStream;

  constructor(dataSource: DataSource) {
    this.pgstream = createPgStream(fromTypeORM(dataSource));
  }

  async list(): Promise<Staleness[]> {
    const tables = await this.pgstream.list({ schema: 'public' });
    return tables.map(({ name, status, isStale, lastRefreshAt, stalenessMs, schedule }) => ({
      name,
      status,
      isStale,
      lastRefreshAt,
      stalenessMs,
      schedule: schedule.text,
    }));
  }

  /** Whether those that the application reads are there, filled, and refreshed. Does not throw. */
  async health(): Promise<Health> {
    return await this.pgstream.health({ tables: ['order_totals', 'region_totals'], timeoutMs: 2_000 });
  }

  /** Throws NOT_FOUND where there is no stream table of that name. */
  async refresh(name: string): Promise<RefreshResult> {
    return await this.pgstream.table(name).refresh();
  }
}
