import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import { extensionNamed, startEmulator } from '@pgstream/emulator';
import { Pool } from 'pg';
import { createApp } from './app.ts';
import { migrate, openDatabase } from './database.ts';

const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);

await using server = await startEmulator(extensionNamed(process.env['PGSTREAM_TEST_EXTENSION']));
const url = await server.createDatabase('flights');
await load();
const prisma = openDatabase(url);
try {
  const http = await listen(Number(process.env['PORT'] ?? 3000));
  if (http) {
    const { address, port } = http.address() as AddressInfo;
    console.log(`
The page is at http://${address}:${port}
Its PostgreSQL is at ${url}

Each stream table may be a minute old, and is refreshed by its schedule.

Ctrl-C stops everything.`);
    await interrupted;
    console.log('\nStopping.');
    http.close();
  }
} finally {
  await prisma.$disconnect();
}

async function load(): Promise<void> {
  console.log('Loading 20,000 flights …');
  const pool = new Pool({ connectionString: url });
  try {
    await migrate(pool);
  } finally {
    await pool.end();
  }
}

async function listen(port: number): Promise<ServerType | undefined> {
  const http = serve({ fetch: createApp(prisma).fetch, hostname: '127.0.0.1', port });
  try {
    await once(http, 'listening');
    return http;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.error(`Port ${port} is taken. Name another one with PORT; 0 is any that is free.`);
    process.exitCode = 1;
    return undefined;
  }
}
