import type { TestDatabase } from '@pgstream/harness';
import type { Client as Connection } from 'pg';
import type { Client, ConformanceDriver } from './driver.ts';

/** What the cases of one column of the table work with. */
export interface Stage<Native> {
  readonly driver: ConformanceDriver<Native>;
  readonly database: TestDatabase;
  /** The client that cases share. */
  readonly client: Client<Native>;
  /** Another session, a superuser's, without the ORM. */
  readonly admin: Connection;
  /** One more client, as another role or on another database; it closes at the end of the test. */
  open(url: string): Promise<Client<Native>>;
}

/** What ended a call, whether it threw or rejected; undefined when nothing did. */
export async function endOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}
