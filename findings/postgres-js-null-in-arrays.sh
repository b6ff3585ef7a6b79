#!/bin/sh
# postgres.js: a NULL inside of an array is given to the parser of the elements, and comes out as a value.
#
# postgres@3.4.9. The array parser takes the unquoted word NULL for an element's text. Text becomes the string 'NULL', as a
# quoted one does; numbers NaN, booleans false, dates invalid ones. NULL itself, outside of arrays, is null.
#
#> ARRAY['a', NULL, 'NULL']: [ 'a', 'NULL', 'NULL' ]
#> ARRAY[1, NULL]: [ 1, NaN ]
#> ARRAY[true, NULL]: [ true, false ]
#> ARRAY[1, NULL]::bigint[]: [ '1', 'NULL' ]
#> ARRAY[DATE '2026-01-01', NULL]: [ 2026-01-01T00:00:00.000Z, Invalid Date ]
#> NULL::text: null

. "$(dirname "$0")/lib/finding.sh"
install postgres@3.4.9
postgres

cat > finding.js <<'JS'
import postgres from 'postgres';

const sql = postgres(process.env.DATABASE_URL, { max: 1 });
const asked = [
  `ARRAY['a', NULL, 'NULL']`,
  'ARRAY[1, NULL]',
  'ARRAY[true, NULL]',
  'ARRAY[1, NULL]::bigint[]',
  `ARRAY[DATE '2026-01-01', NULL]`,
  'NULL::text',
];
for (const expression of asked) {
  const [row] = await sql.unsafe(`SELECT ${expression} AS value`);
  console.log(`${expression}:`, row.value);
}
await sql.end();
JS
TZ=UTC observe node finding.js
