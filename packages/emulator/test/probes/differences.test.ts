import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { recordings } from './recording.ts';

/** The part of DIFFERENCES.md about an extension. */
function partOf(extension: string): string {
  const text = readFileSync(new URL('../../DIFFERENCES.md', import.meta.url), 'utf8');
  return text.split(/^# /m).find((part) => part.split('\n', 1)[0]?.includes(extension)) ?? '';
}

/** The rows of its table: probe, what the emulator does. */
function documented(extension: string): [string, string][] {
  const rows = partOf(extension).matchAll(/^\| `([^`]+)` +\| (.*?) +\|$/gm);
  return [...rows].map(([, id = '', reason = '']) => [id, reason]);
}

describe.for(recordings)('differences from $extension $extversion', ({ extension, differences, probes }) => {
  test('every difference is documented with its reason, and nothing else is', () => {
    expect(documented(extension)).toEqual(Object.entries(differences).map(([id, { reason }]) => [id, reason]));
  });

  test('every difference names the statements that differ', () => {
    const nameless = Object.entries(differences).filter(([, { steps }]) => steps.length === 0);
    expect(nameless).toEqual([]);
  });

  test('every difference is one of a recorded probe', () => {
    const recorded = new Set(probes.map(({ id }) => id));
    expect(Object.keys(differences).filter((id) => !recorded.has(id))).toEqual([]);
  });
});
