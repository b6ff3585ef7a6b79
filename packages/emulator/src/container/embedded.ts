import { startEmulator } from '../emulator.ts';
import { type ExtensionChoice, extensionOf } from '../sql/index.ts';
import { started, type StartedPgStreamContainer } from './started.ts';

let told = false;

/** Says once that there is no Docker, and what runs instead. */
export function tellOfFallback(): void {
  if (told) return;
  told = true;
  process.emitWarning(
    'Docker cannot be reached, so PgStreamContainer starts the embedded emulator: the same SQL, without a container. ' +
      "withFallback('silent') says nothing of it, withFallback('never') fails instead.",
    { type: 'PgStreamWarning', code: 'PGSTREAM_WITHOUT_DOCKER' },
  );
}

/** The emulator without Docker, as a container is seen. */
export async function startEmbedded(choice: ExtensionChoice): Promise<StartedPgStreamContainer> {
  const emulator = await startEmulator({ ...choice, scheduler: false });
  const { name, version } = extensionOf(choice);
  return started({
    url: emulator.url,
    container: undefined,
    extension: { name, version },
    createDatabase: (wanted) => emulator.createDatabase(wanted),
    stop: () => emulator.stop(),
  });
}
