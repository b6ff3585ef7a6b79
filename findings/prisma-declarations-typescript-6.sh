#!/bin/sh
# Prisma 6: TypeScript 6 and 7 cannot compile its generated client with `declaration`. TypeScript 5.9 does it.
#
# prisma@6.19.3, generator `prisma-client` without an engine; typescript@5.9.3, 6.0.3 and 7.0.2 in strict mode. A library, or a
# project that is `composite`, stays with TypeScript 5.9 until it has Prisma 7.
#
#> TypeScript 5.9.3: 0 errors
#> TypeScript 6.0.3: 3 errors, in client/internal/prismaNamespace.ts
#> Property '#private' of exported anonymous class type may not be private or protected.
#> TypeScript 7.0.2: 3 errors, in client/internal/prismaNamespace.ts
#> Property '#private' of exported anonymous class type may not be private or protected.

. "$(dirname "$0")/lib/finding.sh"
install prisma@6.19.3 @prisma/client@6.19.3 @types/node@20.19.43 \
  typescript-5@npm:typescript@5.9.3 typescript-6@npm:typescript@6.0.3 typescript-7@npm:typescript@7.0.2

cat > schema.prisma <<'SCHEMA'
generator client {
  provider   = "prisma-client"
  output     = "./client"
  engineType = "client"
}
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
model Item {
  id Int @id
}
SCHEMA
# `generate` asks for engines that it does not use: any program stands for one, any file for the other.
PRISMA_SCHEMA_ENGINE_BINARY=$(command -v node) PRISMA_QUERY_ENGINE_LIBRARY=schema.prisma CHECKPOINT_DISABLE=1 \
  DATABASE_URL=postgres://not.used npx --no-install prisma generate > generated.txt 2>&1 ||
  { cat generated.txt >&2; exit 2; }

cat > finding.js <<'JS'
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const options = '--declaration --strict --skipLibCheck --target es2023 --module nodenext --allowImportingTsExtensions';
for (const name of ['typescript-5', 'typescript-6', 'typescript-7']) {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  const args = [`node_modules/${name}/bin/tsc`, 'client/client.ts', '--emitDeclarationOnly', '--outDir', 'out'];
  const { stdout } = spawnSync(process.execPath, [...args, ...options.split(' ')], { encoding: 'utf8' });
  const errors = [...stdout.matchAll(/^(\S+)\(\d+,\d+\): error TS\d+: (.+)$/gm)];
  const files = [...new Set(errors.map(([, file]) => file))];
  console.log(`TypeScript ${version}: ${errors.length} errors${files.length > 0 ? `, in ${files.join(', ')}` : ''}`);
  for (const text of new Set(errors.map(([, , said]) => said))) console.log(text);
}
JS
observe node finding.js
