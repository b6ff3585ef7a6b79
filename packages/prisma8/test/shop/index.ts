export { contractJson, MODELS, note, open, openInTest, type Db } from './client.ts';
export { shopDatabase } from './database.ts';
export type { Contract } from './generated/contract.d.ts';
export { loose, type Loose } from './loose.ts';
