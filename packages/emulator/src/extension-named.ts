import { type ExtensionChoice, type ExtensionName, extensionOf, type TrickleVersion } from './sql/index.ts';

/**
 * Reads an extension as it is written in an environment variable, `pg_trickle` or `pg_trickle@0.67`, for the options of
 * whatever starts an emulator: so that one suite runs on either.
 *
 * ```ts
 * await using emulator = await startEmulator(extensionNamed(process.env.EXTENSION));
 * ```
 *
 * @param text Undefined and the empty text choose nothing, which is pg_stream.
 * @throws EmulatorError when there is no emulation of that.
 */
export function extensionNamed(text: string | undefined): ExtensionChoice {
  if (!text) return {};
  const at = text.indexOf('@');
  // Whether they are any is what extensionOf() tells.
  const extension = (at === -1 ? text : text.slice(0, at)) as ExtensionName;
  const choice = at === -1 ? { extension } : { extension, version: text.slice(at + 1) as TrickleVersion };
  extensionOf(choice);
  return choice;
}
