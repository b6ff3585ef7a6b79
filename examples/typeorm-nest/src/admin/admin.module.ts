import { Module } from '@nestjs/common';
import { AdminController } from './admin.controller';
import { HealthController } from './health.controller';
import { StreamTablesService } from './stream-tables.service';

@Module({ controllers: [AdminController, HealthController], providers: [StreamTablesService] })
export class AdminModule {}
