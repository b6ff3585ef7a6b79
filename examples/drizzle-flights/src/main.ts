import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import { extensionNamed, startEmulator } from '@pgstream/emulator';
import { Pool } from 'pg';
import { createApp } from './app.ts';
import { migrate, openDatabase } from './database.ts';
import { invitation } from './invitation.ts';

const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);

await using server = await startEmulator(extensionNamed(process.env['PGSTREAM_TEST_EXTENSION']));
const database = await server.createDatabase('flights');
const pool = new Pool({ connectionString: database });
try {
  console.log('Loading 20,000 flights …');
  await migrate(pool);
  const http = await listen(Number(process.env['PORT'] ?? 3000));
  if (http) {
    const { address, port } = http.address() as AddressInfo;
    console.log(invitation(`http://${address}:${port}`, database));
    await interrupted;
    console.log('\nStopping.');
    http.close();
  }
} finally {
  await pool.end();
}

async function listen(port: number): Promise<ServerType | undefined> {
  const http = serve({ fetch: createApp(openDatabase(pool)).fetch, hostname: '127.0.0.1', port });
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
