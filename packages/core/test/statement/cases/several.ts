import type { Case } from './case.ts';

/** Texts of several statements. */
export const SEVERAL: readonly Case[] = [
  ['SELECT 1; DELETE FROM order_totals', ['delete order_totals']],
  ['DELETE FROM order_totals;', ['delete order_totals']],
  [';;; DELETE FROM order_totals ;;;', ['delete order_totals']],
  [
    'DELETE FROM order_totals; INSERT INTO other (id) VALUES (1); SELECT 1; TRUNCATE orders',
    ['delete order_totals', 'insert other', 'truncate orders'],
  ],
  [
    'INSERT INTO other (id) VALUES (1); DELETE FROM order_totals WHERE id = 1; DELETE FROM order_totals WHERE id = 2',
    ['insert other', 'delete order_totals', 'delete order_totals'],
  ],
  ["SELECT ')'; DELETE FROM order_totals", ['delete order_totals']],
  ['SELECT 1 AS "("; DELETE FROM order_totals', ['delete order_totals']],
  ['VALUES (1); TABLE other; (SELECT 1); DELETE FROM order_totals', ['delete order_totals']],
  ['CREATE TABLE kept (id int); DELETE FROM order_totals', ['delete order_totals']],
  ['CREATE TABLE kept AS SELECT 1; DELETE FROM order_totals', ['delete order_totals']],
  [
    'CREATE RULE r AS ON DELETE TO other DO ALSO (DELETE FROM orders; SELECT 1); DELETE FROM order_totals',
    ['delete order_totals'],
  ],
  ['CREATE PROCEDURE erase() BEGIN ATOMIC DELETE FROM other; END; DELETE FROM order_totals', ['delete order_totals']],
  [
    'CREATE PROCEDURE erase() LANGUAGE sql AS $$ DELETE FROM other; $$; DELETE FROM order_totals',
    ['delete order_totals'],
  ],
  ['CREATE FUNCTION one() RETURNS int RETURN 1; DELETE FROM order_totals', ['delete order_totals']],
  ['SET search_path TO public; DELETE FROM order_totals', ['delete order_totals']],
  ['EXPLAIN DELETE FROM other; EXPLAIN ANALYZE DELETE FROM order_totals', ['delete order_totals']],
  ['COPY other TO STDOUT; DELETE FROM order_totals', ['delete order_totals']],
  ['WITH a AS (SELECT 1) SELECT * FROM a; WITH b AS (DELETE FROM order_totals) SELECT 1', ['delete order_totals']],
  [
    'ALTER TABLE other OWNER TO CURRENT_USER; ALTER TABLE order_totals ADD extra int; DROP TABLE orders',
    ['alter table order_totals', 'drop table orders'],
  ],
  ['TRUNCATE other; DROP TABLE order_totals', ['truncate other', 'drop table order_totals']],
  ['PREPARE p AS SELECT 1; DELETE FROM order_totals', ['delete order_totals']],
  ['DO $$ BEGIN NULL; END $$; DELETE FROM order_totals', ['delete order_totals']],
  ['BEGIN; DELETE FROM order_totals; COMMIT', ['delete order_totals']],
  ['COMMIT; BEGIN ISOLATION LEVEL SERIALIZABLE; DELETE FROM order_totals; ROLLBACK', ['delete order_totals']],
  ['SAVEPOINT a; UPDATE order_totals SET total = 1; ROLLBACK TO a', ['update order_totals']],
  ['SELECT 1;DELETE FROM order_totals;SELECT 2', ['delete order_totals']],
  [
    "INSERT INTO other (customer, id) VALUES ('; DELETE FROM orders', 1); INSERT INTO order_totals (id) VALUES (1)",
    ['insert other', 'insert order_totals'],
  ],
  ['DECLARE c CURSOR FOR SELECT 1; DELETE FROM order_totals', ['delete order_totals']],
  ['CREATE VIEW reading AS SELECT 1; DELETE FROM order_totals', ['delete order_totals']],
];
