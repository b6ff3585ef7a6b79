import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import type { RefreshResult } from '@pgstream/core';
import { type Staleness, StreamTablesService } from './stream-tables.service';

/** What operators ask and do. An application of yours puts authentication before it: `@UseGuards(…)`. */
@Controller('admin/stream-tables')
export class AdminController {
  constructor(private readonly streamTables: StreamTablesService) {}

  @Get()
  async list(): Promise<Staleness[]> {
    return await this.streamTables.list();
  }

  @Post(':name/refresh')
  @HttpCode(200)
  async refresh(@Param('name') name: string): Promise<RefreshResult> {
    const refreshed = await this.streamTables.refresh(name);
    return { ...refreshed, durationMs: Math.round(refreshed.durationMs) };
  }
}
