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
import postgres from '@prisma/orm-postgres/runtime';
import { streamTables } from '@pgstream/prisma8';
import type { Contract } from '../../shop/generated/contract.d.ts';
import contractJson from '../../shop/generated/contract.json' with { type: 'json' };
export const guard = streamTables(contractJson, { public: ['OrderTotals'] });
export const db = guard.extend(postgres<Contract>({ contractJson, url: '', middleware: [guard.middleware] }));
export const totals = () => db.orm.public.OrderTotals.where({ customerId: 1 });
export const customer = () => db.orm.public.Customer.include('totals', (t) => t.select('total')).first();
`;

it('declarations of what exports a guarded client are made of names that it can import, and stay short', async () => {
  const parent = join(import.meta.dirname, 'generated');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'run-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'db.ts'), EXPORTS);
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: 'out',
    rootDir: '../../..',
    paths: { '@pgstream/prisma8': ['../../../src/index.ts'] },
  };
  const options = { extends: '../../../tsconfig.json', compilerOptions, include: ['db.ts'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options));
  const said = await promisify(execFile)(process.execPath, [TSC, '-p', folder]).catch(
    (error: { stdout: string }) => error,
  );
  expect(said.stdout).toBe('');

  const place = folder.slice(join(import.meta.dirname, '..').length);
  const declared = await readFile(join(folder, 'out', place, 'db.d.ts'), 'utf8');
  expect(declared).toContain('GuardedClient<Contract, ');
  expect(declared.length).toBeLessThan(20_000);
});
