import type { Client, ConformanceDriver } from '../driver.ts';
import { allowed } from './allowed.ts';
import { bypasses } from './bypasses.ts';
import { CANNOT } from './cannot.ts';
import { contractOf, guardOf, open } from './client.ts';
import { reads } from './reads.ts';
import { itself, type Native, sessionOf } from './session.ts';
import { texts } from './texts.ts';
import { inVersion, type Version } from './version.ts';
import { writes } from './writes.ts';

/** Prisma 8 in one of its versions, by the folder in which its contract was emitted. */
export function prisma8Driver(version: Version, folder: string): ConformanceDriver<Native> {
  const contractJson = contractOf(folder);
  const client = async (url: string, guarded: boolean): Promise<Client<Native>> => {
    const { db, pool, sent, leave, close } = open(url, contractJson, guarded);
    return { ...sessionOf({ tx: itself(db), db, pool }, db), sent, leave, close };
  };
  return {
    orm: `Prisma ${version}`,
    over: 'node-postgres',
    open: (url) => client(url, true),
    openUnguarded: (url) => client(url, false),
    values: {
      bigint: BigInt,
      numeric: String,
      'double precision': Number,
      boolean: (text) => text === 'true',
      text: String,
      uuid: String,
      bytea: (text) => Uint8Array.from(Buffer.from(text.slice('\\x'.length), 'hex')),
      date: String,
      timestamp: String,
      timestamptz: String,
      jsonb: (text) => JSON.parse(text) as unknown,
      'endless date': String,
      'endless timestamptz': String,
    },
    reads: inVersion(version, reads),
    writes: inVersion(version, writes),
    texts,
    bypasses,
    allowed,
    declareHidden: (column) => guardOf(withColumn(contractJson, column)),
    cannot: CANNOT,
  };
}

/** The contract, had the schema one column more. */
function withColumn(contractJson: unknown, column: string): unknown {
  const contract = structuredClone(contractJson) as {
    readonly storage: {
      readonly namespaces: {
        readonly public: { readonly entries: { readonly table: Record<string, { columns: object }> } };
      };
    };
  };
  const { order_totals: table } = contract.storage.namespaces.public.entries.table;
  if (table)
    table.columns = { ...table.columns, [column]: { codecId: 'pg/int8@1', nativeType: 'int8', nullable: true } };
  return contract;
}
