import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { StreamTablesModule } from '@pgstream/typeorm/nestjs';
import { Customer } from '../customers/customer.entity';
import { OrderTotals } from './order-totals.entity';
import { RegionTotals } from './region-totals.entity';
import { TotalsController } from './totals.controller';

@Module({
  imports: [TypeOrmModule.forFeature([Customer]), StreamTablesModule.forFeature([OrderTotals, RegionTotals])],
  controllers: [TotalsController],
})
export class TotalsModule {}
