import { createPgStream, isPgStreamError, type QualifiedName } from '@pgstream/core';
import type { QueryRunner } from 'typeorm';
import { fromTypeORM } from '../handle/index.ts';

/**
 * The stream tables that there are, as a query runner's own transaction sees them: none where the extension is missing,
 * undefined where the role may not ask.
 */
export async function streamTablesOf(runner: QueryRunner): Promise<readonly QualifiedName[] | undefined> {
  try {
    return await createPgStream(fromTypeORM(runner)).list();
  } catch (error) {
    if (isPgStreamError(error, 'EXTENSION_MISSING')) return [];
    if (isPgStreamError(error, 'PERMISSION_DENIED')) return undefined;
    throw error;
  }
}
