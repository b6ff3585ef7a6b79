#!/bin/sh
# drizzle-kit 1.0: without a terminal `push` drops a table that the schema does not declare, if it is empty, and asks nobody.
#
# drizzle-kit@1.0.0-rc.5, drizzle-orm@1.0.0-rc.5, PostgreSQL 18. Of a table with a row it wants to be
# told; one that another tool has made and not filled yet is gone.
#
#> an empty table of somebody else: gone
#> one with a row: there

. "$(dirname "$0")/lib/finding.sh"
install drizzle-kit@1.0.0-rc.5 drizzle-orm@1.0.0-rc.5 pg@8.23.1
postgres

cat > schema.js <<'JS'
import { integer, pgTable } from 'drizzle-orm/pg-core';

export const declared = pgTable('declared', { id: integer() });
JS
cat > drizzle.config.js <<'JS'
export default {
  dialect: 'postgresql',
  schema: './schema.js',
  schemaFilter: ['public'],
  dbCredentials: { url: process.env.DATABASE_URL },
};
JS
cat > finding.js <<'JS'
import { spawnSync } from 'node:child_process';
import pg from 'pg';

const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query('CREATE TABLE declared (id int)');
for (const [name, fill] of [
  ['an empty table of somebody else', ''],
  ['one with a row', 'INSERT INTO theirs VALUES (1)'],
]) {
  await client.query(`DROP TABLE IF EXISTS theirs; CREATE TABLE theirs (id int); ${fill}`);
  spawnSync('npx', ['--no-install', 'drizzle-kit', 'push'], { stdio: 'ignore' });
  const { rows } = await client.query("SELECT to_regclass('public.theirs') IS NULL AS gone");
  console.log(`${name}: ${rows[0].gone ? 'gone' : 'there'}`);
}
await client.end();
JS
observe node finding.js
