#!/bin/sh
# drizzle-kit: an exclusion among the patterns of tablesFilter makes `push` want to drop every other table.
#
# drizzle-kit@0.31.11. A table counts where any pattern matches it, and `!reports_*` matches each table that is not a report: beside
# it, positive patterns no longer limit anything.
#
#> tablesFilter orders: No changes detected
#> tablesFilter orders, !reports_*: DROP TABLE "sessions" CASCADE;
#> tables that are there still: orders, reports_day, sessions

. "$(dirname "$0")/lib/finding.sh"
install drizzle-kit@0.31.11 drizzle-orm@0.45.4 pg@8.23.1
postgres

cat > schema.ts <<'TS'
import { integer, pgTable } from 'drizzle-orm/pg-core';
export const orders = pgTable('orders', { id: integer().primaryKey() });
TS
# `strict` asks before anything is done; nobody is there to say yes.
cat > drizzle.config.ts <<'TS'
import { defineConfig } from 'drizzle-kit';
export default defineConfig({
  dialect: 'postgresql',
  schema: './schema.ts',
  dbCredentials: { url: process.env.DATABASE_URL! },
  tablesFilter: process.env.PATTERNS!.split(', '),
  strict: true,
  verbose: true,
});
TS
cat > finding.js <<'JS'
import { spawnSync } from 'node:child_process';
import pg from 'pg';

const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query(`CREATE TABLE orders (id int PRIMARY KEY); CREATE TABLE reports_day (id int); CREATE TABLE sessions (id int)`);
for (const patterns of ['orders', 'orders, !reports_*']) {
  const { stdout } = spawnSync('npx', ['--no-install', 'drizzle-kit', 'push'], {
    env: { ...process.env, PATTERNS: patterns },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  const planned = stdout.match(/DROP TABLE.*|No changes detected/g);
  console.log(`tablesFilter ${patterns}:`, planned?.join(' ') ?? stdout);
}
const { rows } = await client.query(`SELECT string_agg(tablename, ', ' ORDER BY tablename) AS names FROM pg_tables WHERE schemaname = 'public'`);
console.log('tables that are there still:', rows[0].names);
await client.end();
JS
observe node finding.js
