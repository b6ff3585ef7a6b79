import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Extension } from '../sql/index.ts';

/**
 * Writes the extension where the server finds it: into a folder of the server's own, so that PostgreSQL's installation
 * stays as it is.
 *
 * @returns the folder for `extension_control_path`, which looks into its subfolder `extension`.
 */
export async function writeExtensionFiles(
  folder: string,
  { name: extensionName, version, controlFile, installScript }: Extension,
): Promise<string> {
  const path = join(folder, 'share');
  const extension = join(path, 'extension');
  await mkdir(extension, { recursive: true });
  const files = [
    [`${extensionName}.control`, controlFile],
    [`${extensionName}--${version}.sql`, installScript],
  ] as const;
  for (const [name, text] of files) {
    await writeFile(join(extension, name), text);
    // PostgreSQL may run as another user than we.
    await chmod(join(extension, name), 0o644);
  }
  await chmod(path, 0o755);
  await chmod(extension, 0o755);
  return path;
}
