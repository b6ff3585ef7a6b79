import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mountAdmin } from '@pgstream/admin';
import { toNodeHandler } from '@pgstream/admin/node';
import { createPgStream, type SqlExecutor } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import type { Client } from 'pg';

import { measureInterleaved, type Measurement } from './interleaved.ts';
import { createStreamTables } from './staleness.ts';

/** What answering takes, and how much is sent. */
export interface Answered extends Measurement {
  /** To the bare query at the same time. */
  readonly ratio: number;
  readonly kilobytes: number | null;
}

/**
 * The admin page of many stream tables, beside the statement of `list()` as the driver alone sends it and has its rows.
 * Everything over one connection.
 */
export async function measureAdmin(client: Client, rounds: number): Promise<Answered[]> {
  await createStreamTables(client);
  await client.query('VACUUM ANALYZE');
  const direct = fromPg(client);
  const sent: { text: string; params: readonly unknown[] }[] = [];
  const recording: SqlExecutor = {
    scope: direct.scope,
    transaction: direct.transaction,
    query(text, params = []) {
      sent.push({ text, params });
      return direct.query(text, params);
    },
  };
  const pgstream = createPgStream(recording);
  await pgstream.list();
  sent.length = 0;
  await pgstream.list();
  const [{ text, params } = { text: '', params: [] }] = sent;

  const admin = mountAdmin({ pgstream: createPgStream(direct), canAct: () => true });
  const page = async (query: string): Promise<string> =>
    await (await admin.fetch(new Request(`http://127.0.0.1/${query}`))).text();
  const server = createServer(toNodeHandler(admin));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const pages: Readonly<Record<string, () => Promise<string>>> = {
    'the page of 100 of them': () => page(''),
    'the page of all': () => page('?page=all'),
    'the page of all, over HTTP': async () => await (await fetch(`${url}/?page=all`)).text(),
  };
  const bare = { name: 'the bare list query', run: () => client.query(text, [...params]) };
  const casesOf = (names: readonly string[], suffix = '') =>
    names.map((name) => ({ name: name + suffix, run: async () => await pages[name]?.() }));
  const measured = await measureInterleaved(
    [
      bare,
      { name: 'SELECT * of the catalog', run: () => client.query('SELECT * FROM pgstream.pgs_stream_tables') },
      { name: 'list()', run: () => pgstream.list() },
      ...casesOf(Object.keys(pages)),
    ],
    rounds,
  );
  const sizes = new Map<string, number>();
  for (const [name, run] of Object.entries(pages)) sizes.set(name, Math.round((await run()).length / 1_000));

  await client.query(
    `UPDATE pgstream.pgs_stream_tables SET data_timestamp = now() - interval '1 hour', last_refresh_at = now() - interval '1 hour'
      WHERE pgs_name LIKE '%7'`,
  );
  const [bareThen, ...measuredThen] = await measureInterleaved(
    [bare, ...casesOf(['the page of 100 of them', 'the page of all'], ', a tenth stale')],
    rounds,
  );
  server.close();
  server.closeAllConnections();
  const ratios = (base: Measurement | undefined, all: readonly Measurement[]): Answered[] =>
    all.map((one) => ({
      ...one,
      ratio: one.medianMs / (base?.medianMs ?? Number.NaN),
      kilobytes: sizes.get(one.name) ?? null,
    }));
  return [...ratios(measured[0], measured), ...ratios(bareThen, measuredThen)];
}
