export type { GuardedClient, GuardedOrm, GuardedTransaction, GuardOf } from './client.ts';
export type { GuardedCollection } from './collection.ts';
export type { ContractWith } from './contract.ts';
export type { StreamTableIsReadOnly } from './read-only.ts';
export type { GuardedSql } from './sql.ts';
