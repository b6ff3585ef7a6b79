import { Controller, Get, NotFoundException, Param, ParseIntPipe, Query } from '@nestjs/common';
import type { StreamRepository } from '@pgstream/typeorm';
import { InjectStreamRepository } from '@pgstream/typeorm/nestjs';
import { OrderTotals } from './order-totals.entity';
import { RegionTotals } from './region-totals.entity';
import { TotalsQuery } from './totals.query';

/** Some of many. */
interface Page<Row> {
  readonly rows: Row[];
  readonly page: number;
  /** Of all pages. */
  readonly count: number;
}

/** What everybody may read: stream tables, by the methods of any repository of TypeORM. */
@Controller()
export class TotalsController {
  constructor(
    @InjectStreamRepository(OrderTotals) private readonly totals: StreamRepository<OrderTotals>,
    @InjectStreamRepository(RegionTotals) private readonly regions: StreamRepository<RegionTotals>,
  ) {}

  /** With the customer, the highest total first. */
  @Get('totals')
  async some(@Query() { region, page, pageSize }: TotalsQuery): Promise<Page<OrderTotals>> {
    const [rows, count] = await this.totals.findAndCount({
      relations: { customer: true },
      where: region === undefined ? {} : { customer: { region } },
      order: { total: 'DESC', customerId: 'ASC' },
      skip: (page - 1) * pageSize,
      take: pageSize,
    });
    return { rows, page, count };
  }

  @Get('totals/:customerId')
  async one(@Param('customerId', ParseIntPipe) customerId: number): Promise<OrderTotals> {
    const totals = await this.totals.findOne({ where: { customerId }, relations: { customer: true } });
    if (!totals) throw new NotFoundException(`Customer ${customerId} has ordered nothing.`);
    return totals;
  }

  @Get('regions')
  async byRegion(): Promise<RegionTotals[]> {
    return await this.regions.find({ order: { total: 'DESC' } });
  }
}
