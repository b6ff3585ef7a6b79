import { Body, Controller, HttpStatus, Post, Res } from '@nestjs/common';
import { NewOrder, NewOrders } from './new-order.dto';
import type { Order } from './order.entity';
import { OrdersService, type PlacedOrder } from './orders.service';

@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Post()
  async place(
    @Body() given: NewOrder,
    @Res({ passthrough: true }) response: { status(code: number): unknown },
  ): Promise<PlacedOrder> {
    const placed = await this.orders.place(given);
    if (placed.refresh === 'pending') response.status(HttpStatus.ACCEPTED);
    return placed;
  }

  @Post('batch')
  async placeTogether(@Body() given: NewOrders): Promise<Order[]> {
    return await this.orders.placeTogether(given.orders);
  }
}
