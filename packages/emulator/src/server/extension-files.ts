import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Extension } from '../sql/index.ts';

/** The extension's files for PostgreSQL's folder of extensions: names and texts. */
export function extensionFiles({
  name,
  version,
  controlFile,
  installScript,
}: Extension): readonly (readonly [name: string, text: string])[] {
  return [
    [`${name}.control`, controlFile],
    [`${name}--${version}.sql`, installScript],
  ];
}

/**
 * Writes the extension where the server finds it: into a folder of the server's own, so that PostgreSQL's installation
 * stays as it is.
 *
 * @returns the folder for `extension_control_path`, which looks into its subfolder `extension`.
 */
export async function writeExtensionFiles(folder: string, extension: Extension): Promise<string> {
  const path = join(folder, 'share');
  const inner = join(path, 'extension');
  await mkdir(inner, { recursive: true });
  for (const [name, text] of extensionFiles(extension)) {
    await writeFile(join(inner, name), text);
    // PostgreSQL may run as another user than we.
    await chmod(join(inner, name), 0o644);
  }
  await chmod(path, 0o755);
  await chmod(inner, 0o755);
  return path;
}
