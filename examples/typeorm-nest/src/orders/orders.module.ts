import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { StreamTablesModule } from '@pgstream/typeorm/nestjs';
import { Customer } from '../customers/customer.entity';
import { OrderTotals } from '../totals/order-totals.entity';
import { Order } from './order.entity';
import { OrdersController } from './orders.controller';
import { OrdersService } from './orders.service';

@Module({
  imports: [TypeOrmModule.forFeature([Customer, Order]), StreamTablesModule.forFeature([OrderTotals])],
  controllers: [OrdersController],
  providers: [OrdersService],
})
export class OrdersModule {}
