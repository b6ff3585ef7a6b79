import { cleanUpLater } from '@pgstream/harness';
import { Client } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { entities } from './entities.ts';

type Options = Partial<Extract<DataSourceOptions, { type: 'postgres' }>>;

/** What the clients of a pool were asked, in order, the statements of transactions included. */
export type Sent = readonly string[];

/** A DataSource over the shop that is not initialised yet; it ends with the test that asked for it, or with the file. */
export function newDataSource(url: string, options: Options = {}): DataSource & { readonly sent: Sent } {
  const sent: string[] = [];
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities,
    ...options,
    extra: { max: 3, Client: notingClient(sent), ...options.extra },
  });
  cleanUpLater(async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
  });
  return Object.assign(dataSource, { sent });
}

/** The same, initialised. */
export async function openDataSource(
  ...args: Parameters<typeof newDataSource>
): Promise<ReturnType<typeof newDataSource>> {
  const dataSource = newDataSource(...args);
  await dataSource.initialize();
  return dataSource;
}

/** `pg` reports no statements: each client notes what it is asked. */
function notingClient(sent: string[]): typeof Client {
  return class extends Client {
    // Its overloads are many.
    override query: Client['query'] = ((statement: string | { text: string }, ...rest: never[]) => {
      sent.push(typeof statement === 'string' ? statement : statement.text);
      return (super.query as (...parameters: unknown[]) => unknown)(statement, ...rest);
    }) as never;
  };
}
