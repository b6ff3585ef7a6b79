import { once } from 'node:events';
import { NestFactory } from '@nestjs/core';
import { extensionNamed, startEmulator } from '@pgstream/emulator';
import { AppModule } from './app.module';
import { migrate } from './database/database';
import { invitation } from './invitation';

async function main(): Promise<void> {
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await using server = await startEmulator(extensionNamed(process.env['PGSTREAM_TEST_EXTENSION']));
  const database = await server.createDatabase('shop');
  await migrate(database);
  const app = await NestFactory.create(AppModule.forDatabase(database), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  try {
    await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
    console.log(invitation(await app.getUrl(), database));
    await interrupted;
    console.log('\nStopping.');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.error(`Port ${process.env['PORT'] ?? 3000} is taken. Name another one with PORT; 0 is any that is free.`);
    process.exitCode = 1;
  } finally {
    await app.close();
  }
}

void main();
