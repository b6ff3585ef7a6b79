import type { TestDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import type { Case } from './cases/index.ts';
import { fixture } from './fixture.ts';

/** What PostgreSQL did to a table: a write that began, even of no rows, or a definition that is another one afterwards. */
export interface Deed {
  readonly operation: 'insert' | 'update' | 'delete' | 'truncate' | 'drop table' | 'alter table';
  readonly schema: string;
  readonly name: string;
}

interface Definition {
  readonly schema: string;
  readonly name: string;
  readonly definition: string;
}

/** Columns, constraints, name, schema, type, place among partitions and ancestors: what ALTER TABLE can make another. */
const definitions = `
  SELECT c.oid, n.nspname AS schema, c.relname AS name, concat_ws(' / ',
    c.relname, c.relnamespace, c.reloftype, pg_get_expr(c.relpartbound, c.oid),
    (SELECT string_agg((attname, atttypid, atttypmod, attcollation, attnotnull, attidentity, attgenerated, attisdropped,
         attislocal, attinhcount, attstorage, attcompression, attstattarget, attoptions)::text, ', ' ORDER BY attnum)
       FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0),
    (SELECT string_agg(pg_get_expr(adbin, adrelid), ', ' ORDER BY adnum) FROM pg_attrdef WHERE adrelid = c.oid),
    (SELECT string_agg(conname || regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', ''), ', ' ORDER BY conname)
       FROM pg_constraint WHERE conrelid = c.oid AND contype <> 't'),
    (SELECT string_agg(inhparent::text, ', ' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid),
    (SELECT string_agg(inhrelid::text, ', ' ORDER BY inhrelid) FROM pg_inherits WHERE inhparent = c.oid AND c.relkind = 'p')
  ) AS definition
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'analytics')`;

/** PostgreSQL, asked what it does when it is sent a text. What it did is undone each time. */
export interface Witness {
  /** All that it does for a case. Fails if it refuses the text, or what the case needs besides. */
  deedsOf(one: Case): Promise<Deed[]>;
  /** What it writes, without looking at definitions; undefined for a text that it refuses. Quicker. */
  writesOf(sql: string): Promise<Deed[] | undefined>;
}

export async function witnessing(database: TestDatabase): Promise<Witness> {
  const client = await database.connect();
  const writes: Deed[] = [];
  client.on('notice', ({ message, detail }) => {
    if (message === 'wrote') writes.push(JSON.parse(detail ?? '') as Deed);
  });
  await client.query(fixture);
  const deedsOf = async ([sql, , { params, before = '', after = '', endsIn } = {}]: Case): Promise<Deed[]> => {
    let ended = false;
    try {
      await client.query(`BEGIN; ${before}`);
      const transaction = await transactionOf(client);
      const defined = await definitionsIn(client);
      writes.length = 0;
      try {
        await client.query(sql, params ? [...params] : undefined);
      } catch (error) {
        if (endsIn === undefined || !(error as Error).message.includes(endsIn)) throw error;
        return [...writes];
      }
      if (after) await client.query(after);
      ended = (await transactionOf(client)) !== transaction;
      return [...writes, ...(await changesOf(client, defined))];
    } finally {
      await client.query('ROLLBACK');
      await client.query('DISCARD ALL');
      // The text may have committed.
      if (ended) await client.query(fixture);
    }
  };
  const writesOf = async (sql: string): Promise<Deed[] | undefined> => {
    await client.query('BEGIN');
    writes.length = 0;
    try {
      await client.query(sql);
      return [...writes];
    } catch {
      return undefined;
    } finally {
      await client.query('ROLLBACK; DEALLOCATE ALL');
    }
  };
  return { deedsOf, writesOf };
}

async function transactionOf(client: Client): Promise<unknown> {
  const { rows } = await client.query<{ id: unknown }>('SELECT pg_current_xact_id()::text AS id');
  return rows[0]?.id;
}

async function definitionsIn(client: Client): Promise<Map<unknown, Definition>> {
  const { rows } = await client.query<Definition & { oid: unknown }>(definitions);
  return new Map(rows.map(({ oid, ...definition }) => [oid, definition]));
}

async function changesOf(client: Client, before: ReadonlyMap<unknown, Definition>): Promise<Deed[]> {
  const { rows: all } = await client.query<{ oid: unknown }>("SELECT oid FROM pg_class WHERE relkind IN ('r', 'p')");
  const there = new Set(all.map(({ oid }) => oid));
  const after = await definitionsIn(client);
  return [...before].flatMap(([oid, { schema, name, definition }]): Deed[] => {
    if (!there.has(oid)) return [{ operation: 'drop table', schema, name }];
    // What has left its schema is changed, too.
    return after.get(oid)?.definition === definition ? [] : [{ operation: 'alter table', schema, name }];
  });
}
