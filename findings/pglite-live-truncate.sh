#!/bin/sh
# PGlite: a live query does not notice a TRUNCATE, and goes on showing the rows that are gone.
#
# @electric-sql/pglite@0.5.16. Live queries are triggers on INSERT, UPDATE and DELETE; there is none on TRUNCATE. A refill in the
# same or a later transaction is noticed, as the INSERT that it is.
#
#> at first: [ 2 ]
#> after TRUNCATE, rows in the table: 0
#> after TRUNCATE: [ 2 ]
#> after TRUNCATE and INSERT: [ 2, 3 ]
#> after DELETE: [ 2, 3, 0 ]

. "$(dirname "$0")/lib/finding.sh"
install @electric-sql/pglite@0.5.16

cat > finding.js <<'JS'
import { PGlite } from '@electric-sql/pglite';
import { live } from '@electric-sql/pglite/live';

const pg = await PGlite.create({ extensions: { live } });
await pg.exec('CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2)');
const shown = [];
await pg.live.query('SELECT count(*)::int AS n FROM t', [], ({ rows }) => shown.push(rows[0].n));
const settle = () => new Promise((resolve) => setTimeout(resolve, 1_000));

await settle();
console.log('at first:', shown);
await pg.exec('TRUNCATE t');
await settle();
const { rows } = await pg.query('SELECT count(*)::int AS n FROM t');
console.log('after TRUNCATE, rows in the table:', rows[0].n);
console.log('after TRUNCATE:', shown);
await pg.exec('BEGIN; TRUNCATE t; INSERT INTO t VALUES (5), (6), (7); COMMIT');
await settle();
console.log('after TRUNCATE and INSERT:', shown);
await pg.exec('DELETE FROM t');
await settle();
console.log('after DELETE:', shown);
await pg.close();
JS
observe node finding.js
