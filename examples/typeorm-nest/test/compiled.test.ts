import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { answers, startProgram, testDatabase } from '@pgstream/harness';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { folder, node } from './program';

const database = testDatabase();

// What is tested is what is in src now.
beforeAll(async () => {
  await node(require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json');
});

it('starts by itself, answers, and stops everything when it is interrupted', async () => {
  const { url, databasePort, interrupt } = await startProgram(folder, 'dist/main.js');
  const response = await fetch(`${url}/regions`);
  expect(await response.json()).toHaveLength(4);
  expect(await answers(databasePort)).toBe(true);

  expect(await interrupt()).toEqual([0, null]);
  expect(await answers(databasePort)).toBe(false);
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
