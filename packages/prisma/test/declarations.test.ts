import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished, vi } from 'vitest';

// A compiler runs in it.
vi.setConfig({ testTimeout: 120_000 });

const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const EXPORTS = `
import { pgStream } from '@pgstream/prisma';
import { PrismaClient } from '../../shop/generated/client/client.ts';
import { streamTables } from '../../shop/generated/pgstream/index.ts';
export const prisma = new PrismaClient({ adapter: null as never }).$extends(streamTables());
export const byHand = new PrismaClient({ adapter: null as never }).$extends(pgStream({ models: ['OrderTotals'] }));
export const update = () => prisma.customer.update({ where: { id: 1 }, data: {}, include: { totals: true } });
`;

it('declarations of what exports an extended client are made of names that it can import, and stay short', async () => {
  const parent = join(import.meta.dirname, 'generated');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'run-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'db.ts'), EXPORTS);
  const options = {
    extends: '../../../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      outDir: 'out',
      rootDir: '../../..',
    },
    include: ['db.ts'],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options));
  const said = await promisify(execFile)(process.execPath, [TSC, '-p', folder]).catch(
    (error: { stdout: string }) => error,
  );
  expect(said.stdout).toBe('');

  const declared = await readFile(
    join(folder, 'out', folder.slice(join(import.meta.dirname, '..').length), 'db.d.ts'),
    'utf8',
  );
  expect(declared).toContain('.GuardedWrite<');
  expect(declared).toContain('.Refresh;');
  expect(declared).not.toContain('@pgstream/core');
  expect(declared.length).toBeLessThan(100_000);
});
