#!/bin/sh
# Drizzle: `db.$cache` is typed as always there, and is undefined where the db was made without a cache.
#
# drizzle-orm@0.45.4, typescript@5.9.3 in strict mode. A library that invalidates after a write of its own compiles, and fails for
# every application that has no cache.
#
#> the compiler's errors: 0
#> with a cache: invalidated
#> without one: TypeError: Cannot read properties of undefined (reading 'invalidate')

. "$(dirname "$0")/lib/finding.sh"
install drizzle-orm@0.45.4 pg@8.23.1 typescript@5.9.3 @types/pg@8.23.1 @types/node@20.19.43

cat > finding.ts <<'TS'
import { Cache, type MutationOption } from 'drizzle-orm/cache/core';
import { drizzle } from 'drizzle-orm/node-postgres';

class Forgetful extends Cache {
  strategy() {
    return 'explicit' as const;
  }
  async get() {
    return undefined;
  }
  async put() {}
  async onMutate(_written: MutationOption) {}
}

// Nothing is connected to: invalidating asks no database.
const url = 'postgres://127.0.0.1:1/none';
for (const [name, db] of [
  ['with a cache', drizzle(url, { cache: new Forgetful() })],
  ['without one', drizzle(url)],
] as const) {
  try {
    await db.$cache.invalidate({ tables: 'orders' });
    console.log(`${name}: invalidated`);
  } catch (error) {
    console.log(`${name}: ${String(error)}`);
  }
}
TS
npx --no-install tsc finding.ts --strict --skipLibCheck --target es2022 --module nodenext > errors.txt || true
echo "console.log(\`the compiler's errors: $(wc -l < errors.txt | tr -d ' ')\`); await import('./finding.js');" > all.js
observe node all.js
