export { newDataSource, openDataSource, type Sent } from './data-source.ts';
export { shopDatabase } from './database.ts';
export { Archive, Customer, entities, Order, OrderTotals, RegionTotals, Repeated } from './entities.ts';
