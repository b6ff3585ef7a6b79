import { extensionNamed, startEmulator } from '@pgstream/emulator';
import { describe, expect, onTestFinished, test } from 'vitest';
import { valueOf } from '../server/database.ts';

const version = `SELECT extname || ' ' || extversion FROM pg_extension WHERE extname <> 'plpgsql'`;

describe('the extension of an emulator', () => {
  test.for([
    [{}, 'pg_stream 0.1.1'],
    [{ extension: 'pg_stream' }, 'pg_stream 0.1.1'],
    [{ extension: 'pg_trickle' }, 'pg_trickle 0.108.3'],
    [{ extension: 'pg_trickle', version: '0.108' }, 'pg_trickle 0.108.3'],
    [{ extension: 'pg_trickle', version: '0.67' }, 'pg_trickle 0.67.0'],
  ] as const)('%o is %s, in database postgres and in those that are made', async ([options, expected]) => {
    const emulator = await startEmulator({ scheduler: false, ...options });
    onTestFinished(() => emulator.stop());
    expect(await valueOf(emulator.url, version)).toBe(expected);
    expect(await valueOf(await emulator.createDatabase(), version)).toBe(expected);
  });

  test.for([
    [{ version: '0.67' }, 'leave version 0.67 out, or ask for the extension pg_trickle'],
    [{ extension: 'pg_stream', version: '0.108' }, 'leave version 0.108 out, or ask for the extension pg_trickle'],
    [{ extension: 'pg_trickle', version: '0.80' }, 'ask for version 0.67 or 0.108'],
    [{ extension: 'timescaledb' }, 'ask for pg_stream or pg_trickle'],
  ] as const)('%o is refused in a sentence', async ([options, sentence]) => {
    // As a caller without types would.
    await expect(startEmulator(options as Parameters<typeof startEmulator>[0])).rejects.toMatchObject({
      name: 'EmulatorError',
      message: expect.stringContaining(sentence),
    });
  });
});

describe('extensionNamed()', () => {
  test.for([
    [undefined, {}],
    ['', {}],
    ['pg_stream', { extension: 'pg_stream' }],
    ['pg_trickle', { extension: 'pg_trickle' }],
    ['pg_trickle@0.67', { extension: 'pg_trickle', version: '0.67' }],
  ] as const)('of %o gives the options %o', ([text, options]) => {
    expect(extensionNamed(text)).toEqual(options);
  });

  test.for([
    ['timescaledb', 'ask for pg_stream or pg_trickle'],
    ['pg_trickle@0.80', 'ask for version 0.67 or 0.108'],
    ['pg_trickle@', 'ask for version 0.67 or 0.108'],
    ['pg_trickle@0.67@1', 'ask for version 0.67 or 0.108'],
    ['pg_stream@0.1.1', 'leave version 0.1.1 out'],
    [' pg_trickle', 'ask for pg_stream or pg_trickle'],
  ] as const)('of %j is refused in a sentence', ([text, sentence]) => {
    expect(() => extensionNamed(text)).toThrow(sentence);
  });
});
