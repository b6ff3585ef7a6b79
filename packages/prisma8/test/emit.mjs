import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

// Emits the contract of contract.prisma in a folder, as `prisma contract emit` does, and without Prisma's command line, which
// is a gigabyte: with the version of Prisma that the package has in whose folder it is run.
const require = createRequire(join(process.cwd(), 'package.json'));
const load = async (id) => await import(pathToFileURL(require.resolve(id)).href);
const { defineConfig } = await load('@prisma/orm-postgres/config');
const { executeContractEmit } = await load('@prisma/orm-toolchain/cli/control-api');

const [folder = '.', source = join(folder, 'contract.prisma'), output = 'generated'] = process.argv.slice(2);
const outputPath = resolve(folder, output);
const config = defineConfig({ contract: resolve(source), output: outputPath });
await executeContractEmit({ config, cwd: process.cwd(), projectDir: process.cwd(), outputPath });
