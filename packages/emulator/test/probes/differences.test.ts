import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { differences } from './differences.ts';
import { probes } from './recording.ts';

/** The rows of the table in DIFFERENCES.md: probe, what the emulator does. */
function documented(): [string, string][] {
  const text = readFileSync(new URL('../../DIFFERENCES.md', import.meta.url), 'utf8');
  return [...text.matchAll(/^\| `([^`]+)` +\| (.*?) +\|$/gm)].map(([, id = '', reason = '']) => [id, reason]);
}

test('every difference is documented with its reason, and nothing else is', () => {
  expect(documented()).toEqual(Object.entries(differences).map(([id, { reason }]) => [id, reason]));
});

test('every difference names the statements that differ', () => {
  const nameless = Object.entries(differences).filter(([, { steps }]) => steps.length === 0);
  expect(nameless).toEqual([]);
});

test('every difference is one of a recorded probe', () => {
  const recorded = new Set(probes.map(({ id }) => id));
  expect(Object.keys(differences).filter((id) => !recorded.has(id))).toEqual([]);
});
