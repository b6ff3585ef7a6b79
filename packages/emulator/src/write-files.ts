import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { extensionSettings } from './extension-settings.ts';
import { writeExtensionFiles } from './server/index.ts';
import { everyExtension } from './sql/index.ts';

/**
 * Writes every extension that the emulator can be into a folder, for a PostgreSQL 18 of one's own: `share/extension`, as
 * `extension_control_path` and CloudNativePG's extension images want it, and the settings of each as a file for
 * postgresql.conf.
 *
 * @returns what a person has to know of it.
 */
export async function writeFiles(folder: string): Promise<string> {
  const extensions = everyExtension();
  for (const extension of extensions) {
    // A control file names one version as the default: that of the release that is written last.
    await writeExtensionFiles(folder, extension);
    const settings = Object.entries(extensionSettings(extension.name));
    await writeFile(
      join(folder, `${extension.name}.conf`),
      settings.map(([name, value]) => `${name} = '${value}'\n`).join(''),
    );
  }
  const path = resolve(folder);
  return `${extensions.map(({ name, version }) => `${name} ${version}`).join(', ')}, emulated, for development and tests, are in

  ${path}

PostgreSQL 18 finds them there with extension_control_path = '${path}/share:$system', or in its own folder, to which
share/extension/* are copied. Each has its settings in a file for postgresql.conf: include '${path}/pg_trickle.conf'.
`;
}
