import { serverUrl } from '@pgstream/harness';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConformanceDriver } from '../driver.ts';
import { endOf } from '../stage.ts';
import type { Prisma } from './client.ts';
import type { Native } from './session.ts';
import { VIEW_WRITES } from './writes.ts';

/** What Prisma itself refuses of the writes that reach a stream table: a line of the table of its own. */
export function viewCases({ orm, over }: ConformanceDriver<Native>, prisma: Prisma): void {
  describe(`${orm}, ${over}`, () => {
    describe('writes', () => {
      describe('a write call of a `view` itself fails without the guard, too, and nothing is sent', () => {
        it.each(VIEW_WRITES.map(({ name, build }) => [name, build] as const))('%s', async (_, build) => {
          const sent: string[] = [];
          const { db, close } = prisma.newClient(serverUrl(), sent);
          onTestFinished(close);
          expect(await endOf(() => build(db))).toBeInstanceOf(Error);
          expect(sent).toEqual([]);
        });
      });
    });
  });
}
