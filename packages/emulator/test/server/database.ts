import { type Emulator, type EmulatorOptions, startEmulator } from '@pgstream/emulator';
import { connect, sameExtension } from '@pgstream/harness';
import { onTestFinished } from 'vitest';

/** An emulator of the test's own, as the run's extension, stopped when the test ends. */
export async function emulatorOfTest(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ scheduler: false, ...sameExtension, ...options });
  onTestFinished(() => emulator.stop());
  return emulator;
}

/** The first column of the first row. */
export async function valueOf(url: string, statement: string): Promise<unknown> {
  const client = await connect(url);
  try {
    const { rows } = await client.query<unknown[]>({ text: statement, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}
