import { guardStreamTables, pgStreamTable } from '@pgstream/drizzle';
import { eq, inArray } from 'drizzle-orm';
import { integer } from 'drizzle-orm/pg-core';
import { npmVersion } from 'drizzle-orm/version';
import type { Client, ConformanceDriver, ReadPath } from '../driver.ts';
import { bypasses } from './bypasses.ts';
import { archive, customers, orderTotals } from './models.ts';
import { reads } from './reads.ts';
import { type Native, type Relational, sessionOf } from './session.ts';
import { templateWrites } from './templates.ts';
import { texts } from './texts.ts';
import { writes } from './writes.ts';

/** A db of one of Drizzle's database drivers. */
export interface Opened extends Native {
  readonly sent: readonly string[];
  leave(statements: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Drizzle over one of its database drivers. */
export function drizzleOver(
  over: string,
  relational: Relational,
  open: (url: string) => Omit<Opened, 'relational'>,
  cannot: ConformanceDriver<Native>['cannot'] = {},
): ConformanceDriver<Native> {
  return {
    orm: `Drizzle ${npmVersion}`,
    over,
    async open(url) {
      const opened = open(url);
      guardStreamTables(opened.db);
      return clientOf({ ...opened, relational });
    },
    openUnguarded: async (url) => clientOf({ ...open(url), relational }),
    values: {
      bigint: BigInt,
      numeric: String,
      'double precision': Number,
      boolean: (text) => text === 'true',
      text: String,
      uuid: String,
      bytea: (text) => Buffer.from(text.slice('\\x'.length), 'hex'),
      date: String,
      // Without a time zone Drizzle takes it for UTC, wherever the process runs.
      timestamp: (text) => new Date(`${text}Z`),
      timestamptz: (text) => new Date(text),
      jsonb: (text) => JSON.parse(text) as unknown,
      'endless date': String,
      'endless timestamptz': String,
    },
    reads: [...reads, ...relational.reads],
    writes: [...writes, ...templateWrites],
    texts,
    bypasses,
    allowed,
    declareHidden: (column) => pgStreamTable('order_totals', { [column]: integer() } as never),
    cannot,
  };
}

function clientOf(opened: Opened): Client<Native> {
  return { ...sessionOf(opened), sent: opened.sent, leave: opened.leave, close: opened.close };
}

const allowed: readonly ReadPath<Native>[] = [
  {
    name: 'insert().select() from a stream table',
    async call({ db }) {
      const totals = db.select({ customerId: orderTotals.customerId, total: orderTotals.total }).from(orderTotals);
      const written = await db.insert(archive).select(totals).returning();
      return written.length;
    },
    gives: 3,
  },
  {
    name: 'update().from() a stream table',
    async call({ db }) {
      const written = await db
        .update(customers)
        .set({ region: customers.region })
        .from(orderTotals)
        .where(eq(customers.id, orderTotals.customerId))
        .returning({ total: orderTotals.total });
      return written.length;
    },
    gives: 3,
  },
  {
    name: 'delete() of what a stream table has',
    async call({ db }) {
      await db.insert(archive).values([{ customerId: 2 }, { customerId: 3 }]);
      const known = db.select({ id: orderTotals.customerId }).from(orderTotals);
      return await db.delete(archive).where(inArray(archive.customerId, known)).returning({ id: archive.customerId });
    },
    gives: [{ id: 2 }],
  },
];
