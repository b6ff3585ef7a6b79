import type { Emulator } from '@pgstream/emulator';
import { CliError, EXIT } from '../exit/index.ts';
import type { GlobalFlags } from './global-flags.ts';

/** The emulator that was asked for; undefined if none was. */
export async function startedEmulator({
  emulator,
  emulatorData,
  extension,
}: GlobalFlags): Promise<Emulator | undefined> {
  if (!emulator && emulatorData === undefined) return undefined;
  const { startEmulator } = await import('@pgstream/emulator').catch((error: unknown) => {
    throw new CliError(
      EXIT.usage,
      'INVALID_ARGUMENT',
      '--emulator needs the package @pgstream/emulator, which is not installed: npm install --save-dev @pgstream/emulator.',
      error,
    );
  });
  return await startEmulator({
    ...(emulatorData !== undefined && { dataDir: emulatorData }),
    ...(extension !== undefined && { extension }),
  });
}
