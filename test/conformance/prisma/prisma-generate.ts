import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** `prisma generate`, by the version of the folder that is given. Gives what it says; what it fails with has `stderr`. */
export async function prismaGenerate(folder: string, schema: string): Promise<string> {
  const prisma = createRequire(join(folder, 'package.json')).resolve('prisma/build/index.js');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    // No more options: version 6 fetches a query engine for some, `--no-hints` among them.
    [prisma, 'generate', '--schema', schema],
    {
      cwd: folder,
      env: {
        ...process.env,
        // Where Prisma looks for generators.
        PATH: [join(folder, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
        // Prisma would fetch engines that it does not use for this: any program will do, and any file to be copied.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_QUERY_ENGINE_LIBRARY: schema,
        CHECKPOINT_DISABLE: '1',
        DATABASE_URL: 'postgres://not.used',
        NO_COLOR: '1',
      },
    },
  );
  return stdout;
}
