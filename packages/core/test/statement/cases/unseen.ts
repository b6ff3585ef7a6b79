import type { Case } from './case.ts';

/** What writes without its text saying so: only the database can refuse it. Here are the tables that PostgreSQL writes. */
export const UNSEEN: readonly Case[] = [
  ['DO $$ BEGIN DELETE FROM order_totals; END $$', ['delete order_totals']],
  ['SELECT deletes()', ['delete order_totals']],
  ['EXECUTE p', ['delete order_totals'], { before: 'PREPARE p AS DELETE FROM order_totals' }],
  ['EXPLAIN ANALYZE EXECUTE p', ['delete order_totals'], { before: 'PREPARE p AS DELETE FROM order_totals' }],
  [
    'CALL erase()',
    ['delete order_totals'],
    { before: 'CREATE PROCEDURE erase() BEGIN ATOMIC DELETE FROM order_totals; END' },
  ],
];

/** The same where the text names another table than the one that is written. */
export const UNSEEN_BEHIND_ANOTHER: readonly Case[] = [
  ['DELETE FROM writable', ['delete order_totals'], { before: 'CREATE VIEW writable AS SELECT * FROM order_totals' }],
  [
    'DELETE FROM other WHERE id = 1',
    ['delete order_totals', 'delete other'],
    {
      before:
        'ALTER TABLE order_totals ADD FOREIGN KEY (total) REFERENCES other ON DELETE CASCADE; INSERT INTO other (id) VALUES (1); INSERT INTO order_totals (id, total) VALUES (1, 1)',
    },
  ],
  [
    'UPDATE other SET total = 1',
    ['delete order_totals'],
    { before: 'CREATE RULE instead AS ON UPDATE TO other DO INSTEAD DELETE FROM order_totals' },
  ],
];
