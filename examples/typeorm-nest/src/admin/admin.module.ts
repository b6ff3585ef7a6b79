import { Module } from '@nestjs/common';
import { AdminController } from './admin.controller';
import { StreamTablesService } from './stream-tables.service';

@Module({ controllers: [AdminController], providers: [StreamTablesService] })
export class AdminModule {}
