import { onPgTrickle } from '@pgstream/harness';
import { expect } from 'vitest';
import type { Db } from './drivers.ts';

/** Sends a write that nobody of ours refuses, and takes it back: pg_stream lets it through, pg_trickle refuses it by itself. */
export async function expectUnseen(db: Db, write: (tx: Db) => Promise<void>): Promise<void> {
  const takenBack = new Error('taken back');
  const work = db.transaction(async (tx) => {
    await write(tx);
    throw takenBack;
  });
  if (onPgTrickle) await expect(work).rejects.toMatchObject({ cause: { code: 'P0001' } });
  else await expect(work).rejects.toBe(takenBack);
}
