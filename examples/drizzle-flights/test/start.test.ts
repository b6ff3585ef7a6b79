import { join } from 'node:path';
import { answers, startProgram } from '@pgstream/harness';
import { expect, it } from 'vitest';

it('starts by itself, answers, and stops everything when it is interrupted', { timeout: 120_000 }, async () => {
  const { url, databasePort, interrupt } = await startProgram(
    join(import.meta.dirname, '..'),
    '--import',
    'tsx',
    'src/main.ts',
  );
  const response = await fetch(`${url}/states`);
  expect(((await response.json()) as unknown[]).length).toBeGreaterThan(20);
  expect(await answers(databasePort)).toBe(true);

  expect(await interrupt()).toEqual([0, null]);
  expect(await answers(databasePort)).toBe(false);
});
