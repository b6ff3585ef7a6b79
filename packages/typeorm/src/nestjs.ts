export {
  getStreamRepositoryToken,
  InjectStreamRepository,
  type DataSourceName,
  type StreamEntity,
  StreamTablesModule,
} from './nestjs/index.ts';
