import { type DynamicModule, Module, ValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminModule } from './admin/admin.module';
import { connectionTo } from './database/database';
import { OrdersModule } from './orders/orders.module';
import { ProblemFilter } from './problems/problem.filter';
import { TotalsModule } from './totals/totals.module';

@Module({
  imports: [OrdersModule, TotalsModule, AdminModule],
  providers: [
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useValue: new ValidationPipe({ transform: true, whitelist: true }) },
  ],
})
export class AppModule {
  /** The application over a database that was migrated. */
  static forDatabase(url: string): DynamicModule {
    return {
      module: AppModule,
      // The DataSource is guarded by itself, because there are stream tables among its entities.
      imports: [TypeOrmModule.forRoot({ ...connectionTo(url), autoLoadEntities: true })],
    };
  }
}
