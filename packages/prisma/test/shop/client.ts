import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { afterAll, onTestFinished } from 'vitest';
import { PrismaClient } from './generated/client/client.ts';

/** A client over a real driver. */
export interface Opened {
  readonly client: PrismaClient;
  /** The text of everything that the driver was asked to send, in order. */
  readonly sent: string[];
}

/** A client without our extension, for the test file or the suite that calls this where it collects its tests. */
export function open(url: string): Opened {
  const { close, ...opened } = connecting(url, {});
  afterAll(close);
  return opened;
}

/** The same for the test that is running. */
export function openInTest(url: string, config: pg.PoolConfig = {}): Opened {
  const { close, ...opened } = connecting(url, config);
  onTestFinished(close);
  return opened;
}

function connecting(url: string, config: pg.PoolConfig): Opened & { close(): Promise<void> } {
  const sent: string[] = [];
  const pool = new pg.Pool({ connectionString: url, max: 3, ...config });
  pool.on('connect', (connection) => {
    const query = connection.query.bind(connection) as (...args: unknown[]) => unknown;
    const noting = (statement: string | { text: string }, ...rest: unknown[]) => {
      sent.push(typeof statement === 'string' ? statement : statement.text);
      return query(statement, ...rest);
    };
    Object.assign(connection, { query: noting });
  });
  const client = new PrismaClient({ adapter: new PrismaPg(pool) });
  const close = async () => {
    await client.$disconnect();
    await pool.end();
  };
  return { client, sent, close };
}
