import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { defineConfig } from '@prisma/orm-postgres/config';
import {
  type ControlClient,
  createControlClient,
  executeContractEmit,
  executeMigrationPlanCommand,
} from '@prisma/orm-toolchain/cli/control-api';
import { onTestFinished } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..', '..');

/** A project of Prisma's, as its command line finds one: what the commands do is done by what they are made of. */
export interface Project {
  readonly contractJson: unknown;
  readonly client: ControlClient;
  readonly migrations: string;
  /** `prisma migration plan`; the file that it has written. */
  planMigration(): Promise<string>;
}

/** A project for the test that is running, with the contract of a schema. */
export async function newProject(schema: string, url: string): Promise<Project> {
  // In the package, which has Prisma; nobody formats or checks what is generated.
  const generated = join(PACKAGE, 'test', 'generated');
  await mkdir(generated, { recursive: true });
  const folder = await mkdtemp(join(generated, 'migrations-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const source = join(folder, 'contract.prisma');
  await writeFile(source, schema);
  const migrations = join(folder, 'migrations');
  await writeFile(join(folder, 'prisma.config.ts'), CONFIG);
  const config = defineConfig({
    contract: source,
    output: folder,
    db: { connection: url },
    migrations: { dir: migrations },
  });
  await executeContractEmit({ config, cwd: folder, projectDir: PACKAGE, outputPath: folder });
  const contractJson: unknown = JSON.parse(await readFile(join(folder, 'contract.json'), 'utf8'));
  const { family, target, adapter, driver } = config;
  if (!driver) throw new Error('The configuration of a database has a driver.');
  const client = createControlClient({ family, target, adapter, driver, connection: url });
  onTestFinished(() => client.close());
  return {
    contractJson,
    client,
    migrations,
    async planMigration() {
      const planned = await executeMigrationPlanCommand(
        { config, cwd: folder, projectDir: PACKAGE, name: 'first', client },
        Date.now(),
      );
      return join(folder, valueOf(planned).dir ?? '', 'migration.ts');
    },
  };
}

/** What a migration looks for. */
const CONFIG = `import { definePrismaConfig } from '@prisma/cli-engine';
import { defineConfig as ormConfig } from '@prisma/orm-postgres/config';

export default definePrismaConfig({ orm: ormConfig({ contract: './contract.prisma', output: '.' }) });
`;

/** What a command gives, or the failure. */
export function valueOf<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: unknown },
): T {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.failure));
}

/** `node migration.ts`, for which Node has to be 22.18 or later; before that tsx reads TypeScript for it. */
export async function emitMigration(file: string): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const reads = major > 22 || (major === 22 && minor >= 18);
  const program = [...(reads ? [] : ['--import', import.meta.resolve('tsx')]), file];
  await promisify(execFile)(process.execPath, program, {
    cwd: join(dirname(file), '..', '..', '..'),
    env: { ...process.env, DO_NOT_TRACK: '1' },
  });
}
