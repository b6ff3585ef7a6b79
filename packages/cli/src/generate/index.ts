export { readDbt } from './dbt.ts';
export type { Orm } from './model.ts';
export { modelsOf, type Told } from './models.ts';
export { write } from './write.ts';
