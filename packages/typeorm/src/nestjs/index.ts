export type { StreamEntity } from './entity.ts';
export { StreamTablesModule } from './module.ts';
export { getStreamRepositoryToken, InjectStreamRepository, type DataSourceName } from './token.ts';
