import type { Client, ConformanceDriver } from '../driver.ts';
import { allowed } from './allowed.ts';
import { bypasses } from './bypasses.ts';
import { CANNOT } from './cannot.ts';
import type { Db, Prisma } from './client.ts';
import { readsOf } from './reads.ts';
import { type Native, sessionOf } from './session.ts';
import { textsOf } from './texts.ts';
import { writes } from './writes.ts';

/** Prisma in one of its versions. */
export function prismaDriver(
  prisma: Prisma,
  cannot: ConformanceDriver<Native>['cannot'] = {},
): ConformanceDriver<Native> {
  return {
    orm: `Prisma ${prisma.version}`,
    over: 'node-postgres',
    open: async (url) => clientOf(url, prisma, (db) => db.$extends(prisma.streamTables())),
    openUnguarded: async (url) => clientOf(url, prisma, (db) => db),
    values: {
      bigint: BigInt,
      numeric: prisma.decimal,
      'double precision': Number,
      boolean: (text) => text === 'true',
      text: String,
      uuid: String,
      bytea: (text) => Uint8Array.from(Buffer.from(text.slice('\\x'.length), 'hex')),
      date: (text) => new Date(`${text}Z`),
      // Without a time zone Prisma takes it for UTC, wherever the process runs.
      timestamp: (text) => new Date(`${text}Z`),
      timestamptz: (text) => new Date(text),
      jsonb: (text) => JSON.parse(text) as unknown,
      'endless date': (text) => new Date(text),
      'endless timestamptz': (text) => new Date(text),
    },
    reads: readsOf(prisma),
    writes,
    texts: textsOf(prisma),
    bypasses,
    allowed,
    declareHidden: (column) => Promise.reject(new Error(`The schema declares ${column}, and no call.`)),
    cannot: { ...CANNOT, ...cannot },
  };
}

function clientOf(url: string, prisma: Prisma, guard: (db: Db) => Db): Client<Native> {
  const sent: string[] = [];
  const { db: base, raw, leave, close } = prisma.newClient(url, sent);
  const client = guard(base);
  return { ...sessionOf({ db: client, client, base, guard, raw }), sent, leave, close };
}
