import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { testDatabase } from '@pgstream/harness';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { folder, node } from './program';

const database = testDatabase();

// What is tested is what is in src now.
beforeAll(async () => {
  await node(require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json');
});

it('starts by itself, answers, and stops everything when it is interrupted', async () => {
  const program = spawn(process.execPath, ['dist/main.js'], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void program.kill('SIGKILL'));
  const ended = once(program, 'exit');

  let said = '';
  for await (const line of createInterface(program.stdout)) {
    said += `${line}\n`;
    if (line.startsWith('Ctrl-C')) break;
  }
  const url = /http:\/\/\S+:\d+/.exec(said)?.[0];
  const port = Number(/postgres:\/\/\S+:(\d+)/.exec(said)?.[1]);
  const response = await fetch(`${url}/regions`);
  expect(await response.json()).toHaveLength(4);
  expect(await answers(port)).toBe(true);

  program.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(await answers(port)).toBe(false);
});

it('is required by plain node, with no ES module: reads, refreshes, and refuses a write', async () => {
  const program = `
    const { NestFactory } = require('@nestjs/core');
    const { getStreamRepositoryToken } = require('@pgstream/typeorm/nestjs');
    const { AppModule } = require('./dist/app.module');
    const { migrate } = require('./dist/database/database');
    const { OrderTotals } = require('./dist/totals/order-totals.entity');
    void (async () => {
      await migrate(process.argv[1]);
      const app = await NestFactory.createApplicationContext(AppModule.forDatabase(process.argv[1]), { logger: false });
      const totals = app.get(getStreamRepositoryToken(OrderTotals), { strict: false });
      const count = await totals.count();
      const { status } = await OrderTotals.refresh();
      const refused = await totals.clear().catch((error) => error.code);
      await app.close();
      const esModules = Object.keys(require.cache).filter((file) => file.endsWith('.mjs'));
      console.log(JSON.stringify({ count, status, refused, esModules }));
    })();`;
  const { stdout } = await node('--input-type=commonjs', '-e', program, database.url);
  expect(JSON.parse(stdout)).toEqual({ count: 36, status: 'refreshed', refused: 'READ_ONLY', esModules: [] });
});

it('says which port is taken, and ends', async () => {
  const taken = new URL(database.url).port;
  const program = spawn(process.execPath, ['dist/main.js'], { cwd: folder, env: { ...process.env, PORT: taken } });
  onTestFinished(() => void program.kill('SIGKILL'));
  let said = '';
  program.stderr.on('data', (text) => (said += String(text)));
  expect(await once(program, 'close')).toEqual([1, null]);
  expect(said).toContain(`Port ${taken} is taken. Name another one with PORT; 0 is any that is free.`);
});

/** Whether anything accepts a connection there. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
      .once('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', () => resolve(false));
  });
}
