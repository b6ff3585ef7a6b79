#!/bin/sh
# libpg-query: a string constant that goes on behind a comment is a syntax error to it, and none to PostgreSQL.
#
# libpg-query@18.1.5, which is PostgreSQL 18's parser, and PostgreSQL 18.4. Constants that only white space with a line break parts
# are one; a comment to the end of the line is white space. Without the comment the two agree.
#
#> with a line break: libpg-query parses it, PostgreSQL says ab
#> with a comment before the line break: libpg-query says syntax error at or near "'b'", PostgreSQL says ab

. "$(dirname "$0")/lib/finding.sh"
install libpg-query@18.1.5 pg@8.23.1
postgres

cat > finding.js <<'JS'
import { loadModule, parseSync } from 'libpg-query';
import pg from 'pg';

const parsed = (sql) => {
  try {
    parseSync(sql);
    return 'parses it';
  } catch (error) {
    return `says ${error.message}`;
  }
};

await loadModule();
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
for (const [name, sql] of [
  ['with a line break', "SELECT 'a'\n'b' AS said"],
  ['with a comment before the line break', "SELECT 'a' -- first\n'b' AS said"],
]) {
  const { rows } = await client.query(sql);
  console.log(`${name}: libpg-query ${parsed(sql)}, PostgreSQL says ${rows[0].said}`);
}
await client.end();
JS
observe node finding.js
