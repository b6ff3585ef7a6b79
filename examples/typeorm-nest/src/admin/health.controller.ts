import { Controller, Get, Res } from '@nestjs/common';
import type { Health } from '@pgstream/core';
import { StreamTablesService } from './stream-tables.service';

/** For a readiness probe. It tells the names of tables: let it be reached from inside alone, or leave the findings out. */
@Controller('health')
export class HealthController {
  constructor(private readonly streamTables: StreamTablesService) {}

  /** 503 for errors alone: a warning, say that there is no scheduler, is shown and turns no request away. */
  @Get()
  async check(
    @Res({ passthrough: true }) response: { status(code: number): unknown },
  ): Promise<Pick<Health, 'status' | 'findings'>> {
    const { status, findings } = await this.streamTables.health();
    response.status(status === 'error' ? 503 : 200);
    return { status, findings };
  }
}
