#!/bin/sh
# PGlite: a live query over a partitioned table does not notice a write that names the partition. Nor does one over a table
# with inheritance children notice a write to a child, or one that reads a table through a function any write at all. What
# was shown first stays.
#
# @electric-sql/pglite@0.5.16. It watches the tables of the query's plan by triggers of theirs; of the parent none fires then.
#
#> a partition, by its own name: shows 0, is 1
#> a partition, by the parent's name: shows 2, is 2
#> an inheritance child: shows 0, is 1
#> a table that a function reads: shows 0, is 1

. "$(dirname "$0")/lib/finding.sh"
install @electric-sql/pglite@0.5.16

cat > finding.js <<'JS'
import { PGlite } from '@electric-sql/pglite';
import { live } from '@electric-sql/pglite/live';

const pg = await PGlite.create({ extensions: { live } });
await pg.exec(`
  CREATE TABLE orders (id int, country text) PARTITION BY LIST (country);
  CREATE TABLE orders_fr PARTITION OF orders FOR VALUES IN ('FR');
  CREATE TABLE parent (id int);
  CREATE TABLE child () INHERITS (parent);
  CREATE TABLE counted (id int);
  CREATE FUNCTION how_many() RETURNS int LANGUAGE sql STABLE AS 'SELECT count(*)::int FROM counted';
`);
for (const [what, query, write] of [
  ['a partition, by its own name', 'SELECT count(*)::int AS n FROM orders', "INSERT INTO orders_fr VALUES (1, 'FR')"],
  ['a partition, by the parent\'s name', 'SELECT count(*)::int AS n FROM orders', "INSERT INTO orders VALUES (2, 'FR')"],
  ['an inheritance child', 'SELECT count(*)::int AS n FROM parent', 'INSERT INTO child VALUES (1)'],
  ['a table that a function reads', 'SELECT how_many() AS n', 'INSERT INTO counted VALUES (1)'],
]) {
  let shows;
  const { unsubscribe } = await pg.live.query(query, [], ({ rows: [{ n }] }) => (shows = n));
  await pg.exec(write);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { rows: [{ n }] } = await pg.query(query);
  console.log(`${what}: shows ${shows}, is ${n}`);
  await unsubscribe();
}
await pg.close();
JS
observe node finding.js
