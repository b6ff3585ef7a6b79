import { DataSource } from 'typeorm';
import { MODELS } from './typeorm-models.ts';

const { DATABASE_URL = '', SHOP_VERSION } = process.env;

/** What TypeORM's command line is given: the models of the version that is asked for. */
export default new DataSource({
  type: 'postgres',
  url: DATABASE_URL,
  entities: Object.values(MODELS[Number(SHOP_VERSION) as keyof typeof MODELS]),
});
