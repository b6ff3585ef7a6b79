import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The browser that tests drive, where Debian puts it or by the PATH; undefined where there is none. */
export async function findChromium(): Promise<string | undefined> {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  for (const file of folders.map((folder) => join(folder, 'chromium'))) {
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return undefined;
}
