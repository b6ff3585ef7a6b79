import { expect, it } from 'vitest';
import { node } from './program';

it('Jest, which loads CommonJS, runs the specs of test/jest', async () => {
  const { stderr } = await node(require.resolve('jest/bin/jest'), '--ci', '--colors=false');
  expect(stderr).toContain('PASS test/jest/orders.service.spec.ts');
  expect(stderr).toMatch(/^Tests: +5 passed, 5 total$/m);
});
