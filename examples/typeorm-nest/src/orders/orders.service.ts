import { Injectable, UnprocessableEntityException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { isPgStreamError, type StreamRepository } from '@pgstream/typeorm';
import { InjectStreamRepository } from '@pgstream/typeorm/nestjs';
import { DataSource, In, Repository } from 'typeorm';
import { Customer } from '../customers/customer.entity';
import { OrderTotals } from '../totals/order-totals.entity';
import type { NewOrder } from './new-order.dto';
import { Order } from './order.entity';

/** What became of an order. */
export interface PlacedOrder {
  readonly order: Order;
  /** `pending` where the totals do not have it yet, because somebody was in the way. */
  readonly refresh: 'refreshed' | 'pending';
  readonly totals: OrderTotals | null;
}

/** What is written goes to an ordinary table; the stream table over it takes it in. */
@Injectable()
export class OrdersService {
  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    @InjectRepository(Customer) private readonly customers: Repository<Customer>,
    @InjectStreamRepository(OrderTotals) private readonly totals: StreamRepository<OrderTotals>,
    private readonly dataSource: DataSource,
  ) {}

  /** Writes one, and refreshes after the commit. Written is written: a caller that is told of a failure would write it again. */
  async place(given: NewOrder): Promise<PlacedOrder> {
    await this.checkCustomers([given]);
    const { order, refresh } = await this.write(given);
    const totals = await this.totals.findOneBy({ customerId: order.customerId });
    return { order, refresh, totals };
  }

  /**
   * Writes all or none, and nobody sees one without the other of orders and totals: the refresh is part of the transaction.
   * The price is that it cannot wait. While somebody else writes orders it fails at once, and everything is taken back.
   */
  async placeTogether(given: readonly NewOrder[]): Promise<Order[]> {
    await this.checkCustomers(given);
    return await this.dataSource.transaction(async (manager) => {
      const orders = await manager.save(Order, given.map(rowOf));
      // Last, because it keeps other writers out of the orders until the end.
      await OrderTotals.refresh({ on: manager });
      return orders;
    });
  }

  /**
   * The refresh comes after the commit, because then it can wait for others who are writing; and requests that arrive
   * together share one, which has the orders of all of them. If somebody is in the way for too long, the schedule brings it
   * in.
   */
  private async write(given: NewOrder): Promise<Pick<PlacedOrder, 'order' | 'refresh'>> {
    let order: Order | undefined;
    const save = async (): Promise<Order> => (order = await this.orders.save(rowOf(given)));
    try {
      return { order: await this.totals.refreshAfter(save, { lockTimeoutMs: PATIENCE_MS }), refresh: 'refreshed' };
    } catch (error) {
      // What failed before anything was written is no matter of time.
      if (order && MAY_BE_LATER.some((code) => isPgStreamError(error, code))) return { order, refresh: 'pending' };
      throw error;
    }
  }

  private async checkCustomers(given: readonly NewOrder[]): Promise<void> {
    const ids = [...new Set(given.map(({ customerId }) => customerId))];
    const known = await this.customers.findBy({ id: In(ids) });
    const unknown = ids.filter((id) => !known.some((customer) => customer.id === id));
    if (unknown.length > 0) throw new UnprocessableEntityException(`There is no customer ${unknown.join(' or ')}.`);
  }
}

/** How long a request waits for others who are writing. */
const PATIENCE_MS = 3_000;

const MAY_BE_LATER = ['SOURCES_BUSY', 'REFRESH_BUSY', 'TIMEOUT', 'SUSPENDED'] as const;

function rowOf({ customerId, amount }: NewOrder): Pick<Order, 'customerId' | 'amount'> {
  return { customerId, amount: amount.toFixed(2) };
}
