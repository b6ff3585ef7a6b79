import { expect, test } from 'vitest';
import { createOutput, type Finding, findingsText } from '../src/output/index.ts';

const finding = (code: string, message: string, cure: string): Finding => ({
  code,
  message,
  cure,
  severity: 'warn',
  streamTable: null,
});

test('of findings that are cured alike some are shown, and their cure once', () => {
  const stale = Array.from({ length: 300 }, (_, n) => finding('STALE', `"t${n}" is old.`, 'refresh() it.'));
  const text = findingsText(
    {
      status: 'warn',
      findings: [
        finding('SUSPENDED', 'One is suspended.', 'resume() it.'),
        ...stale,
        finding('STALE', 'Another.', 'Wait.'),
      ],
      extension: null,
      scheduler: 'missing',
      streamTables: 300,
    },
    createOutput({ color: false }),
  );
  expect(text).toBe(`warn  scheduler missing, 300 stream tables

warn   SUSPENDED  One is suspended.
       \`pgstream resume\` it.

warn   STALE  "t0" is old.
warn   STALE  "t1" is old.
warn   STALE  "t2" is old.
warn   STALE  "t3" is old.
warn   STALE  "t4" is old.
       and 295 more like these; --json has all
       \`pgstream refresh\` it.

warn   STALE  Another.
       Wait.`);
});
