import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { extensionNamed } from '@pgstream/emulator';
import { answers } from '@pgstream/harness';
import { beforeAll, describe, expect, test } from 'vitest';

const example = join(import.meta.dirname, '../../examples/flights');

describe('the demonstration', () => {
  let output: string;

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/demo.ts'], {
      cwd: example,
      env: { ...process.env, NO_COLOR: '1' },
    });
    output = stdout;
  }, 120_000);

  test('is on the extension that was asked for', () => {
    const { extension = 'pg_stream', version = '' } = extensionNamed(process.env['PGSTREAM_TEST_EXTENSION']);
    expect(output).toContain(` with ${extension} ${version}`);
  });

  test('shows both stream tables, active, before and after', () => {
    expect(output.match(/^public\.origin_delays +ACTIVE +DIFFERENTIAL/gm)).toHaveLength(2);
    expect(output.match(/^public\.state_delays +ACTIVE +FULL/gm)).toHaveLength(2);
  });

  test('shows the three refused writes with their messages', () => {
    for (const operation of ['insert', 'update', 'delete']) {
      expect(output).toMatch(new RegExp(`^${operation}: StreamTableReadOnlyError: .*state_delays`, 'm'));
    }
  });

  test('shows staleness before the refresh and freshness, with every flight, after it', () => {
    const [arrived, later, refreshed] = output.match(/^[\d,]+ flights, of which .*$/gm) ?? [];
    expect(arrived).toMatch(/^20,000 flights, of which OriginDelays has seen 1\d,\d{3};/);
    expect(later).toMatch(/^20,000 flights, of which OriginDelays has seen 1\d,\d{3}; isStale\(\) is true/);
    expect(refreshed).toMatch(/^20,000 flights, of which OriginDelays has seen 20,000; isStale\(\) is false/);
    expect(output.match(/→ {2}refreshed in \d+ ms/g)).toHaveLength(2);
  });

  test('leaves nothing running', async () => {
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(output)?.[1]);
    expect(port).toBeGreaterThan(0);
    expect(await answers(port)).toBe(false);
  });
});
